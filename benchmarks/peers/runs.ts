// All searches of the comparison, each kept as one line of a file as soon as it is done, so that a run that was broken off goes on.
import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** `own`: as the search begins by itself. `equal`: all begin with the first design of `hybrid`. */
export type Start = "own" | "equal";

export interface RunKey {
  readonly search: string;
  readonly table: string;
  readonly limited: boolean;
  readonly start: Start;
  readonly seed: number;
}

export interface Run extends RunKey {
  /** The number of the design of each evaluation. */
  readonly picks: readonly number[];
  readonly milliseconds: number;
  /** A peer's package with its version. */
  readonly version?: string;
  readonly asked?: number;
  readonly repeated?: number;
  readonly forbidden?: number;
  /** Designs drawn at random since the search had no new one that is allowed. */
  readonly drawn?: number;
  /** The first failure of a peer to propose. */
  readonly trouble?: string;
}

export const evaluations = 100;
export const steps = [5, 10, 12, 25, 40, 50, 100];
export const starts: readonly Start[] = ["own", "equal"];

export const ownSearches = ["random", "largest-first", "evolution", "local-search", "tpe", "gp", "hybrid"];
/** Peers by the name of their search, with the words of the page. */
export const peers: Readonly<Record<string, string>> = {
  "optuna-tpe": "Optuna TPE",
  "optuna-gp": "Optuna GP",
  "optuna-auto": "Optuna AutoSampler",
  smac: "SMAC3",
  neps: "NePS",
  ax: "Ax",
};
export const wordsOf = (search: string): string => peers[search] ?? search;

/** Spaces of more designs are drawn from by `hybrid`, so that seeds differ. */
const listedDesigns = 20_000;

/** Whether a search has no chance in it, so that all seeds are one search. */
export function isOneSearch(search: string, designs: number): boolean {
  return search === "largest-first" || (search === "hybrid" && designs <= listedDesigns);
}

/** `hybrid` begins with its own first design either way. */
export const startOf = (search: string, start: Start): Start => (search === "hybrid" ? "own" : start);

const nameOf = ({ search, table, limited, start, seed }: RunKey) =>
  [search, table, limited, start, seed].join(" ");

export interface KeptRuns {
  find(key: RunKey): Run | undefined;
  add(run: Run): void;
}

export function openRuns(file: string): KeptRuns {
  const kept = new Map<string, Run>();
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (text !== "" && !text.endsWith("\n")) appendFileSync(file, "\n");
  for (const line of text.split("\n")) {
    // What was being written when a run was broken off may be half a line.
    if (!line.endsWith("}")) continue;
    const run = JSON.parse(line) as Run;
    kept.set(nameOf(run), run);
  }
  return {
    find: (key) => kept.get(nameOf(key)),
    add(run) {
      kept.set(nameOf(run), run);
      appendFileSync(file, `${JSON.stringify(run)}\n`);
    },
  };
}
