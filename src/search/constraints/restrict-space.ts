// A space with fewer options: what is left of it when a person pins a decision or forbids an option. Its designs are
// designs of the whole space, written with other numbers; costs and networks are the same.

import type { Choices, Space } from "../space.ts";
import { createDomain, neighbours } from "./create-domain.ts";
import type { Domain } from "./domain.ts";

/** For each decision, the options that are left, in their order; at least one each. */
export type AllowedOptions = readonly (readonly number[])[];

export interface Restriction {
  /** The designs that are left, under the same limits; its choices are places in `allowed`. */
  readonly domain: Domain;
  readonly allowed: AllowedOptions;
  toWhole(choices: Choices): Choices;
  isAllowed(whole: Choices): boolean;
}

export function restrictDomain({ space, limits }: Domain, allowed: AllowedOptions): Restriction {
  const toWhole = (choices: Choices) => choices.map((place, index) => allowed[index]?.[place] as number);
  const restricted: Space = {
    name: space.name,
    summary: space.summary,
    input: space.input,
    classCount: space.classCount,
    firstDigit: space.firstDigit,
    decisions: space.decisions.map((decision, index) => ({
      ...decision,
      options: (allowed[index] as readonly number[]).map((option) => decision.options[option]!),
    })),
    decode: (choices) => space.decode(toWhole(choices)),
    ...(space.allows !== undefined && { allows: (choices) => space.allows!(toWhole(choices)) }),
    ...(space.costScopes !== undefined && { costScopes: space.costScopes }),
  };
  return {
    domain: createDomain(restricted, limits),
    allowed,
    toWhole,
    isAllowed: (whole) => whole.every((option, index) => allowed[index]?.includes(option)),
  };
}

const maxNear = 20_000;

/**
 * A free design that is left, near `whole`: forbidden options give way to the nearest allowed ones, the limits are kept
 * by as few further changes as possible, and a design that is not free to the first free one a step or two away.
 * Undefined when none was found.
 */
export function nearestAllowed(
  { domain, allowed, toWhole }: Restriction,
  whole: Choices,
  isFree: (whole: Choices) => boolean,
): Choices | undefined {
  const start = whole.map((option, index) => nearestPlace(allowed[index] as readonly number[], option));
  const near = domain.repair(start);
  if (near === undefined) return undefined;
  const isUsable = (choices: Choices) => domain.isFeasible(choices) && isFree(toWhole(choices));
  if (isUsable(near)) return toWhole(near);
  const one = neighbours(domain.space, near);
  const two = () => one.flatMap((choices) => neighbours(domain.space, choices)).slice(0, maxNear);
  const found = one.find(isUsable) ?? two().find(isUsable);
  return found && toWhole(found);
}

function nearestPlace(options: readonly number[], option: number): number {
  let best = 0;
  options.forEach((other, place) => {
    if (Math.abs(other - option) < Math.abs((options[best] as number) - option)) best = place;
  });
  return best;
}
