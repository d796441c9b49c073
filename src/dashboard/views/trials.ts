// Trials for the page: as columns, whole, as a list of what went wrong, and as learning curves.

import { accuracy, scoreIn } from "../../metrics/index.ts";
import { outcomeInWords } from "../../report/index.ts";
import type { FollowedRun } from "../../runs/followed-run.ts";
import { designName } from "../../search/proposed-network.ts";
import { nameInWords } from "../../search/references/reference.ts";
import type { Choices, Space } from "../../search/space.ts";
import {
  type EpochPoint,
  isEvaluated,
  isScored,
  type Proposal,
  type ScoredTrial,
  type Trial,
} from "../../search/trial.ts";
import { type KeptTrial, parentOf } from "../../study/fold.ts";
import { experienceWords } from "../../study/kept-experience.ts";
import type { Change, Curve, OutcomeWord, Page, TrialColumns, TrialDetail, Trouble } from "../api.ts";

const outcomeWords: readonly OutcomeWord[] = [
  "scored",
  "made-up",
  "infeasible",
  "diverged",
  "timeout",
  "crashed",
  "cancelled",
  "unreadable",
  "duplicate",
  "unmeasured",
];

function outcomeWord({ outcome, proposal }: Trial): OutcomeWord {
  if (proposal.nominalScore !== undefined) return "made-up";
  return outcome.kind === "failed" ? outcome.reason : outcome.kind;
}

/** Rows `from` to `from + limit`, in the order of finishing. */
export function trialColumns(run: FollowedRun, from: number, limit: number): TrialColumns {
  const rows = run.journal.rows.slice(from, from + limit);
  const decisionCount =
    run.journal.rows.find(({ trial }) => trial.proposal.choices.length > 0)?.trial.proposal.choices.length ??
    0;
  const started = Date.parse(run.journal.header?.time ?? "");
  const proposers: string[] = [];
  const proposerOf = (name: string) => {
    const place = proposers.indexOf(name);
    return place === -1 ? proposers.push(name) - 1 : place;
  };
  const networks: string[] = [];
  const networkAt = (name: string | undefined) => {
    if (name === undefined) return 0;
    const place = networks.indexOf(name);
    return place === -1 ? networks.push(name) : place + 1;
  };
  const moneyAt = moneyOf(run);
  const none = new Array<number>(decisionCount).fill(-1);
  const column = <Value>(read: (row: KeptTrial) => Value) => rows.map(read);
  const outcome = <Value>(read: (trial: ScoredTrial) => Value | undefined) =>
    column(({ trial }) => (isScored(trial) ? (read(trial) ?? null) : null));
  return {
    from,
    total: run.journal.rows.length,
    number: column(({ trial }) => trial.number),
    choices: rows.flatMap(({ trial: { proposal } }) =>
      proposal.choices.length === decisionCount ? proposal.choices : none,
    ),
    decisionCount,
    network: column(({ trial }) =>
      networkAt(trial.proposal.network && nameInWords(trial.proposal.network.name)),
    ),
    networks,
    outcome: column(({ trial }) => outcomeWords.indexOf(outcomeWord(trial))),
    outcomeWords,
    evaluated: column(({ trial }) => (isEvaluated(trial) ? 1 : 0)),
    score: outcome(({ outcome: { score } }) => score),
    predicted01: column(({ trial }) => trial.proposal.predicted?.score ?? null),
    predictedSd01: column(({ trial }) => trial.proposal.predicted?.sd ?? null),
    paramCount: column(({ trial }) => trial.cost.paramCount),
    macCount: column(({ trial }) => trial.cost.macCount),
    ramBytes: column(({ trial }) => trial.cost.ramBytes ?? null),
    flashBytes: column(({ trial }) => trial.cost.flashBytes ?? null),
    latencyMs: outcome(({ outcome: { latencyMs } }) => latencyMs),
    finishedMs: column(({ time }) => Math.max(0, Date.parse(time) - started) || 0),
    spentMs: column(({ trial }) => trial.outcome.spent.milliseconds),
    usd: column(({ time }) => moneyAt(time)),
    by: column(({ trial }) => proposerOf(trial.proposal.by)),
    proposers,
    changed: column(({ trial: { proposal } }) =>
      proposal.editedFrom !== undefined ? 2 : proposal.repairedFrom !== undefined ? 1 : 0,
    ),
    call: column(({ trial }) => trial.proposal.call ?? 0),
  };
}

/** What the model had cost by a time; null where there is none, or a price is not known. */
function moneyOf({ calls }: FollowedRun): (time: string) => number | null {
  if (calls.length === 0 || calls.some(({ exchanges }) => exchanges.some(({ usd }) => usd === undefined)))
    return () => null;
  const times = calls.map(({ time }) => time);
  const sums: number[] = [];
  for (const { exchanges } of calls)
    sums.push((sums.at(-1) ?? 0) + exchanges.reduce((sum, { usd = 0 }) => sum + usd, 0));
  let place = 0;
  return (time) => {
    if (place > 0 && (times[place - 1] as string) > time) place = 0;
    while (place < times.length && (times[place] as string) <= time) place += 1;
    return place === 0 ? 0 : (sums[place - 1] as number);
  };
}

export function trialDetail(
  run: FollowedRun,
  { trial, key, time }: KeptTrial,
  space: Space | undefined,
): TrialDetail {
  const { proposal, outcome, cost } = trial;
  const scored = isScored(trial) ? trial.outcome : undefined;
  const word = outcomeWord(trial);
  const curve = outcome.kind === "infeasible" ? undefined : outcome.curve;
  const parent = parentOf(run.journal, trial.number);
  const wonBefore = experienceWords(run.journal.header?.config.experience, proposal);
  return {
    number: trial.number,
    key: nameInWords(key || designName(space, proposal)),
    choices: proposal.choices,
    ...(proposal.network !== undefined && { network: nameInWords(proposal.network.name) }),
    by: proposal.by,
    outcome: word,
    ...((word !== "scored" || scored?.remark !== undefined) && { why: outcomeInWords(trial) }),
    ...(scored !== undefined && { score: scored.score }),
    ...(scored?.latencyMs !== undefined && { latencyMs: scored.latencyMs }),
    ...cost,
    spentMs: outcome.spent.milliseconds,
    finishedAt: time,
    ...(proposal.rationale !== undefined && { rationale: proposal.rationale }),
    ...(wonBefore !== undefined && { wonBefore }),
    ...(proposal.predicted !== undefined && { predicted: expectation(proposal.predicted) }),
    ...(proposal.repairedFrom !== undefined && { repairedFrom: proposal.repairedFrom }),
    ...(proposal.editedFrom !== undefined && { editedFrom: proposal.editedFrom }),
    ...(proposal.call !== undefined && { call: proposal.call }),
    ...(curve !== undefined && curve.length > 0 && { curve: shownCurve(run, curve) }),
    ...(parent !== undefined && {
      parent: {
        trial: parent.number,
        key: nameInWords(designName(space, parent.proposal)),
        choices: parent.proposal.choices,
        score: parent.outcome.score,
      },
    }),
    changes: parent === undefined ? [] : changesBetween(space, parent.proposal.choices, proposal.choices),
  };
}

/** Decisions in which two designs differ, in words. */
export function changesBetween(space: Space | undefined, from: Choices, to: Choices): Change[] {
  if (from.length !== to.length) return [];
  return from.flatMap((option, index) => {
    const other = to[index] as number;
    if (option === other) return [];
    const decision = space?.decisions[index];
    const word = (choice: number) => decision?.options[choice]?.label ?? String(choice);
    return [{ decision: decision?.name ?? `decision ${index + 1}`, from: word(option), to: word(other) }];
  });
}

/** Proposals that were not scored as proposed, the newest first. */
export function troubles(
  run: FollowedRun,
  space: Space | undefined,
  from: number,
  limit: number,
): Page<Trouble> {
  const all: (() => Trouble)[] = [];
  for (let row = run.journal.rows.length - 1; row >= 0; row -= 1) {
    const { trial, key } = run.journal.rows[row] as KeptTrial;
    const { proposal, outcome } = trial;
    if (proposal.nominalScore !== undefined) continue;
    const own = nameInWords(key || designName(space, proposal));
    const base = { trial: trial.number, by: proposal.by };
    if (outcome.kind !== "scored")
      all.push(() => ({ ...base, key: own, what: troubleWord(trial), why: outcomeInWords(trial) }));
    const { repairedFrom, editedFrom } = proposal;
    if (repairedFrom !== undefined)
      all.push(() => ({
        ...base,
        key: designName(space, { choices: repairedFrom }),
        what: "repaired",
        why: `broke a limit or was tried before; evaluated as ${own}`,
      }));
    if (editedFrom !== undefined)
      all.push(() => ({
        ...base,
        key: designName(space, { choices: editedFrom }),
        what: "edited",
        why: `changed by the person; evaluated as ${own}`,
      }));
  }
  return { from, total: all.length, rows: all.slice(from, from + limit).map((make) => make()) };
}

function troubleWord({ outcome }: Trial): Trouble["what"] {
  if (outcome.kind !== "failed") return "infeasible";
  const { reason } = outcome;
  return reason === "duplicate" || reason === "unreadable" || reason === "unmeasured" ? reason : "failed";
}

/** Learning curves of finished trainings, best first. */
export function learningCurves(run: FollowedRun, most: number): { curves: Curve[]; total: number } {
  const all = run.journal.rows
    .flatMap(({ trial, key }) => {
      const points = trial.outcome.kind === "infeasible" ? undefined : trial.outcome.curve;
      return points === undefined || points.length === 0 ? [] : [{ trial: trial.number, key, points }];
    })
    .sort((a, b) => lastScore(run, b.points) - lastScore(run, a.points));
  const curves = all
    .slice(0, most)
    .map(({ trial, key, points }) => ({ trial, key: nameInWords(key), points: shownCurve(run, points) }));
  return { curves, total: all.length };
}

const metricOfRun = ({ journal }: FollowedRun) => journal.header?.config.metric ?? accuracy;

function lastScore(run: FollowedRun, points: readonly EpochPoint[]): number {
  const last = points.at(-1);
  return last === undefined ? Number.NEGATIVE_INFINITY : scoreIn(metricOfRun(run), last.validation);
}

/** A curve as the page draws it: of the metric that is selected on. */
export function shownCurve(run: FollowedRun, points: readonly EpochPoint[]): Curve["points"] {
  const { name } = metricOfRun(run);
  return points.map(({ validation, ...point }) => ({
    ...point,
    validation: validation[name] ?? Number.NaN,
  }));
}

export function expectation({ score, sd }: NonNullable<Proposal["predicted"]>) {
  return { score, ...(sd !== undefined && { sd01: sd }) };
}
