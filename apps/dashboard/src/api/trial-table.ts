// The trials of a run in memory: columns as the server sends them, appended to as the run continues. A table is a view of
// the first `count` rows; appending gives a new view and leaves the old one as it was.
import type { OutcomeWord, TrialColumns } from "../../../../src/dashboard/api.ts";

export interface TrialTable {
  readonly count: number;
  readonly decisionCount: number;
  readonly columns: Columns;
}

interface Columns {
  readonly number: number[];
  readonly outcome: OutcomeWord[];
  readonly evaluated: boolean[];
  readonly score: (number | null)[];
  readonly predicted01: (number | null)[];
  readonly predictedSd01: (number | null)[];
  readonly paramCount: number[];
  readonly macCount: number[];
  readonly ramBytes: (number | null)[];
  readonly flashBytes: (number | null)[];
  readonly latencyMs: (number | null)[];
  readonly finishedMs: number[];
  readonly spentMs: number[];
  readonly usd: (number | null)[];
  readonly by: string[];
  readonly changed: (0 | 1 | 2)[];
  readonly call: number[];
  /** The name of a network from outside the space, which has no choices. */
  readonly network: (string | undefined)[];
  /** Blocks of choices, as many rows in each as came together. */
  readonly choices: { readonly from: number; readonly values: Int16Array }[];
  readonly rowOf: Map<number, number>;
}

export function createTrialTable(): TrialTable {
  return {
    count: 0,
    decisionCount: 0,
    columns: {
      number: [],
      outcome: [],
      evaluated: [],
      score: [],
      predicted01: [],
      predictedSd01: [],
      paramCount: [],
      macCount: [],
      ramBytes: [],
      flashBytes: [],
      latencyMs: [],
      finishedMs: [],
      spentMs: [],
      usd: [],
      by: [],
      changed: [],
      call: [],
      network: [],
      choices: [],
      rowOf: new Map(),
    },
  };
}

/** Rows that are there already are left out; undefined when rows are missing in between. */
export function appendTrials(table: TrialTable, added: TrialColumns): TrialTable | undefined {
  const { columns } = table;
  if (added.from > table.count) return undefined;
  // Another view of the same columns may have more rows already.
  const skip = columns.number.length - added.from;
  const rows = added.number.length;
  if (skip >= rows)
    return { ...table, count: Math.max(table.count, Math.min(columns.number.length, added.from + rows)) };
  for (let row = skip; row < rows; row += 1) {
    columns.rowOf.set(added.number[row]!, columns.number.length);
    columns.number.push(added.number[row]!);
    columns.outcome.push(added.outcomeWords[added.outcome[row]!]!);
    columns.evaluated.push(added.evaluated[row] === 1);
    columns.score.push(added.score[row]!);
    columns.predicted01.push(added.predicted01[row]!);
    columns.predictedSd01.push(added.predictedSd01[row]!);
    columns.paramCount.push(added.paramCount[row]!);
    columns.macCount.push(added.macCount[row]!);
    columns.ramBytes.push(added.ramBytes[row]!);
    columns.flashBytes.push(added.flashBytes[row]!);
    columns.latencyMs.push(added.latencyMs[row]!);
    columns.finishedMs.push(added.finishedMs[row]!);
    columns.spentMs.push(added.spentMs[row]!);
    columns.usd.push(added.usd[row]!);
    columns.by.push(added.proposers[added.by[row]!]!);
    columns.changed.push(added.changed[row]!);
    columns.call.push(added.call[row]!);
    columns.network.push(added.networks[added.network[row]! - 1]);
  }
  const width = added.decisionCount;
  columns.choices.push({
    from: added.from + skip,
    values: Int16Array.from(added.choices.slice(skip * width)),
  });
  return { count: columns.number.length, decisionCount: width, columns };
}

/** The choices of a row; empty where a reply held no design. */
export function choicesAt({ columns, decisionCount }: TrialTable, row: number): number[] {
  const block = columns.choices.findLast(({ from }) => from <= row);
  if (block === undefined || decisionCount === 0) return [];
  const start = (row - block.from) * decisionCount;
  const choices = [...block.values.subarray(start, start + decisionCount)];
  return choices[0] === -1 ? [] : choices;
}

/** Whether a reply held a design, or a network from outside the space was proposed. */
export const hasNetwork = (trials: TrialTable, row: number): boolean =>
  trials.columns.network[row] !== undefined || choicesAt(trials, row).length > 0;

/** A scored trial: its accuracy counts. */
export const isScored = ({ columns }: TrialTable, row: number): boolean => columns.outcome[row] === "scored";

/** All rows in the order of the trials' numbers, in which evaluations are counted. */
export function rowsByNumber({ columns, count }: TrialTable): number[] {
  const rows = Array.from({ length: count }, (_, row) => row);
  const { number } = columns;
  const inOrder = rows.every((row) => row === 0 || number[row - 1]! < number[row]!);
  return inOrder ? rows : rows.sort((a, b) => number[a]! - number[b]!);
}
