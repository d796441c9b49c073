// Why no design of a space is allowed under its limits, and what could be, for an error message.
import { createRandom } from "../../base/random.ts";
import { formatBytes, formatCount } from "../../base/units.ts";
import type { Choices } from "../space.ts";
import { designCountOf } from "./cost-model.ts";
import { anyDesign, createDomain, largestFeasible, reachOf, smallestFeasible } from "./create-domain.ts";
import type { Domain } from "./domain.ts";
import { limitsInWords } from "./limit-words.ts";
import { hasMemoryLimit } from "./memory.ts";
import { allowedOf, listedDesigns } from "./rule.ts";

/** Two sentences or three: what was asked, what there is, and what to do. */
export function describeEmpty({ space, limits }: Domain): string {
  const { maxRamBytes: _ram, maxFlashBytes: _flash, ...rest } = limits;
  if (hasMemoryLimit(limits) && isNotEmpty(createDomain(space, rest)))
    return describeMemory({ space, limits });
  const asked = limitsInWords(rest).join(" and ");
  const reach = reachOf(space);
  const { allows, ...free } = space;
  const without = createDomain(free, rest).sample(createRandom("feasible"));
  if (allows !== undefined && without !== undefined) {
    const where = asked === "" ? "" : ` with ${asked}`;
    return `No design of ${space.name}${where} is allowed by the rule of the space (${String(allows(without))}).${asked === "" ? " Change its rule." : " Widen the limits."}`;
  }
  const start = `No design of ${space.name} has ${asked}.`;
  if (reach === undefined) return `${start} Widen the limits.`;
  const {
    minParamCount = 0,
    maxParamCount = reach.maxParamCount,
    minMacCount = 0,
    maxMacCount = reach.maxMacCount,
  } = limits;
  const params = rangeWords(reach.minParamCount, reach.maxParamCount, "parameters");
  const macs = rangeWords(reach.minMacCount, reach.maxMacCount, "MACs");
  const apart =
    minParamCount > reach.maxParamCount ||
    maxParamCount < reach.minParamCount ||
    minMacCount > reach.maxMacCount ||
    maxMacCount < reach.minMacCount;
  if (apart)
    return `${start} Its designs have ${params} and ${macs}. Choose limits within these, or another size of the space.`;
  const few = createDomain(space, { minParamCount, maxParamCount });
  const least = smallestFeasible(few, "macCount");
  const most = largestFeasible(few, "macCount");
  if (least === undefined || most === undefined)
    return `${start} Its designs have ${params}, but none in between those limits. Move them apart.`;
  const within = rangeWords(few.costOf(least).macCount, few.costOf(most).macCount, "MACs");
  return `${start} Designs with the parameters asked for have ${within}. Widen one of the limits.`;
}

function rangeWords(min: number, max: number, unit: string): string {
  return `from ${formatCount(min)} to ${formatCount(max)} ${unit}`;
}

const isNotEmpty = (domain: Domain) => domain.sample(createRandom("feasible")) !== undefined;

/** By how much even the smallest design needs too much. */
function describeMemory({ space, limits }: Pick<Domain, "space" | "limits">): string {
  const { maxRamBytes, maxFlashBytes, ...rest } = limits;
  const domain = createDomain(space, rest);
  const isListed = designCountOf(space) <= listedDesigns;
  const least = (quantity: "ramBytes" | "flashBytes") =>
    Math.min(...smallOnes(domain, quantity).map((choices) => domain.memoryOf(choices)[quantity]));
  const found = isListed ? "the smallest needs" : "the smallest that was found needs";
  const words = (noun: string, max: number | undefined, bytes: number) =>
    max === undefined || bytes <= max
      ? []
      : [`${found} ${formatBytes(bytes)} of ${noun}, ${formatBytes(bytes - max)} too much`];
  const missing = [
    ...words("RAM", maxRamBytes, least("ramBytes")),
    ...words("flash", maxFlashBytes, least("flashBytes")),
  ];
  const why =
    missing.length === 0 ? "each limit alone can be kept, both together cannot" : missing.join(", and ");
  return `No design of ${space.name} has ${limitsInWords(limits).join(" and ")}: ${why}. Widen the limits, take smaller images, or choose another device.`;
}

/** Designs among which the one that needs least is looked for: all of a small space, else the ends of a few descents. */
function smallOnes(domain: Domain, quantity: "ramBytes" | "flashBytes"): readonly Choices[] {
  const { space } = domain;
  if (designCountOf(space) <= listedDesigns) return allowedOf(domain);
  const random = createRandom("smallest", space.name);
  const first = smallestFeasible(domain, "macCount") ?? anyDesign(space, random);
  return [first, smallestFeasible(domain, "paramCount") ?? first].map((start) =>
    descend(domain, start, quantity),
  );
}

/** Single changes for as long as one of them needs less. */
function descend(domain: Domain, start: Choices, quantity: "ramBytes" | "flashBytes"): Choices {
  let current = start;
  let least = domain.memoryOf(start)[quantity];
  for (let isBetter = true; isBetter; ) {
    isBetter = false;
    for (const [index, { options }] of domain.space.decisions.entries()) {
      for (let option = 0; option < options.length; option += 1) {
        const other = current.with(index, option);
        const bytes = domain.memoryOf(other)[quantity];
        if (bytes >= least || !domain.isFeasible(other)) continue;
        [current, least, isBetter] = [other, bytes, true];
      }
    }
  }
  return current;
}
