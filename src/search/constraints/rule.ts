// A space's own rule of what is allowed, beyond parameters and MACs: what it says of a design, and allowed designs nearest to
// another, largest, smallest or drawn, where the exact searches over costs do not know of the rule.
import type { Random } from "../../base/random.ts";
import type { Choices, Space } from "../space.ts";
import type { Objective } from "./chain-extreme.ts";
import { designCountOf } from "./cost-model.ts";
import type { Domain, Violation } from "./domain.ts";

/** Spaces of up to this many designs are enumerated, and all answers are exact. */
export const listedDesigns = 20_000;
/** Designs of a larger space that are looked at for the nearest one. */
const nearDesigns = 20_000;

/** What a design breaks of the space's own rule; nothing where it is allowed or there is no rule. */
export function brokenRule(space: Space, choices: Choices): readonly Violation[] {
  const said = space.allows?.(choices) ?? true;
  if (said === true) return [];
  return [{ quantity: "rule", value: 1, bound: "max", limit: 0, reason: said }];
}

const lists = new WeakMap<Domain, readonly Choices[]>();

/** Every allowed design of a small space; undefined for a larger one. */
export function listAllowed(domain: Domain): readonly Choices[] | undefined {
  return designCountOf(domain.space) > listedDesigns ? undefined : allowedOf(domain);
}

/** Every allowed design, counted one by one. */
export function allowedOf(domain: Domain): readonly Choices[] {
  const { decisions } = domain.space;
  let list = lists.get(domain);
  if (list === undefined) {
    const all = decisions.reduce<Choices[]>(
      (designs, { options }) => designs.flatMap((known) => options.map((_, option) => [...known, option])),
      [[]],
    );
    list = all.filter((choices) => domain.isFeasible(choices));
    lists.set(domain, list);
  }
  return list;
}

export function drawListed(list: readonly Choices[], random: Random): Choices | undefined {
  return list.length === 0 ? undefined : list[random.integer(list.length)];
}

/** The first of the largest, or smallest, of a list. */
export function extremeOf(
  { costOf }: Domain,
  list: readonly Choices[],
  { by, direction }: Objective,
): Choices | undefined {
  const sign = direction === "largest" ? 1 : -1;
  let best: Choices | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const choices of list) {
    const size = sign * costOf(choices)[by];
    if (size > most) [best, most] = [choices, size];
  }
  return best;
}

/**
 * The allowed design with the fewest changed decisions, then the least movement of options, then the most MACs. Exact
 * where the space is small or a near design is allowed; undefined where neither holds, or none is allowed at all.
 */
export function nearestByRule(domain: Domain, from: Choices): Choices | undefined {
  const list = listAllowed(domain);
  if (list !== undefined) return nearestOf(domain, list, from);
  let ring: readonly Choices[] = [from];
  for (let left = nearDesigns; left > 0 && ring.length > 0; ) {
    // Decisions are changed in their order, so that each design of a ring is made once.
    const next = ring.flatMap((choices) => changedAfter(domain.space, choices, from)).slice(0, left);
    left -= next.length;
    const found = nearestOf(
      domain,
      next.filter((choices) => domain.isFeasible(choices)),
      from,
    );
    if (found !== undefined) return found;
    ring = next;
  }
  return undefined;
}

function changedAfter({ decisions }: Space, choices: Choices, from: Choices): Choices[] {
  const lastChanged = choices.findLastIndex((choice, index) => choice !== from[index]);
  return decisions.flatMap(({ options }, index) =>
    index <= lastChanged
      ? []
      : options.flatMap((_, option) => (option === from[index] ? [] : [choices.with(index, option)])),
  );
}

function nearestOf({ costOf }: Domain, list: readonly Choices[], from: Choices): Choices | undefined {
  let best: { readonly choices: Choices; readonly order: readonly [number, number, number] } | undefined;
  for (const choices of list) {
    let [changes, movement] = [0, 0];
    for (const [index, choice] of choices.entries()) {
      const moved = Math.abs(choice - (from[index] as number));
      if (moved > 0) changes += 1;
      movement += moved;
    }
    const atMost = best?.order[0] ?? Number.POSITIVE_INFINITY;
    if (changes > atMost) continue;
    const order = [changes, movement, -costOf(choices).macCount] as const;
    if (best === undefined || isBefore(order, best.order)) best = { choices, order };
  }
  return best?.choices;
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && (a[at] as number) < (b[at] as number);
}
