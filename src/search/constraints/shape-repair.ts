// Brings a design within the limits and keeps its idea: what is large stays large beside what is small, and all sizes
// shrink (or grow) together, where the exact repair changes as few decisions as it can and may drop whole stages.
import type { Choices } from "../space.ts";
import type { Domain } from "./domain.ts";

/** Steps between the design as it is and all sizes at their least. */
const steps = 200;

/**
 * The allowed design that is nearest to `choices` in shape and cost, of a few good ones; the design itself when it is
 * allowed, undefined when no design is. Decisions without an order stay as they are if that is possible at all.
 */
export function repairInShape(domain: Domain, choices: Choices): Choices | undefined {
  if (domain.isFeasible(choices)) return choices;
  const fewest = domain.repair(choices);
  const candidates = [
    scaledDesign(domain, choices, sizesOf(domain)),
    scaledDesign(domain, choices, widthsOf(domain)),
    fewest,
  ].filter((candidate) => candidate !== undefined);
  const distances = candidates.map((candidate) => distance(domain, choices, candidate));
  return candidates[distances.indexOf(Math.min(...distances))];
}

/** Decisions that stand for a size: their options are in order, and change what a design costs. */
function sizesOf({ space, costOf }: Domain): readonly number[] {
  const least = space.decisions.map(() => 0);
  const { macCount, paramCount } = costOf(least);
  return space.decisions.flatMap(({ kind, about, options }, index) => {
    if (kind !== "ordinal" || about !== "architecture") return [];
    const cost = costOf(least.with(index, options.length - 1));
    return cost.macCount === macCount && cost.paramCount === paramCount ? [] : [index];
  });
}

/** Of the sizes those that are widths, where the space tells them from depths and kernels by its names. */
function widthsOf(domain: Domain): readonly number[] {
  const { decisions } = domain.space;
  return sizesOf(domain).filter((index) => /width|channel|expansion/i.test(decisions[index]?.name ?? ""));
}

/** All of `sizes` brought nearer to their least (or largest) by the same share, then raised again where there is room. */
function scaledDesign(domain: Domain, asked: Choices, sizes: readonly number[]): Choices | undefined {
  if (sizes.length === 0) return undefined;
  const isTooSmall = domain.violations(asked).every(({ bound }) => bound === "min");
  const last = (index: number) => (domain.space.decisions[index]?.options.length ?? 1) - 1;
  const targetAt = (index: number, share01: number) => {
    const choice = asked[index] ?? 0;
    return isTooSmall ? last(index) - (last(index) - choice) * share01 : choice * share01;
  };
  const designAt = (share01: number) =>
    sizes.reduce<Choices>((design, index) => {
      const target = targetAt(index, share01);
      return design.with(index, isTooSmall ? Math.ceil(target) : Math.floor(target));
    }, asked);
  for (let step = steps; step >= 0; step -= 1) {
    const design = designAt(step / steps);
    if (domain.isFeasible(design)) return restored(domain, asked, design, sizes);
  }
  return undefined;
}

/** Takes changes back as far as the limits allow, one step at a time, always where most was taken. */
function restored(domain: Domain, asked: Choices, from: Choices, sizes: readonly number[]): Choices {
  let design = from;
  for (;;) {
    const owed = (index: number) => {
      const wanted = asked[index] ?? 0;
      return Math.abs(wanted - (design[index] ?? 0)) / Math.max(1, wanted);
    };
    const macsOf = (index: number) => Math.abs(domain.costOf(stepped(index)).macCount - here.macCount);
    const stepped = (index: number) =>
      design.with(index, (design[index] ?? 0) + Math.sign((asked[index] ?? 0) - (design[index] ?? 0)));
    const here = domain.costOf(design);
    const next = sizes
      .filter((index) => asked[index] !== design[index] && domain.isFeasible(stepped(index)))
      .sort((a, b) => owed(b) - owed(a) || macsOf(a) - macsOf(b) || a - b)[0];
    if (next === undefined) return design;
    design = stepped(next);
  }
}

/** How far two designs are apart in the proportions of their sizes, in what has no order, and in cost. */
function distance({ space, costOf }: Domain, asked: Choices, found: Choices): number {
  const positions = (choices: Choices) =>
    space.decisions.flatMap(({ kind, options }, index) =>
      kind === "ordinal" ? [(choices[index] as number) / Math.max(1, options.length - 1)] : [],
    );
  const [a, b] = [positions(asked), positions(found)];
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, index) => sum + value * (y[index] as number), 0);
  const size = dot(a, a);
  const scale = size === 0 ? 0 : dot(a, b) / size;
  const apart = b.map((value, index) => value - scale * (a[index] as number));
  const others = space.decisions.filter(
    ({ kind }, index) => kind !== "ordinal" && asked[index] !== found[index],
  ).length;
  const [askedCost, foundCost] = [costOf(asked), costOf(found)];
  const ratio = (x: number, y: number) => Math.abs(Math.log((x + 1) / (y + 1)));
  return (
    Math.sqrt(dot(apart, apart)) +
    others +
    ratio(askedCost.macCount, foundCost.macCount) +
    ratio(askedCost.paramCount, foundCost.paramCount) / 2
  );
}
