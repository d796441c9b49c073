// The costs of a network in words.
import type { Cost } from "../api/cost.ts";
import { formatBytes, formatCount } from "../base/units.ts";

/** "891k parameters (890666), 47.3M MACs (47327744), RAM 120 KiB int8 / 480 KiB float, flash …". */
export function costInWords({ paramCount, macCount, ramBytes, flashBytes }: Cost): string {
  const both = ({ int8, float }: Cost["ramBytes"]) =>
    `${formatBytes(int8)} int8 / ${formatBytes(float)} float`;
  return `${formatCount(paramCount)} parameters (${paramCount}), ${formatCount(macCount)} MACs (${macCount}), RAM ${both(ramBytes)}, flash ${both(flashBytes)}`;
}
