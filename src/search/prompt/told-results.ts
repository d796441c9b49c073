// What happened so far, as a model is told it: results with its own forecasts and reasons beside them, what was repaired
// and to what, how trainings went, what failed and why. Best first; the rest in short form, so that everything that was tried is shown.
import { formatCount, formatPercent } from "../../base/units.ts";
import { accuracy, type Metric } from "../../metrics/index.ts";
import type { Domain } from "../constraints/domain.ts";
import { memoryInWords } from "../constraints/limit-words.ts";
import type { Choices } from "../space.ts";
import { bestOf, isScored, type Outcome, type Proposal, type ScoredTrial, type Trial } from "../trial.ts";
import { designText } from "./describe-space.ts";

export interface ResultsState {
  readonly domain: Domain;
  /** What designs are selected on; accuracy where it is absent. */
  readonly metric?: Metric | undefined;
  readonly trials: readonly Trial[];
  /** What is being evaluated now. */
  readonly pending: readonly Proposal[];
  /** Max results with all that is known of them; the others have a design and a figure. */
  readonly shown: number;
  /** Whether the model is told what designs cost. */
  readonly costs: boolean;
  /** Trials that are not to be trained longer; results have their numbers where this is given. */
  readonly stopped?: ReadonlySet<number> | undefined;
  /** How a score is told, where that is not in per cent. */
  readonly tellScore?: ((score: number) => string) | undefined;
}

const shownReasons = 5;
const shownFailures = 4;
const listedShortly = 40;

export function resultsText(state: ResultsState): string {
  const { domain, trials, pending, shown } = state;
  const nominal = trials.filter(({ proposal }) => proposal.nominalScore !== undefined);
  const ranked = trials.filter(isScored).sort((a, b) => b.outcome.score - a.outcome.score);
  const latest = new Set(trials.filter(isScored).slice(-3));
  const whole = ranked.filter(
    (trial, rank) => rank < shown - 3 || latest.has(trial) || ranked.length <= shown,
  );
  const reasoned = new Set([...whole.slice(0, shownReasons - 3), ...latest]);
  const short = ranked.filter((trial) => !whole.includes(trial));
  const unable = trials.filter((trial) => isTellable(trial)).slice(-shownFailures);
  const parts = [
    ...nominal.map((trial) => resultLine(state, trial, trial.proposal.nominalScore ?? 0, false)),
    ...whole.map((trial) => resultLine(state, trial, trial.outcome.score, reasoned.has(trial))),
  ];
  const isUntold =
    state.tellScore !== undefined &&
    ranked.every(({ outcome }) => outcome.score === ranked[0]?.outcome.score);
  const order = isUntold ? "in the order of their evaluation" : "best first";
  const text = [
    parts.length === 0 ? "Nothing was measured yet." : `Results so far, ${order}:\n${parts.join("\n")}`,
    ...(short.length === 0 ? [] : [`Also tried: ${shortList(state, short)}`]),
    ...unable.map((trial) => `Not measured: ${asked(domain, trial)} – ${whyNot(trial)}`),
    ...pending
      .filter(({ unreadable }) => unreadable === undefined)
      .map((proposal) => `Being evaluated now: ${textOf(domain, proposal)}`),
  ];
  return text.join("\n");
}

/** The best design so far that is within the limits. */
export function bestAllowed(domain: Domain, trials: readonly Trial[]): Choices | undefined {
  const designs = trials.filter(({ proposal }) => proposal.network === undefined);
  return bestOf(designs.filter(({ proposal }) => domain.isFeasible(proposal.choices)))?.proposal.choices;
}

function shortList(
  { domain, stopped, tellScore = shortPercent }: ResultsState,
  trials: readonly ScoredTrial[],
): string {
  const listed = trials
    .slice(0, listedShortly)
    .map(
      ({ number, proposal, outcome }) =>
        `${stopped === undefined ? "" : `trial ${number}: `}${textOf(domain, proposal)} ${tellScore(outcome.score)}`,
    );
  const more = trials.length - listed.length;
  return `${listed.join(", ")}${more > 0 ? ` and ${more} worse` : ""}`;
}

const shortPercent = (score: number) => (100 * score).toFixed(1);

function resultLine(
  { domain, metric = accuracy, costs, stopped, tellScore = formatPercent }: ResultsState,
  trial: Trial,
  score: number,
  withReason: boolean,
): string {
  const { proposal, cost, outcome } = trial;
  const size = costs ? `, ${formatCount(cost.macCount)} MACs${memoryInWords(cost)}` : "";
  const forecast =
    proposal.predicted !== undefined && isModels(proposal)
      ? `, you expected ${(100 * proposal.predicted.score).toFixed(1)}`
      : "";
  const repaired =
    proposal.repairedFrom === undefined
      ? ""
      : `, you asked for ${designText(domain, proposal.repairedFrom)}, and the nearest allowed, this one, was measured`;
  const reason =
    withReason && isModels(proposal) && proposal.rationale !== undefined
      ? `; your reason: "${clip(proposal.rationale, 120)}"`
      : "";
  const again = (proposal.repeat ?? 0) > 0 ? " (measured again)" : "";
  const number = stopped === undefined ? "" : `trial ${trial.number}: `;
  const stop = stopped?.has(trial.number) ? ", not to be trained longer, as you said" : "";
  return `  ${number}${textOf(domain, proposal)}${again}  ${tellScore(score)}${size}${curveText(outcome, metric)}${forecast}${repaired}${stop}${reason}`;
}

/** A model's proposal is one that it offered, or came from a call of it and was not put aside. */
const isModels = ({ by, call, unusedAnswers = [] }: Proposal) =>
  by === "hybrid/model" ||
  (by !== "hybrid/surrogate" && call !== undefined && !unusedAnswers.some((unused) => unused.call === call));

const clip = (text: string, most: number) => {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
};

/** Four points of a learning curve, and the losses at its end: what is still rising, and what overfits. */
function curveText(outcome: Outcome, metric: Metric): string {
  const curve = outcome.kind === "infeasible" ? undefined : outcome.curve;
  const latency =
    outcome.kind === "scored" && outcome.latencyMs !== undefined
      ? `, ${outcome.latencyMs.toFixed(1)} ms`
      : "";
  if (curve === undefined || curve.length < 3) return latency;
  const at = [0, Math.floor(curve.length / 3), Math.floor((2 * curve.length) / 3), curve.length - 1];
  const points = at.map((index) => (100 * (curve[index]?.validation[metric.name] ?? 0)).toFixed(0));
  const last = curve.at(-1);
  const losses =
    last?.validationLoss === undefined
      ? ""
      : `; loss ${last.trainLoss.toFixed(2)} on training, ${last.validationLoss.toFixed(2)} on validation images`;
  return `, curve ${points.join("→")} %${losses}${latency}`;
}

/** Whether a model can learn from a trial that was not scored. */
function isTellable({ outcome, proposal }: Trial): boolean {
  if (proposal.unreadable !== undefined || outcome.kind === "scored") return false;
  return outcome.kind === "infeasible" || outcome.reason !== "cancelled";
}

const asked = (domain: Domain, { proposal }: Trial) => textOf(domain, proposal);

/** A network from outside the space has a name and no choices. */
const textOf = (domain: Domain, { choices, network }: Proposal) =>
  network === undefined ? designText(domain, choices) : `${network.name} (a network from outside the space)`;

function whyNot({ outcome, cost }: Trial): string {
  switch (outcome.kind) {
    case "scored":
      return "";
    case "infeasible": {
      const latency = outcome.violations.find(({ quantity }) => quantity === "latencyMs");
      return latency === undefined
        ? `outside the limits: ${formatCount(cost.macCount)} MACs, ${formatCount(cost.paramCount)} parameters${memoryInWords(cost)}`
        : `${latency.value.toFixed(1)} ms, and the limit is ${latency.limit} ms`;
    }
    case "failed": {
      const why: Readonly<Record<string, string>> = {
        diverged: "the training diverged",
        timeout: "the training took too long",
        crashed: "the training crashed",
        duplicate: "it was tried before",
        unmeasured: "there is no measurement of it",
      };
      const detail = outcome.reason === "duplicate" ? "" : ` (${clip(outcome.detail, 80)})`;
      return `${why[outcome.reason] ?? outcome.reason}${detail}`;
    }
    default:
      return outcome satisfies never;
  }
}
