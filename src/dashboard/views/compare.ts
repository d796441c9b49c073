// Several runs side by side: the best so far of each, and by the report's rules means and intervals of those that were asked
// the same. Runs of different questions are listed together and never averaged.
import { intervalWords, methodOf, pairWords, questionsOf } from "../../report/index.ts";
import type { FollowedRun } from "../../runs/followed-run.ts";
import { summaryOf } from "../../runs/summary.ts";
import { improvementsOf, isEvaluated, isScored } from "../../search/trial.ts";
import type { ComparedQuestion, ComparedRun, Comparison } from "../api.ts";
import { trialColumns } from "./trials.ts";

export function comparisonView(runs: readonly FollowedRun[]): Comparison {
  return {
    runs: runs.map(comparedRun),
    differences: differencesOf(runs),
    questions: comparedQuestions(runs),
  };
}

function comparedRun(run: FollowedRun): ComparedRun {
  const { trials } = run.journal;
  const { strategy, model, seed, selectedOn, metric, headline, best, spent } = summaryOf(run);
  return {
    id: run.id,
    name: `${methodOf({ strategy, ...(model !== undefined && { model }) })}, seed ${seed}`,
    metric,
    selectedOn,
    ...(headline !== undefined && { headline: headline.main }),
    ...(best !== undefined && { paramCount: best.paramCount, macCount: best.macCount }),
    evaluations: trials.filter(isEvaluated).length,
    elapsedMs: spent.elapsedMs,
    risen: improvementsOf(trials).map(({ evaluation, trial }) => ({
      evaluation,
      score: trial.outcome.score,
    })),
    ended: endedOf(run),
  };
}

/** The best so far as it was known at each moment: rows are in the order in which they ended. */
function endedOf(run: FollowedRun): ComparedRun["ended"] {
  const { rows } = run.journal;
  const { finishedMs, usd } = trialColumns(run, 0, rows.length);
  let best = Number.NEGATIVE_INFINITY;
  return rows.flatMap(({ trial }, row) => {
    if (!isEvaluated(trial) || !isScored(trial) || trial.outcome.score <= best) return [];
    best = trial.outcome.score;
    return [{ ms: finishedMs[row] as number, score: best, usd: usd[row] ?? null }];
  });
}

function comparedQuestions(runs: readonly FollowedRun[]): ComparedQuestion[] {
  const asked = runs.flatMap((run) => {
    const { header, trials } = run.journal;
    if (header === undefined) return [];
    const { id, metric, selectedOn } = summaryOf(run);
    const trace = improvementsOf(trials).map(({ evaluation, trial }) => ({
      evaluation,
      score: trial.outcome.score,
    }));
    // The last evaluation counts too: up to it the best so far holds.
    const last = trace.at(-1);
    const evaluation = trials.filter(isEvaluated).length;
    if (last !== undefined && last.evaluation < evaluation) trace.push({ evaluation, score: last.score });
    return [{ id, metric, selectedOn, config: header.config, trace }];
  });
  return questionsOf(asked).map(({ name, runs: own, groups, pairs }) => {
    const { metric, selectedOn, config } = own[0]!;
    return {
      name,
      about: `${config.space} on ${config.dataset.split(/[\\/]/).findLast((part) => part !== "") ?? config.dataset}`,
      metric,
      selectedOn,
      runs: own.map(({ id }) => id),
      groups: groups.map((group) => ({
        method: group.method,
        runs: group.ends.length,
        ...(group.evaluations !== undefined && { evaluations: group.evaluations }),
        mean01: group.mean01,
        ...(group.ci95 !== undefined && { ci95: group.ci95 }),
        interval: intervalWords(metric, group),
      })),
      pairs: pairs.map((pair) => ({ a: pair.a, b: pair.b, words: pairWords(pair) })),
    };
  });
}

function differencesOf(runs: readonly FollowedRun[]): string[] {
  const known = runs.flatMap((run) => {
    const { header } = run.journal;
    return header === undefined ? [] : [{ ...header.config, selectedOn: summaryOf(run).selectedOn }];
  });
  const differ = (what: string, read: (asked: (typeof known)[number]) => unknown) =>
    new Set(known.map((asked) => JSON.stringify(read(asked) ?? null))).size > 1 ? [what] : [];
  return [
    ...differ("space", ({ space, spaceOptions }) => [space, spaceOptions]),
    ...differ("data", ({ dataset }) => dataset),
    ...differ("limits", ({ limits }) => limits),
    ...differ("the data selected on", ({ selectedOn }) => selectedOn),
    ...differ("metric", ({ metric }) => metric.name),
    ...differ("evaluator or length of the trainings", ({ evaluator, evaluatorOptions }) => [
      evaluator,
      evaluatorOptions,
    ]),
    ...differ("length of the search", ({ minutes, trials }) => (minutes === undefined ? trials : [minutes])),
  ];
}
