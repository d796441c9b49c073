// What of a limit a design breaks, in words: a file of its own, since the command that only counts costs says it too.
import { formatBytes, formatCount } from "../base/units.ts";
import type { Violation } from "../search/constraints/domain.ts";

export function violationInWords({ quantity, value, bound, limit, reason }: Violation): string {
  if (quantity === "rule") return `not allowed in this space: ${reason ?? "by its rule"}`;
  const side = bound === "max" ? "above" : "below";
  if (quantity === "latencyMs") return `latency ${value} ms ${side} the limit ${limit} ms`;
  if (quantity === "ramBytes" || quantity === "flashBytes")
    return `${formatBytes(value)} of ${quantity === "ramBytes" ? "RAM" : "flash"}, ${side} the limit ${formatBytes(limit)}`;
  const words = quantity === "macCount" ? "multiply–accumulates" : "parameters";
  return `${formatCount(value)} ${words}, ${side} the limit ${formatCount(limit)}`;
}
