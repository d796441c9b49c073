// A run for the page's first paint: what was asked, what it stands on, its baselines, and what is going on right now.
import type { JsonValue } from "../../base/json.ts";
import { counted } from "../../base/units.ts";
import { loadEvaluator, loadSpace } from "../../catalog/load.ts";
import { networkCost } from "../../graph/cost.ts";
import { quantileOfSorted } from "../../math/statistics.ts";
import { scoreIn } from "../../metrics/index.ts";
import type { FollowedRun } from "../../runs/followed-run.ts";
import { commandOf } from "../../runs/repeat-command.ts";
import { readTrainedFacts, trainedFileNames } from "../../runs/trained-files.ts";
import { designName } from "../../search/proposed-network.ts";
import { nameInWords } from "../../search/references/reference.ts";
import type { Space } from "../../search/space.ts";
import { evaluatorFacts } from "../../study/fold.ts";
import { listInbox } from "../../study/inbox.ts";
import { keptLessons } from "../../study/kept-lessons.ts";
import { type LiveFile, readLive } from "../../study/live-file.ts";
import { allowedBy } from "../../study/person.ts";
import type { PersonTurn } from "../../study/person-turn.ts";
import type { BaselineBand, InForce, LiveState, Note, RunDetail, Turn } from "../api.ts";
import { liveTime } from "./live-time.ts";
import { summaryWithName } from "./named.ts";
import { expectation, shownCurve } from "./trials.ts";

/** Undefined for a run whose header cannot be read. */
export async function runDetail(run: FollowedRun): Promise<RunDetail | undefined> {
  const { header, result, rows } = run.journal;
  if (header === undefined) return undefined;
  const { config } = header;
  const space = (await run.domain())?.space;
  const { optimum } = evaluatorFacts(run.journal);
  const live = await liveState(run, space);
  // A program that the journal names is not run for a look.
  const known = async <Definition>(name: string, load: (name: string) => Promise<Definition>) =>
    run.programs.includes(name) ? undefined : load(name).catch(() => undefined);
  const tabular = (await known(config.evaluator, loadEvaluator))?.tabular === true;
  const spaceSummary = (await known(config.space, loadSpace))?.summary;
  const offer = offerOf(run, tabular);
  return {
    ...(await summaryWithName(run)),
    task: config.task,
    settings: [
      ...flat("", config as unknown as JsonValue),
      ...flat("provenance", header.provenance),
      { name: "started", value: header.time },
    ],
    command: commandOf(config),
    tabular,
    ...(isUnwritten(run) && { isSpaceUnwritten: true as const }),
    ...(space !== undefined &&
      !isUnwritten(run) && {
        decisions: space.decisions.map(({ name, meaning, kind, about, options }) => ({
          name,
          meaning,
          kind,
          about,
          options: options.map(({ label }) => label),
        })),
      }),
    ...(spaceSummary !== undefined && { spaceSummary }),
    firstDigit: space?.firstDigit ?? 0,
    ...(optimum !== undefined && { optimum01: optimum }),
    baselines: baselineBands(run),
    ...referenceOf(run),
    searches: searchesOf(run),
    ...(offer !== undefined && { offer }),
    programs: run.programs,
    ...(await trainedOf(run)),
    notes: notesOf(run),
    ...(result !== undefined && { result: { reason: result.reason, best: result.best, time: result.time } }),
    warnings: [],
    trialCount: rows.length,
    callCount: run.calls.length,
    ...(live !== null && { live }),
    turns: turnsOf(run),
    inForce: await inForce(run, space),
  };
}

export function notesOf({ journal }: FollowedRun): Note[] {
  return journal.notes.map(({ about, text, trialNumber, time }) => ({
    about,
    text,
    time,
    ...(trialNumber !== undefined && { trialNumber }),
  }));
}

function referenceOf({ journal: { reference, header } }: FollowedRun): Pick<RunDetail, "reference"> {
  if (reference === undefined || header === undefined) return {};
  const { name, paramCount, macCount, testMetrics } = reference;
  const score = scoreIn(header.config.metric, testMetrics);
  return {
    reference: { name: nameInWords(name), paramCount, macCount, ...(!Number.isNaN(score) && { score }) },
  };
}

function searchesOf({ journal: { searches, header } }: FollowedRun): RunDetail["searches"] {
  return searches.map(({ strategy, evaluations, paramCount, macCount, testMetrics }) => {
    const score = header && testMetrics && scoreIn(header.config.metric, testMetrics);
    return {
      ...{ strategy, evaluations },
      ...(paramCount !== undefined && { paramCount }),
      ...(macCount !== undefined && { macCount }),
      ...(score !== undefined && !Number.isNaN(score) && { testScore: score }),
    };
  });
}

/** What could be run beside a run that has ended; undefined where nothing can be, or it was already. */
function offerOf({ journal, state }: FollowedRun, tabular: boolean): RunDetail["offer"] {
  const { header, selected, baselines, reference, result } = journal;
  if (header === undefined || selected === undefined || state === "running") return undefined;
  const { config } = header;
  const evaluations = counted(journal.spent.evaluations, "evaluation");
  if (tabular)
    return baselines.length > 0
      ? undefined
      : {
          kind: "lookUp",
          words: `Random search with 25 seeds and the largest networks, ${evaluations} each: looked up in seconds`,
        };
  if (reference !== undefined || result?.testMetrics === undefined) return undefined;
  const length = config.minutes === undefined ? "as many epochs" : counted(config.minutes, "minute");
  return {
    kind: "train",
    words: `A hand-designed network, as large as the limits allow, trained alone for ${length} on this machine and tested once`,
  };
}

/** What was handed over, of the trial that it belongs to. */
async function trainedOf({ folder, journal }: FollowedRun): Promise<Pick<RunDetail, "trained">> {
  const files = await trainedFileNames(folder);
  const trial = journal.lastResult === undefined ? journal.selected?.number : journal.lastResult.best;
  return files.length === 0 || trial == null
    ? {}
    : { trained: { trial, files, ...(await readTrainedFacts(folder)) } };
}

/** Whether its space is still to be written: until then it has one that only stands in. */
const isUnwritten = ({ journal: { header, writtenSpace } }: FollowedRun) =>
  header?.config.spaceWriter !== undefined && writtenSpace === undefined;

/** Which turns make sense in this run while it runs. */
function turnsOf(run: FollowedRun): Turn["kind"][] {
  const { journal, state } = run;
  // With a result there is no search any more, though something may be run beside it.
  if (state !== "running" || journal.result !== undefined) return [];
  const { model, strategyOptions } = journal.header?.config ?? {};
  const asksModel = model !== undefined && strategyOptions?.prompt !== "genius-2023";
  return [
    ...(model === "manual" ? (["answer"] as const) : []),
    ...(asksModel ? (["insight"] as const) : []),
    ...(asksModel && strategyOptions?.lessons === true ? (["lessons"] as const) : []),
    ...(isUnwritten(run) ? [] : (["trial", "allow", "hold", "release"] as const)),
  ];
}

export async function inForce(run: FollowedRun, space: Space | undefined): Promise<InForce> {
  const turns = run.journal.notes.flatMap(({ turn }) => turn?.turn ?? []);
  const of = <Kind extends PersonTurn["kind"]>(kind: Kind) =>
    turns.filter((turn) => turn.kind === kind) as Extract<PersonTurn, { kind: Kind }>[];
  const allowed = space === undefined ? undefined : allowedBy(space, of("allow"));
  const waiting = run.state === "running" ? await listInbox(run.folder).catch(() => []) : [];
  const lessons = keptLessons(run.journal)?.now;
  return {
    ...(lessons && { lessons }),
    hold: of("hold").at(-1)?.on === true,
    insights: of("insight").map(({ text }) => text),
    allowed: (space?.decisions ?? []).flatMap(({ name, options }, index) => {
      const left = allowed?.[index];
      return left === undefined || left.length === options.length ? [] : [{ decision: name, options: left }];
    }),
    waiting: waiting.flatMap(({ id, turn }) => (turn === undefined ? [] : [{ id, kind: turn.kind }])),
  };
}

/** What a running search writes of itself; null when it is not running or has not written. */
export async function liveState(run: FollowedRun, space: Space | undefined): Promise<LiveState | null> {
  if (run.state !== "running") return null;
  const live = await readLive(run.folder);
  if (live === undefined) return null;
  try {
    return shown(live, run, space);
  } catch {
    return null;
  }
}

function shown(live: LiveFile, run: FollowedRun, space: Space | undefined): LiveState {
  const { proposing, evaluating, finalTraining, question, held, beside } = live;
  const time = liveTime(run, live);
  const costOf = (choices: readonly number[]) => {
    const network = space?.decisions.length === choices.length ? space : undefined;
    return network === undefined ? { paramCount: 0, macCount: 0 } : costs(network, choices);
  };
  return {
    ...(proposing !== undefined && { proposing: { trial: proposing.number, since: proposing.since } }),
    evaluating: evaluating.map(({ number, proposal, cost, since, curve }) => ({
      trial: number,
      key: nameInWords(designName(space, proposal)),
      choices: proposal.choices,
      by: proposal.by,
      ...(proposal.rationale !== undefined && { rationale: proposal.rationale }),
      ...cost,
      since,
      curve: shownCurve(run, curve),
    })),
    ...(time !== undefined && { time }),
    ...(beside !== undefined && { beside: { words: beside.words } }),
    ...(finalTraining !== undefined && {
      finalTraining: {
        trial: finalTraining.number,
        key: nameInWords(run.journal.rowOf.get(finalTraining.number)?.key ?? ""),
        ...(finalTraining.epochs !== undefined && { epochs: finalTraining.epochs }),
        curve: shownCurve(run, finalTraining.curve),
      },
    }),
    ...(question !== undefined && { question }),
    ...(held !== undefined && {
      held: {
        trial: held.number,
        key: nameInWords(designName(space, held.proposal)),
        choices: held.proposal.choices,
        by: held.proposal.by,
        ...(held.proposal.rationale !== undefined && { rationale: held.proposal.rationale }),
        ...(held.proposal.predicted !== undefined && { predicted: expectation(held.proposal.predicted) }),
        ...costOf(held.proposal.choices),
      },
    }),
  };
}

function costs(space: Space, choices: readonly number[]) {
  const { paramCount, macCount } = networkCost(space.decode(choices));
  return { paramCount, macCount };
}

/** The median and the middle nine tenths of each baseline, where any of its runs improved. */
function baselineBands({ journal }: FollowedRun): BaselineBand[] {
  const { baselines } = journal;
  return [...new Set(baselines.map(({ strategy }) => strategy))].map((strategy) => {
    const runs = baselines.filter((run) => run.strategy === strategy);
    const steps = [...new Set(runs.flatMap(({ points }) => points.map(({ evaluation }) => evaluation)))].sort(
      (a, b) => a - b,
    );
    const columns = thinned(steps).flatMap((evaluation) => {
      const values = runs
        .flatMap(({ points }) => points.findLast((point) => point.evaluation <= evaluation)?.score ?? [])
        .sort((a, b) => a - b);
      return values.length === 0 ? [] : [{ evaluation, values }];
    });
    const at = (share: number) => columns.map(({ values }) => quantileOfSorted(values, share));
    return {
      strategy,
      runs: runs.length,
      evaluation: columns.map(({ evaluation }) => evaluation),
      median01: at(0.5),
      low01: at(0.05),
      high01: at(0.95),
    };
  });
}

const maxSteps = 400;
const thinned = (steps: readonly number[]) =>
  steps.length <= maxSteps
    ? steps
    : steps.filter(
        (_, index) => index % Math.ceil(steps.length / maxSteps) === 0 || index === steps.length - 1,
      );

function flat(path: string, value: JsonValue | undefined): { name: string; value: string }[] {
  if (value === undefined) return [];
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, inner]) => flat(path === "" ? key : `${path}.${key}`, inner));
  }
  return [{ name: path, value: typeof value === "string" ? value : JSON.stringify(value) }];
}
