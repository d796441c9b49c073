// Which designs one would choose from under limits of one's own: of those within them, the ones that no other beats in the
// score and in every cost at once. Pure figures; the page draws them.
import { choicesAt, isScored, type TrialTable } from "../api/trial-table.ts";
import type { Quantity } from "./axes.ts";

export interface Choice {
  readonly trial: number;
  readonly score: number;
  readonly costs: ReadonlyMap<Quantity, number>;
}

/** The most of each quantity that a reader allows; absent: any. */
export type Caps = Readonly<Partial<Record<Quantity, number | undefined>>>;

const memory: readonly Quantity[] = ["ramBytes", "flashBytes"];
const size: readonly Quantity[] = ["paramCount", "macCount"];

/**
 * What is paid with: RAM and flash where they were counted, else parameters and MACs; and the latency where every scored design
 * has one.
 */
export function paidWith(trials: TrialTable): readonly Quantity[] {
  const rows = scoredRows(trials);
  const isKnown = (quantity: Quantity) =>
    rows.length > 0 && rows.every((row) => (trials.columns[quantity][row] ?? null) !== null);
  const counted = memory.every(isKnown) ? memory : size;
  return isKnown("latencyMs") ? [...counted, "latencyMs"] : counted;
}

/** All scored designs with these costs. A design that was evaluated again is one, as it was scored best. */
export function choicesOf(trials: TrialTable, quantities: readonly Quantity[]): readonly Choice[] {
  const rows = new Map<string, number>();
  for (const row of scoredRows(trials)) {
    const design = trials.columns.network[row] ?? choicesAt(trials, row).join();
    const known = rows.get(design);
    if (known === undefined || trials.columns.score[row]! > trials.columns.score[known]!)
      rows.set(design, row);
  }
  return [...rows.values()].map((row) => ({
    trial: trials.columns.number[row]!,
    score: trials.columns.score[row]!,
    costs: new Map(quantities.map((quantity) => [quantity, trials.columns[quantity][row]!])),
  }));
}

/** The values of a quantity that designs have, smallest first: where a limit can stop. */
export function stopsOf(choices: readonly Choice[], quantity: Quantity): readonly number[] {
  return [...new Set(choices.map(({ costs }) => costs.get(quantity)!))].sort((a, b) => a - b);
}

export const isWithin = ({ costs }: Choice, caps: Caps): boolean =>
  [...costs].every(([quantity, value]) => value <= (caps[quantity] ?? Number.POSITIVE_INFINITY));

/** Of those within the limits the ones that no other beats, best first. */
export function frontWithin(choices: readonly Choice[], caps: Caps): readonly Choice[] {
  const inside = choices.filter((choice) => isWithin(choice, caps));
  return inside
    .filter((choice) => !inside.some((other) => beats(other, choice)))
    .sort((a, b) => b.score - a.score);
}

/** Whether a is as good in everything and better in something; of equal ones the earlier. */
function beats(a: Choice, b: Choice): boolean {
  const pairs: readonly (readonly [number, number])[] = [
    [a.score, b.score],
    ...[...a.costs].map(([quantity, value]) => [-value, -b.costs.get(quantity)!] as const),
  ];
  if (pairs.some(([own, other]) => own < other)) return false;
  return pairs.some(([own, other]) => own > other) || a.trial < b.trial;
}

function scoredRows(trials: TrialTable): readonly number[] {
  return Array.from({ length: trials.count }, (_, row) => row).filter(
    (row) => isScored(trials, row) && (trials.columns.score[row] ?? null) !== null,
  );
}
