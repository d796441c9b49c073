// What a report says of a run in sentences, without markup: the HTML page and the Markdown text use the same, so they
// cannot differ. The tables are in run-tables.ts.

import { calledShort } from "../base/own-file.ts";
import { counted, formatCount, formatDuration } from "../base/units.ts";
import { formatScore } from "../metrics/index.ts";
import { limitsInWords, memoryInWords } from "../search/constraints/limit-words.ts";
import { answersInWords } from "../search/model-answers.ts";
import { worthInWords } from "../search/model-worth.ts";
import { isDesignOf } from "../search/proposed-network.ts";
import { proposerWords } from "../search/proposer-words.ts";
import type { Limits } from "../search/space.ts";
import { isEvaluated, isScored, type Trial } from "../search/trial.ts";
import { besideSearches } from "../study/baseline-search-words.ts";
import { headlineOfRun } from "../study/headline.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { raceOfRun } from "../study/race-words.ts";
import { besideReferenceRun } from "../study/reference-words.ts";
import { spendingOf } from "../study/spending.ts";
import { bestName, keyInWords } from "./best-name.ts";
import { selectedOnTest } from "./comparison.ts";
import { onDeviceInWords } from "./on-device.ts";
import { type RunReportInput, type Standing, standings } from "./run-facts.ts";
import { runVerdict } from "./run-verdict.ts";
import { finalEpochsOf } from "./trained-network.ts";

export interface Answer {
  readonly question: string;
  readonly answer: string;
  /** One to run, where it would say more. */
  readonly command?: string;
}

/** Of a run by the clock, and of one beside which a reference was trained. */
function besideReferences({ record }: RunReportInput): Answer[] {
  const alone = besideReferenceRun(record);
  const said = runVerdict(record)?.words;
  // What the page begins with is not said again.
  const words = [...(alone === undefined ? [] : [alone.words]), ...(raceOfRun(record) ?? [])].filter(
    (sentence) => sentence !== said,
  );
  const question = "Is it better than networks that people designed?";
  return words.length === 0 ? [] : [{ question, answer: words.join(" ") }];
}

/** Of one beside which other strategies searched as long. */
function besideOtherSearches({ record }: RunReportInput): Answer[] {
  const beside = besideSearches({ ...record, config: record.header.config });
  const question = "Is it better than searches by other strategies that were as long?";
  return beside.length === 0 ? [] : [{ question, answer: beside.map(({ words }) => words).join(" ") }];
}

/** Of a search for a device, or within its memory. */
function onDevice({ record, space }: RunReportInput): Answer[] {
  const words = onDeviceInWords(record, space);
  return words.length === 0
    ? []
    : [{ question: "What does it need on the device?", answer: `${words.join(". ")}.` }];
}

/** The questions of a reader in a hurry. */
export function answers(input: RunReportInput): Answer[] {
  return [
    { question: "Which network is the best?", answer: bestInWords(input) },
    ...onDevice(input),
    ...besideReferences(input),
    ...besideOtherSearches(input),
    ...(isSaid(input) ? [] : [{ question: "Is it better than random search?", ...againstRandom(input) }]),
    { question: "What did it cost?", answer: costInWords(input) },
    { question: "Can I repeat it?", answer: repeatInWords(input) },
  ];
}

/** Whether random search is among the searches that were as long, and nothing else is known of it. */
const isSaid = (input: RunReportInput): boolean =>
  input.record.searches.some(({ strategy }) => strategy === "random") &&
  standings(input).every(({ strategy }) => strategy !== "random");

/** The network first, which is what was searched for; without one the search. */
export function titleOf(input: RunReportInput): string {
  const { config } = input.record.header;
  const best = input.record.selected;
  const name = best && bestName(input.space, best.proposal);
  const headline = headlineOfRun(input.record)?.main ?? "";
  // Of a path, its last part is enough for a title.
  const dataset = config.dataset.split(/[\\/]/).findLast((part) => part !== "") ?? config.dataset;
  const asked = `${config.strategy} on ${calledShort(config.space)}, ${dataset}`;
  if (best === undefined) return `${asked}: nothing scored yet`;
  return name === undefined ? `${asked}: ${headline}` : `${name}: ${headline}`;
}

function bestInWords(input: RunReportInput): string {
  const { record, space, selectedOn } = input;
  const best = record.selected;
  if (best === undefined) return "None: no design was scored.";
  const evaluation = record.trials.filter(
    (trial) => trial.number <= best.number && isEvaluated(trial),
  ).length;
  const { metric } = record.header.config;
  const headline = headlineOfRun(record);
  const details = selectedOn === "test" ? [] : (headline?.details ?? []);
  const beside = details.length === 0 ? "" : ` (${details.join("; ")})`;
  const parts = [
    `${bestName(space, best.proposal) ?? keyInWords(space, best.proposal)}: ${headline?.main}${beside}`,
    `${formatCount(best.cost.macCount)} multiply–accumulates (MACs) for one image${memoryInWords(best.cost)}`,
    `trial ${best.number}, evaluation ${evaluation} of ${spendingOf(input.record, input.calls ?? []).evaluations} (${proposerWords(best.proposal.by)})`,
  ];
  const tested = record.result?.testMetrics?.[metric.name];
  const test =
    selectedOn === "test"
      ? ` ${selectedOnTest}`
      : tested === undefined
        ? " It was not measured on test data."
        : " The test data were used once, after the search.";
  return `${parts.join("; ")}.${test}`;
}

/** Says plainly how the run stands beside random search and the other baselines, or that nobody knows. */
export function againstRandom(input: RunReportInput): Pick<Answer, "answer" | "command"> {
  const standing = standings(input).find((entry) => entry.strategy === "random");
  const isRandom = input.record.header.config.strategy === "random";
  if (standing === undefined) {
    const command = input.baselineCommand;
    return isRandom
      ? {
          answer: "It is random search itself. How much of the result is luck, another seed would show:",
          command,
        }
      : { answer: "Not known: no random search with the same budget was run. To run one:", command };
  }
  return { answer: besideRandom(input, standing) };
}

function besideRandom(input: RunReportInput, standing: Standing): string {
  const { runs, lower, equal, higher, evaluations, mean01, ci95 } = standing;
  const said = (score: number) => formatScore(input.record.header.config.metric, score);
  const ends = ci95.map(said);
  const interval = ends[0] === ends[1] ? "" : ` (95 % interval ${ends.join(" to ")})`;
  const beside = `after the same ${evaluations} evaluations it is above ${lower}, level with ${equal} and below ${higher} of ${runs} runs of random search, whose mean is ${said(mean01)}${interval}.${besideOthers(input)}`;
  if (input.record.header.config.strategy === "random") return `It is random search: ${beside}`;
  if (runs < 20) return `Hard to say from ${runs} ${runs === 1 ? "run" : "runs"} of random search: ${beside}`;
  if (higher + equal < 0.05 * runs) return `Yes: ${beside} It is one run; more seeds would say how often.`;
  return `${lower > runs / 2 ? "Not clearly" : "No"}: ${beside}`;
}

function besideOthers(input: RunReportInput): string {
  return standings(input)
    .filter(({ strategy }) => strategy !== "random")
    .map(({ strategy, runs, mean01, lower, equal }) => {
      const place =
        lower === runs ? "above" : lower + equal === 0 ? "below" : equal === runs ? "level with" : "among";
      return ` It is ${place} ${strategy} (${formatScore(input.record.header.config.metric, mean01)}${runs > 1 ? `, mean of ${runs} runs` : ""}).`;
    })
    .join("");
}

function costInWords(input: RunReportInput): string {
  const spending = spendingOf(input.record, input.calls ?? []);
  const time = ` in ${formatDuration(spending.elapsedMs)}`;
  const training = input.tabular
    ? "Results were looked up, not trained here; the trainings behind them are not counted."
    : `The trainings of the search took ${formatDuration(spending.evaluationMs)}${spending.epochs > 0 ? ` for ${counted(tenths(spending.epochs), "epoch")}` : ""}, added up${parallelWords(input)}${finalCost(input)}.`;
  const work = `${counted(spending.evaluations, "evaluation")} from ${counted(spending.proposals, "proposal")}${time}. ${training}`;
  if (input.record.header.config.model === undefined) return `${work} No language model was used.`;
  if (spending.calls === 0)
    return `${work} The model's conversation is not in the folder, so its tokens are not known.`;
  const tokens = `${formatCount(spending.inputTokens)} tokens read and ${formatCount(spending.outputTokens)} written`;
  const money =
    spending.usd === undefined
      ? "its price is not known"
      : `$${spending.usd.toFixed(spending.usd < 1 ? 4 : 2)}`;
  const { model } = input.record.header.config;
  const replayed = spending.replayed
    ? " These are the recorded figures; the replay itself cost nothing."
    : "";
  const { trials } = input.record;
  const told = [answersInWords(trials.map(({ proposal }) => proposal)), worthInWords(trials)];
  const used = told.filter((words) => words !== undefined).map((words) => ` ${words}`);
  return `${work} The model ${model} was called ${counted(spending.calls, "time")}: ${tokens}, ${money}.${replayed}${used.join("")}`;
}

/** Of the final training, which no trial counts. */
function finalCost({ record, trained }: RunReportInput): string {
  if (record.result?.testMetrics === undefined || record.finalMs === 0) return "";
  const epochs = finalEpochsOf(trained?.test);
  const had =
    epochs === undefined ? "" : `, after which the network has had ${counted(tenths(epochs), "epoch")}`;
  return `, and the final training with its test and files ${formatDuration(record.finalMs)}${had}`;
}

const parallelWords = ({ record }: RunReportInput): string =>
  record.header.config.parallel > 1 ? ` (${record.header.config.parallel} ran at a time)` : "";

const tenths = (epochs: number) => Number(epochs.toFixed(1));

function repeatInWords(input: RunReportInput): string {
  const { config } = input.record.header;
  const clocked =
    config.minutes === undefined
      ? ""
      : " By the clock, results depend on how fast the machine is at the time: the same designs are proposed for the same results only.";
  const own = config.experience?.offered.flatMap(({ name, text }) => (text === undefined ? [] : name)) ?? [];
  const kept =
    own.length === 0
      ? ""
      : ` It was offered what was kept then (${own.join(", ")}); another run is offered what is kept now.`;
  const caveat =
    config.model === undefined || config.model.startsWith("replay/")
      ? clocked.trim() || "The same seed gives the same search."
      : `A language model may answer differently another time; its recorded answers are in conversation.jsonl.${clocked}`;
  return `Yes, by the command under “How to repeat it”, with seed ${config.seed}. ${caveat}${kept}`;
}

/** ", with at most 20k parameters"; empty without limits. */
export function limitWords(config: Pick<StudyConfig, "limits">): string {
  const limits = limitsInWords(config.limits as Limits).map((words) =>
    words.replace("MACs", "multiply–accumulates"),
  );
  return limits.length === 0 ? "" : `, with ${limits.join(" and ")}`;
}

const taskWords = ({ task }: StudyConfig): string =>
  task.replace(/\b\d+(?= training images)/, (count) => Number(count).toLocaleString("en"));

/** "the best network of the space mobile for digits: …, with at most 20k parameters, in 30 evaluations, by the strategy gp". */
export function askedInWords(config: StudyConfig): string {
  const limited = limitWords(config);
  const length =
    config.minutes === undefined ? counted(config.trials, "evaluation") : counted(config.minutes, "minute");
  const proposer = config.model === undefined ? config.strategy : `${config.strategy} with ${config.model}`;
  return `the best network of the space ${calledShort(config.space)} for ${taskWords(config)}${limited}, in ${length}, by the strategy ${proposer}`;
}

/** Decisions in which a design differs from the best one before it. */
export function changesOf({ record, space }: RunReportInput, trial: Trial): string | undefined {
  const before = record.trials.filter((other) => other.number < trial.number).filter(isScored);
  const parent = before.reduce<(typeof before)[number] | undefined>(
    (best, other) => (best === undefined || other.outcome.score > best.outcome.score ? other : best),
    undefined,
  );
  if (
    parent === undefined ||
    space === undefined ||
    !isDesignOf(space, parent.proposal) ||
    !isDesignOf(space, trial.proposal)
  )
    return undefined;
  const changes = space.decisions.flatMap(({ name, options }, index) => {
    const [from, to] = [parent.proposal.choices[index]!, trial.proposal.choices[index]!];
    return from === to ? [] : [`${name}: ${options[from]?.label ?? from} → ${options[to]?.label ?? to}`];
  });
  const compared = `the best before it, trial ${parent.number}`;
  return changes.length === 0
    ? `The same design as ${compared}.`
    : `Changed from ${compared}: ${changes.join("; ")}.`;
}
