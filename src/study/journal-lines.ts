// The lines of a journal: one header, then one line a trial, notes between them, and the result at the end.
// The format is versioned; a reader refuses what it does not know rather than misread it.
import { z } from "zod";
import type { JsonObject } from "../base/json.ts";
import { checkPlainly } from "../base/schema-words.ts";
import { networkSchema } from "../graph/foreign-network.ts";
import { precisions } from "../graph/precision.ts";
import type { Metric, Metrics } from "../metrics/metric.ts";
import type { RaceVerdict } from "../search/race/verdict.ts";
import type { Choices } from "../search/space.ts";
import type { WrittenSpace } from "../search/strategy.ts";
import type { Evaluation, Trial } from "../search/trial.ts";
import { type KeptExperience, keptExperience } from "./kept-experience.ts";
import { migrateFromVersion1 } from "./migrate.ts";
import { type NotedTurn, personTurn } from "./person-turn.ts";
import type { Places } from "./run-places.ts";
import { scoreOutcome } from "./score-outcome.ts";

export const journalFormat = "genius-journal";
export const journalVersion = 2;

export interface JournalHeader {
  readonly kind: "header";
  readonly format: typeof journalFormat;
  /** Of the file. One of version 1 is read as this one, and is continued in the newer form. */
  readonly version: 1 | typeof journalVersion;
  /** The whole resolved configuration, enough to run the study again. */
  readonly config: StudyConfig;
  /** What the figures stand on: versions, commit, table or data set with hash, prompt hash, model id. */
  readonly provenance: JsonObject;
  /** Of a run by the clock: when it began, before the data was opened. */
  readonly startedAt?: string;
  readonly time: string;
}

/** What a study was asked to do, after flags, files and defaults were resolved. */
export interface StudyConfig {
  readonly dataset: string;
  /** What the network is for, in words. */
  readonly task: string;
  /** What designs are selected on. */
  readonly metric: Metric;
  readonly space: string;
  readonly spaceOptions: JsonObject;
  /** The strategy that writes the space before the search. Until it has, `space` stands for images and classes alone. */
  readonly spaceWriter?: string;
  readonly strategy: string;
  readonly strategyOptions: JsonObject;
  readonly evaluator: string;
  readonly evaluatorOptions: JsonObject;
  /** Of the launcher that the evaluator's options name, where it uses one. */
  readonly launcherOptions?: JsonObject;
  readonly model?: string;
  readonly modelOptions: JsonObject;
  /** Evaluations the study may spend; of a study by the clock, about how many it will make. */
  readonly trials: number;
  /** The wall time of the whole study by the clock, in minutes: opening the data, the search, the final training, the test and the files. */
  readonly minutes?: number;
  /** Whether it ends before, once further evaluations no longer pay. */
  readonly stopWhenDone?: boolean;
  readonly limits: JsonObject;
  /** The device that it is for, as it was known then: a `Device`. */
  readonly device?: JsonObject;
  /** The network that the search starts from, as a design of the space. */
  readonly start?: StartConfig;
  /** What won before and suits the study, as it was known when it began; absent where there was nothing, or it was not wanted. */
  readonly experience?: KeptExperience;
  /** Strategies that search the same way after it, each for as long: `minutes` is the time of one of them. */
  readonly baselines?: readonly string[];
  readonly parallel: number;
  readonly seed: number;
  /** Where the files and folders that it names lie. Absent where that was not kept. */
  readonly places?: Places;
}

export interface StartConfig {
  /** What its file is called. */
  readonly name: string;
  readonly choices: Choices;
}

/** A space that was written before the search, as the journal keeps it. */
export interface KeptSpace extends Omit<WrittenSpace, "facts"> {
  /** Its file, as a configuration names it. */
  readonly file: string;
}

export interface TrialLine {
  readonly kind: "trial";
  readonly trial: Trial;
  /** The design's published key, for people who read or search the file. */
  readonly key: string;
  readonly time: string;
}

/** How a note about "stopped" begins when it was an error that stopped the search. */
export const failureWords = "failed: ";

/** The best so far of one run of a baseline, at each evaluation that improved it. */
export interface BaselineRun {
  readonly strategy: string;
  readonly seed: number;
  readonly points: readonly { readonly evaluation: number; readonly score: number }[];
}

/** A hand-designed network that was trained alone for as long as the run's own. */
export interface ReferenceRun {
  readonly name: string;
  readonly paramCount: number;
  readonly macCount: number;
  /** Wall time of its training; absent where it went by epochs, of which it had as many as the run's own. */
  readonly minutes?: number;
  /** On test data, by the name of the metric. */
  readonly testMetrics: Metrics;
  readonly testImages?: number;
}

/**
 * What came of a search by another strategy, with the same data, limits and length. It is a run of its own, in
 * `baselines/STRATEGY` of the folder.
 */
export interface BaselineSearch {
  readonly strategy: string;
  readonly evaluations: number;
  /** Wall time of the whole search; absent where it went by evaluations. */
  readonly minutes?: number;
  /** Of the network that it selected; absent where none was scored, and so is all that follows. */
  readonly paramCount?: number;
  readonly macCount?: number;
  /** The hand-designed network that it handed over, where it found none better. */
  readonly reference?: string;
  /** What it was selected by. */
  readonly score?: number;
  /** On test data, by the name of the metric. */
  readonly testMetrics?: Metrics;
  readonly testImages?: number;
}

/** A remark that is no trial: a resume, a stop, the space that was written, the begin of the final training, what was found in the data, a person's note. */
export interface NoteLine {
  readonly kind: "note";
  readonly about:
    | "resumed"
    | "stopped"
    | "space"
    | "final"
    | "data"
    | "person"
    | "advice"
    | "warning"
    | "baselines"
    /** Trial `trialNumber` was trained to its end beside the run. */
    | "trained";
  readonly text: string;
  readonly trialNumber?: number;
  /** With `about: "person"`: what the person did, so that a resume carries it out again. */
  readonly turn?: NotedTurn;
  /** With `about: "data"`: the hash of the data from here on, where other data than before were accepted. */
  readonly dataHash?: string;
  /** With `about: "final"`: the wall time that the final training was given, in a run by the clock. */
  readonly seconds?: number;
  /** With `about: "space"`: the space that is searched from then on. */
  readonly space?: KeptSpace;
  /** With `about: "resumed"` or `"space"`: where files and data lay then, where that had changed. */
  readonly places?: Places;
  /** With `about: "resumed"`: the number of evaluations from then on, where more were asked for than before. */
  readonly trials?: number;
  /** With `about: "baselines"`: what was run beside the search after its end. */
  readonly baselines?: readonly BaselineRun[];
  readonly reference?: ReferenceRun;
  readonly search?: BaselineSearch;
  readonly time: string;
}

export interface ResultLine {
  readonly kind: "result";
  readonly reason:
    | "trials-spent"
    | "time-spent"
    | "ended-by-person"
    | "no-longer-pays"
    | "space-exhausted"
    | "budget-spent"
    | "conversation-ended";
  /** The selected trial's number, or null when no trial was scored. */
  readonly best: number | null;
  /** On test data, by the name of the metric. */
  readonly testMetrics?: Metrics;
  readonly test?: JsonObject;
  /** Of a run by the clock: the best design beside the best reference, at equal time of training. */
  readonly verdict?: RaceVerdict;
  /** Random search and largest-first at the same number of evaluations, where they were run. */
  readonly baselines?: readonly BaselineRun[];
  readonly time: string;
}

export type JournalLine = JournalHeader | TrialLine | NoteLine | ResultLine;

const finite = z.number();
const index = z.number().int().nonnegative();
const spent = z.looseObject({ milliseconds: finite.nonnegative(), epochs: finite.optional() });
export const metricsSchema = z.record(z.string(), finite);
const metric = z.looseObject({
  name: z.string(),
  label: z.string().optional(),
  unit: z.string(),
  goal: z.enum(["maximise", "minimise"]),
  range: z.tuple([finite, finite]).optional(),
  file: z.string().optional(),
});
const point = z.looseObject({
  epoch: finite,
  seconds: finite.optional(),
  trainLoss: finite,
  validation: metricsSchema,
  validationLoss: finite.optional(),
  learningRate: finite.optional(),
});
const violation = z.looseObject({
  quantity: z.enum(["paramCount", "macCount", "ramBytes", "flashBytes", "latencyMs", "rule"]),
  value: finite,
  bound: z.enum(["min", "max"]),
  limit: finite,
  reason: z.string().optional(),
});
export const evaluationSchema = z.discriminatedUnion("kind", [
  z.looseObject({
    kind: z.literal("scored"),
    metrics: metricsSchema,
    curve: z.array(point).optional(),
    latencyMs: finite.optional(),
    confused: z.array(z.looseObject({ actual: z.string(), predicted: z.string(), images: index })).optional(),
    remark: z.string().optional(),
    spent,
  }),
  z.looseObject({ kind: z.literal("infeasible"), violations: z.array(violation), spent }),
  z.looseObject({
    kind: z.literal("failed"),
    reason: z.enum(["diverged", "timeout", "crashed", "cancelled", "unreadable", "duplicate", "unmeasured"]),
    detail: z.string(),
    curve: z.array(point).optional(),
    spent,
  }),
]);
export const fidelitySchema = z.looseObject({
  epochs: finite.optional(),
  seconds: finite.optional(),
  imageSize: z.union([finite, z.tuple([finite, finite])]).optional(),
  dataFraction01: finite.optional(),
});
export const proposalSchema = z.looseObject({
  choices: z.array(index),
  network: networkSchema.optional(),
  inherits: index.min(1).optional(),
  fidelity: fidelitySchema,
  by: z.string(),
  rationale: z.string().optional(),
  predicted: z.looseObject({ score: finite, sd: finite.optional() }).optional(),
  outlook: z.looseObject({ gain: finite, noise: finite }).optional(),
  repairedFrom: z.array(index).optional(),
  editedFrom: z.array(index).optional(),
  call: finite.optional(),
  unusedAnswers: z
    .array(z.looseObject({ call: finite, kind: z.enum(["unusable", "overruled"]), why: z.string() }))
    .optional(),
  modelSaid: z
    .array(
      z.looseObject({
        choices: z.array(index),
        kind: z.enum(["offer", "forecast", "again"]),
        score: finite.optional(),
        reason: z.string().optional(),
        repairedFrom: z.array(index).optional(),
      }),
    )
    .optional(),
  lessons: z.string().optional(),
  stops: z
    .array(z.looseObject({ trial: index.min(1), reason: z.string(), refused: z.string().optional() }))
    .optional(),
  surrogateExpected: z.looseObject({ score: finite, sd: finite }).optional(),
  modelEnded: z.string().optional(),
  unreadable: z.string().optional(),
  nominalScore: finite.optional(),
  authored: z.looseObject({ text: z.string(), reasons: z.string(), choices: z.array(index) }).optional(),
  comparedOnly: z.literal(true).optional(),
  repeat: index.optional(),
});
const trial = z.looseObject({
  number: index.min(1),
  proposal: proposalSchema,
  outcome: evaluationSchema,
  cost: z.looseObject({
    ...{ paramCount: finite, macCount: finite },
    ...{ ramBytes: finite.optional(), flashBytes: finite.optional() },
  }),
});
const record = z.record(z.string(), z.unknown());
const places = z.record(z.string(), z.object({ absolute: z.string(), fromRun: z.string() }));
const limit = finite.nonnegative().optional();
/** `Limits`, which it stands for wherever a run is opened. */
const limits = z.looseObject({
  ...{ minParamCount: limit, maxParamCount: limit, minMacCount: limit, maxMacCount: limit },
  ...{ maxRamBytes: limit, maxFlashBytes: limit, precision: z.enum(precisions).optional() },
});
const config = z.looseObject({
  dataset: z.string(),
  task: z.string(),
  metric,
  space: z.string(),
  spaceOptions: record,
  spaceWriter: z.string().optional(),
  strategy: z.string(),
  strategyOptions: record,
  evaluator: z.string(),
  evaluatorOptions: record,
  launcherOptions: record.optional(),
  model: z.string().optional(),
  modelOptions: record,
  trials: index,
  minutes: finite.positive().optional(),
  stopWhenDone: z.boolean().optional(),
  limits,
  device: record.optional(),
  start: z.object({ name: z.string(), choices: z.array(index) }).optional(),
  experience: keptExperience.optional(),
  baselines: z.array(z.string()).optional(),
  parallel: index.min(1),
  seed: finite,
  places: places.optional(),
});
const baselines = z.array(
  z.looseObject({
    strategy: z.string(),
    seed: finite,
    points: z.array(z.looseObject({ evaluation: index, score: finite })),
  }),
);
const reference = z.looseObject({
  name: z.string(),
  paramCount: finite,
  macCount: finite,
  minutes: finite.positive().optional(),
  testMetrics: metricsSchema,
  testImages: index.optional(),
});
const search = z.looseObject({
  strategy: z.string(),
  evaluations: index,
  minutes: finite.positive().optional(),
  paramCount: finite.optional(),
  macCount: finite.optional(),
  reference: z.string().optional(),
  score: finite.optional(),
  testMetrics: metricsSchema.optional(),
  testImages: index.optional(),
});
const time = z.string();
const line = z.discriminatedUnion("kind", [
  z.looseObject({
    kind: z.literal("header"),
    format: z.literal(journalFormat),
    version: z.union([z.literal(1), z.literal(journalVersion)]),
    config,
    provenance: record,
    startedAt: z.string().optional(),
    time,
  }),
  z.looseObject({ kind: z.literal("trial"), trial, key: z.string(), time }),
  z.looseObject({
    kind: z.literal("note"),
    about: z.enum([
      "resumed",
      "stopped",
      "space",
      "final",
      "data",
      "person",
      "advice",
      "warning",
      "baselines",
      "trained",
    ]),
    text: z.string(),
    trialNumber: index.optional(),
    turn: z.object({ id: z.string(), turn: personTurn, trialNumber: index.min(1) }).optional(),
    dataHash: z.string().optional(),
    seconds: finite.optional(),
    space: z
      .looseObject({ file: z.string(), text: z.string(), options: record, reasons: z.string() })
      .optional(),
    places: places.optional(),
    trials: index.optional(),
    baselines: baselines.optional(),
    reference: reference.optional(),
    search: search.optional(),
    time,
  }),
  z.looseObject({
    kind: z.literal("result"),
    reason: z.enum([
      "trials-spent",
      "time-spent",
      "ended-by-person",
      "no-longer-pays",
      "space-exhausted",
      "budget-spent",
      "conversation-ended",
    ]),
    best: index.nullable(),
    testMetrics: metricsSchema.optional(),
    test: record.optional(),
    verdict: z
      .looseObject({
        reference: index.optional(),
        design: index.optional(),
        seconds: finite,
        difference: finite.optional(),
        noise: finite.optional(),
        isWithinNoise: z.boolean(),
      })
      .optional(),
    baselines: baselines.optional(),
    time,
  }),
]);

/** What is wrong with a line. */
export interface LineFault {
  /** As the end of a sentence that begins with the file and the line. */
  readonly fault: string;
  /** The file is no journal of this release: there is nothing to repair. */
  readonly isForeign?: true;
}

/**
 * Checks one parsed line of the journal of that header: the line, with every outcome's score, or which field is wrong
 * and what is allowed. Lines of an older version are read as this one's, also where newer ones follow them.
 */
export function checkJournalLine(value: unknown, header: JournalHeader | undefined): JournalLine | LineFault {
  const version = header?.version ?? versionOf(value);
  const { data, fault } = checkPlainly(line, version === 1 ? migrateFromVersion1(value) : value, {
    isOften: true,
  });
  if (fault === undefined) return scoredLine(data as WrittenLine, header);
  const foreign = foreignHeader(value);
  if (foreign !== undefined) return { fault: foreign, isForeign: true };
  const words = fault.words.replace(/\.$/, "");
  return { fault: fault.path.length > 0 ? `: field "${fault.path.join(".")}"${words}` : words };
}

/** A line as the file has it: an outcome's score follows from its metrics, and so is not written down. */
type WrittenLine =
  | Exclude<JournalLine, TrialLine>
  | (Omit<TrialLine, "trial"> & {
      readonly trial: Omit<Trial, "outcome"> & { readonly outcome: Evaluation };
    });

function scoredLine(line: WrittenLine, header: JournalHeader | undefined): JournalLine | LineFault {
  // A trial before its header is refused when the lines are folded.
  if (line.kind !== "trial" || header === undefined) return line as JournalLine;
  const { trial } = line;
  const outcome = scoreOutcome(trial.outcome, header.config.metric);
  if (outcome.kind !== trial.outcome.kind)
    return { fault: `: ${"detail" in outcome ? outcome.detail : "the outcome has no valid score"}` };
  return { ...line, trial: { ...trial, outcome } };
}

const versionOf = (value: unknown) =>
  typeof value === "object" && value !== null && "version" in value ? value.version : undefined;

function foreignHeader(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("kind" in value) || value.kind !== "header") return;
  if (!("format" in value) || value.format !== journalFormat)
    return `not a journal of genius: its first line has no format "${journalFormat}"`;
  const version = versionOf(value);
  if (version !== 1 && version !== journalVersion) {
    return `a journal of version ${String(version ?? "missing")}, and this release reads versions 1 and ${journalVersion}. Read it with the release that wrote it`;
  }
  return undefined;
}
