// A run beside searches by other strategies that had the same time or the same number of evaluations: one sentence a strategy,
// for every surface. What decides are the test figures of the networks that each of them handed over.
import { counted, formatDuration } from "../base/units.ts";
import { formatMetric, scoreOf, valueOfScore } from "../metrics/index.ts";
import { isReference } from "../search/proposed-network.ts";
import type { ScoredTrial } from "../search/trial.ts";
import type { BaselineSearch, ResultLine, StudyConfig } from "./journal-lines.ts";
import { testDifference } from "./test-difference.ts";

export interface BesideSearch {
  readonly strategy: string;
  /** `none`: the other search scored nothing. */
  readonly kind: "better" | "unclear" | "worse" | "none";
  readonly words: string;
}

export interface Searched {
  readonly config: Pick<StudyConfig, "metric">;
  readonly selected: ScoredTrial | undefined;
  readonly result: Pick<ResultLine, "testMetrics"> | undefined;
  readonly searches: readonly BaselineSearch[];
}

/** In the order of the searches; none while nothing was scored. */
export function besideSearches({ selected, searches, ...run }: Searched): readonly BesideSearch[] {
  if (selected === undefined) return [];
  return searches.map((search) => ({ strategy: search.strategy, ...judged(search, { ...run, selected }) }));
}

function judged(
  search: BaselineSearch,
  { config: { metric }, result, selected }: Omit<Searched, "searches"> & { readonly selected: ScoredTrial },
): Omit<BesideSearch, "strategy"> {
  const { strategy, score, testMetrics, testImages, reference } = search;
  const named = `${strategy}, ${lengthWords(search)}`;
  if (score === undefined)
    return { kind: "none", words: `Not compared with ${named}: it scored no network.` };
  const own = isReference(selected.proposal) ? selected.proposal.network?.name : undefined;
  const same = own !== undefined && own === reference ? `; both hand over ${own}` : "";
  const [mine, other] = [result?.testMetrics?.[metric.name], testMetrics?.[metric.name]];
  if (mine === undefined || other === undefined)
    return placed([selected.outcome.score, score], "as they were selected");
  // Of a table, or of an evaluator that does not say on how many images it tested.
  if (testImages === undefined)
    return placed([scoreOf(metric, mine), scoreOf(metric, other)], "on test data");
  const { kind, words } = testDifference(
    metric,
    { own: mine, other, images: testImages },
    { intervals: true },
  );
  const begin = { better: "Better than", worse: "Worse than", unclear: "Not shown to differ from" }[kind];
  return { kind, words: `${begin} ${named}: ${words}${same}.` };

  /** Without noise there is only a place. */
  function placed([best, beside]: readonly [number, number], where: string): Omit<BesideSearch, "strategy"> {
    const place = best > beside ? "Above" : best === beside ? "Level with" : "Below";
    const figures = [best, beside].map((value) => formatMetric(metric, valueOfScore(metric, value)));
    return {
      kind: "unclear",
      words: `${place} ${named}: ${figures.join(" beside ")} ${where}; how much is noise is not known${same}.`,
    };
  }
}

function lengthWords({ minutes, evaluations }: BaselineSearch): string {
  const count = counted(evaluations, "evaluation");
  return minutes === undefined
    ? `a search with as many evaluations (${evaluations})`
    : `a search as long (${formatDuration(minutes * 60_000)}, ${count})`;
}
