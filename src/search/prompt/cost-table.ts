// What designs cost, exactly: a table of what every option adds where costs simply add up, and elsewhere the design that
// matters most – the best so far – with what each change of it would cost there, and the room that the limits leave.
import { formatBytes, formatCount } from "../../base/units.ts";
import { costModelOf } from "../constraints/cost-model.ts";
import type { DesignCost, Domain, Limits, RecordedCost } from "../constraints/domain.ts";
import { hasMemoryLimit, recordedCost } from "../constraints/memory.ts";
import type { Choices } from "../space.ts";
import { designText } from "./describe-space.ts";

type Quantity = "macCount" | "paramCount";
const words: Readonly<Record<Quantity, string>> = { macCount: "MACs", paramCount: "parameters" };

/** @param best the best design so far, of those within the limits */
export function costTable(domain: Domain, best: Choices | undefined): string {
  const shown = shownQuantities(domain.limits);
  const names = shown.map((quantity) => words[quantity]).join(" / ");
  const base = best ?? middleOf(domain);
  const here = base === undefined ? undefined : `${designText(domain, base)} has ${costWords(domain, base)}`;
  const adds = addsUp(domain);
  const from = adds ? domain.space.decisions.map(() => 0) : base;
  if (from === undefined) return "";
  const said = adds
    ? `Costs add up exactly. ${designText(domain, from)} has ${amounts(domain.costOf(from), shown)} ${names}; each option adds to that (${names}), whatever the others are:`
    : `${here}. What changing one decision of it would add (${names}, exact for this design, near it a guide):`;
  const about = adds && here !== undefined && best !== undefined ? `The best so far, ${here}.` : undefined;
  const memory = base === undefined ? [] : memoryLines(domain, base);
  return [...(about === undefined ? [] : [about]), said, ...lines(domain, from, shown), ...memory].join("\n");
}

/** What is limited, or both where nothing is. */
function shownQuantities({
  minMacCount,
  maxMacCount,
  minParamCount,
  maxParamCount,
}: Limits): readonly Quantity[] {
  const isLimited = {
    macCount: minMacCount !== undefined || maxMacCount !== undefined,
    paramCount: minParamCount !== undefined || maxParamCount !== undefined,
  };
  const limited = (["macCount", "paramCount"] as const).filter((quantity) => isLimited[quantity]);
  return limited.length === 0 ? ["macCount", "paramCount"] : limited;
}

/** Whether each decision's cost is its own, whatever the others are. */
export const addsUp = ({ space }: Domain): boolean =>
  costModelOf(space)?.terms.every(({ scope }) => scope.length <= 1) ?? false;

const middleOf = (domain: Domain): Choices | undefined =>
  domain.repair(domain.space.decisions.map(({ options }) => Math.floor((options.length - 1) / 2)));

/** What changing one decision of a design does to its RAM and flash, where they are limited; no sum over decisions. */
function memoryLines(domain: Domain, from: Choices): readonly string[] {
  const { limits, memoryOf, space } = domain;
  if (!hasMemoryLimit(limits)) return [];
  const here = memoryOf(from);
  const shown = [
    ...(limits.maxRamBytes === undefined ? [] : (["ramBytes"] as const)),
    ...(limits.maxFlashBytes === undefined ? [] : (["flashBytes"] as const)),
  ];
  const words = { ramBytes: "RAM", flashBytes: "flash" } as const;
  const signed = (bytes: number) =>
    bytes < 0 ? `-${formatBytes(-bytes)}` : bytes > 0 ? `+${formatBytes(bytes)}` : "0";
  const changes = space.decisions.map(({ name, options }, index) => {
    const each = options.flatMap((_, option) => {
      if (option === from[index]) return [];
      const there = memoryOf(from.with(index, option));
      const amounts = shown.map((quantity) => signed(there[quantity] - here[quantity]));
      return [`${option + space.firstDigit}: ${amounts.join(" / ")}`];
    });
    return `  ${name} – ${each.join(", ")}`;
  });
  const names = shown.map((quantity) => words[quantity]).join(" / ");
  return [
    `What changing one decision of ${designText(domain, from)} would add to its ${names} (exact for this design; the peak of RAM is a maximum over layers, so changes do not add up):`,
    ...changes,
  ];
}

/** A line for each decision; decisions with the same costs share one. */
function lines(domain: Domain, from: Choices, shown: readonly Quantity[]): readonly string[] {
  const { space, costOf } = domain;
  const here = costOf(from);
  const byCosts = new Map<string, string[]>();
  space.decisions.forEach(({ name, options }, index) => {
    const costs = options.flatMap((_, option) => {
      if (option === from[index]) return [];
      const there = costOf(from.with(index, option));
      const change = {
        macCount: there.macCount - here.macCount,
        paramCount: there.paramCount - here.paramCount,
      };
      return [`${option + space.firstDigit}: ${amounts(change, shown, "signed")}`];
    });
    const key = costs.join(", ");
    byCosts.set(key, [...(byCosts.get(key) ?? []), name]);
  });
  return [...byCosts].map(([costs, names]) => `  ${names.join(", ")} – ${costs}`);
}

function amounts(cost: DesignCost, shown: readonly Quantity[], sign?: "signed"): string {
  return shown
    .map((quantity) => {
      const count = cost[quantity];
      const text = formatCount(Math.abs(count));
      return count < 0 ? `-${text}` : sign && count > 0 ? `+${text}` : text;
    })
    .join(" / ");
}

/** Beside that RAM and flash, with the room that is left, where they are limited. */
function memoryWords({ ramBytes, flashBytes }: RecordedCost, { maxRamBytes, maxFlashBytes }: Limits): string {
  const words = (noun: string, bytes: number | undefined, max: number | undefined) => {
    if (bytes === undefined || max === undefined) return "";
    const side = bytes <= max ? "below" : "above";
    return `, ${formatBytes(bytes)} of ${noun} (${formatBytes(Math.abs(max - bytes))} ${side} the limit)`;
  };
  return `${words("RAM", ramBytes, maxRamBytes)}${words("flash", flashBytes, maxFlashBytes)}`;
}

/** "58.2M MACs (1.8M below the limit) and 1.2M parameters". */
export function costWords(domain: Domain, choices: Choices): string {
  const { limits } = domain;
  const cost = recordedCost(domain, choices);
  const room = (quantity: Quantity, max: number | undefined) => {
    if (max === undefined) return "";
    const left = max - cost[quantity];
    return left >= 0 ? ` (${formatCount(left)} below the limit)` : ` (${formatCount(-left)} above the limit)`;
  };
  return `${formatCount(cost.macCount)} MACs${room("macCount", limits.maxMacCount)} and ${formatCount(cost.paramCount)} parameters${room("paramCount", limits.maxParamCount)}${memoryWords(cost, limits)}`;
}
