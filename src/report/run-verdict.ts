// Whether a run found anything, in one sentence: beside a hand-designed network that was trained alone for as long, beside the
// best one of its race where it went by the clock, beside random search where outcomes were looked up, beside searches by other
// strategies, and that nobody knows where none of these was run.
import { formatScore } from "../metrics/index.ts";
import { differenceNoise } from "../search/race/verdict.ts";
import { nameInWords } from "../search/references/reference.ts";
import { isEvaluated } from "../search/trial.ts";
import { type BesideSearch, besideSearches } from "../study/baseline-search-words.ts";
import { evaluatorFacts, type JournalState } from "../study/fold.ts";
import type { BaselineRun } from "../study/journal-lines.ts";
import { isBeforeDeciding, isTooEarly, raceOfRun } from "../study/race-words.ts";
import { besideReferenceRun } from "../study/reference-words.ts";

export interface RunVerdict {
  /** `none`: nothing to compare with. */
  readonly kind: "better" | "unclear" | "worse" | "none";
  readonly words: string;
  /** For a row of a list: "better than random search". */
  readonly short: string;
}

type Judged = Pick<
  JournalState,
  "header" | "trials" | "result" | "selected" | "baselines" | "reference" | "searches"
>;

/** Undefined while nothing was scored. */
export function runVerdict(journal: Judged): RunVerdict | undefined {
  const { header, selected, result } = journal;
  if (header === undefined || selected === undefined) return undefined;
  const alone = besideReferenceRun(journal);
  if (alone !== undefined) return alone;
  const race = raceOfRun(journal);
  if (race !== undefined) {
    if (isTooEarly(journal)) return { kind: "unclear", words: race[0] ?? "", short: "too short to compare" };
    const decided = kindOfRace(result?.verdict);
    const kind = decided === "better" && isBeforeDeciding(journal) ? "unclear" : decided;
    return { kind, words: race[0] ?? "", short: shortOfRace(journal, kind) };
  }
  const beside = besideRandom(journal);
  if (beside !== undefined) return beside;
  const [first, ...others] = besideSearches({ ...journal, config: header.config });
  if (first !== undefined) return besideStrongest([first, ...others]);
  return withoutBaseline(journal);
}

/** What is run beside a search by itself: by the clock its race, on a table the baselines, and what was asked for. */
const isComparedAtEnd = (journal: Judged): boolean => {
  const config = journal.header?.config;
  return (
    config?.minutes !== undefined ||
    config?.baselines !== undefined ||
    evaluatorFacts(journal).optimum !== undefined
  );
};

function withoutBaseline(journal: Judged): RunVerdict {
  const { header, result } = journal;
  if (result === undefined && isComparedAtEnd(journal))
    return {
      kind: "none",
      short: "no baseline yet",
      words: "No baseline yet: it is compared when the search has ended.",
    };
  if (header?.config.strategy === "random")
    return {
      kind: "none",
      short: "is random search itself",
      words: "It is random search itself, and nothing else was run to compare it with.",
    };
  return {
    kind: "none",
    short: result === undefined ? "no baseline yet" : "no baseline was run",
    words: `No baseline ${result === undefined ? "yet" : "was run"}: whether the search is better than chance, or than a known network, is not known.`,
  };
}

function kindOfRace(verdict: NonNullable<JournalState["result"]>["verdict"]): RunVerdict["kind"] {
  if (verdict?.difference === undefined) return "none";
  if (verdict.difference <= 0) return "worse";
  const { noise } = verdict;
  return noise !== undefined && !verdict.isWithinNoise && verdict.difference > differenceNoise(noise)
    ? "better"
    : "unclear";
}

/** Beside several searches a run is as good as beside the one that it stands worst to. */
function besideStrongest(all: readonly [BesideSearch, ...BesideSearch[]]): RunVerdict {
  const order = ["worse", "unclear", "none", "better"] as const;
  const { kind, words, strategy } = [...all].sort(
    (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind),
  )[0]!;
  const short = {
    better: `better than ${strategy}`,
    unclear: `not shown to be better than ${strategy}`,
    worse: `worse than ${strategy}`,
    none: `not compared with ${strategy}`,
  }[kind];
  return { kind, words, short };
}

const raceWordsFor: Readonly<Record<Exclude<RunVerdict["kind"], "worse">, string>> = {
  better: "better than",
  unclear: "not shown to be better than",
  none: "not compared with",
};

function shortOfRace({ header, trials, result }: Judged, kind: RunVerdict["kind"]): string {
  const best = trials.find(({ number }) => number === result?.verdict?.reference);
  const name = nameInWords(best?.proposal.network?.name ?? "a known network");
  // The result is that network itself.
  if (kind === "worse")
    return `${header?.config.start === undefined ? "hand-designed" : "your own network"}: no design of the search was better`;
  return `${raceWordsFor[kind]} ${name}`;
}

/** "Better than all 25 random runs with the same evaluations." */
function besideRandom({ header, trials, baselines, selected }: Judged): RunVerdict | undefined {
  const evaluations = trials.filter(isEvaluated).length;
  const endOf = (run: BaselineRun) => run.points.findLast((point) => point.evaluation <= evaluations)?.score;
  const random = baselines.filter(({ strategy }) => strategy === "random");
  const ends = random.flatMap((run) => endOf(run) ?? []);
  if (ends.length === 0 || header === undefined || selected === undefined) return undefined;
  const { score } = selected.outcome;
  const count = ends.length;
  const lower = ends.filter((end) => end < score).length;
  const equal = ends.filter((end) => end === score).length;
  const higher = count - lower - equal;
  const runs = `random ${count === 1 ? "run" : "runs"} with the same evaluations`;
  const level = equal > 0 ? `, level with ${equal}` : "";
  const others = largest();
  const short = "better than random search";
  if (header.config.strategy === "random")
    return {
      kind: "unclear",
      short: "is random search itself",
      words: `It is random search: above ${lower}${level} and below ${higher} of ${count} others.${others}`,
    };
  if (lower === count && count > 1)
    return { kind: "better", short, words: `Better than all ${count} ${runs}.${others}` };
  if (count >= 20 && lower > 0.95 * count)
    return { kind: "better", short, words: `Better than ${lower} of ${count} ${runs}${level}.${others}` };
  if (2 * lower > count)
    return {
      kind: "unclear",
      short: "not clearly better than random search",
      words: `Not clearly better than chance: above ${lower}${level} and below ${higher} of ${count} ${runs}.${others}`,
    };
  return {
    kind: "worse",
    short: "no better than random search",
    words: `No better than chance: above ${lower}${level} and below ${higher} of ${count} ${runs}.${others}`,
  };

  /** Beside the largest network, the guess that needs no search. */
  function largest(): string {
    const run = baselines.find(({ strategy }) => strategy === "largest-first");
    const end = run && endOf(run);
    if (end === undefined || header === undefined || selected === undefined) return "";
    const place = score > end ? "Above" : score === end ? "Level with" : "Below";
    return ` ${place} the largest networks (${formatScore(header.config.metric, end)}).`;
  }
}
