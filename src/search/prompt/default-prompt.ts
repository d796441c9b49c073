// The default prompt of llm: what a design is and costs, how it is measured, what happened so far, and one structured
// answer. Nothing in it hints at what others know of the space.
import type { ChatMessage } from "../../llm/index.ts";
import type { Metric } from "../../metrics/index.ts";
import type { Domain } from "../constraints/domain.ts";
import { stoppedTrials } from "../model-stops.ts";
import type { Measuring } from "../strategy.ts";
import type { Proposal, Trial } from "../trial.ts";
import { costTable } from "./cost-table.ts";
import { describeLimits } from "./describe-space.ts";
import { type Lessons, lessonsAsk, lessonsText } from "./lessons.ts";
import { scoreWords } from "./score-words.ts";
import { spaceTable } from "./space-table.ts";
import { type Stops, stopsAsk } from "./stops.ts";
import { bestAllowed, resultsText } from "./told-results.ts";

export interface PromptContext {
  readonly domain: Domain;
  /** What the network is for. */
  readonly task: string;
  /** How a design is measured, where that is known. */
  readonly measuring?: Measuring | undefined;
  /** What designs are selected on; accuracy where it is absent. */
  readonly metric?: Metric | undefined;
  readonly history: readonly Trial[];
  /** What is being evaluated now. */
  readonly pending: readonly Proposal[];
  /** Evaluations left, this one included. */
  readonly left: number;
  /** Max earlier results to show. */
  readonly shown: number;
  /** Whether the model is told what designs cost; it is unless this is false. */
  readonly costs?: boolean;
  /** Whether a design outside the limits is brought inside instead of being sent back; it is unless this is false. */
  readonly repairs?: boolean;
  /** How a result is told, where that is not the score in per cent. */
  readonly tellScore?: ((score: number) => string) | undefined;
  /** What the person who runs the search has remarked. */
  readonly insights?: readonly string[] | undefined;
  /** Whether a design that was tried may be measured again. */
  readonly mayRepeat?: boolean;
  /** What the model has learned so far; absent where it keeps no lessons. */
  readonly lessons?: Lessons | undefined;
  /** By the clock: what it does not want trained longer; absent where it is not asked. */
  readonly stops?: Stops | undefined;
}

const system =
  "You design neural networks by choosing one option for each decision of a search space. Every design you propose is built and measured, and the best one measured is what the search hands over. Before you propose, weigh what the results say: which options helped, which cost more than they brought, and where your own forecasts and reasons were wrong. Answer with one JSON object and nothing else.";

/** The conversation to send: a new one each time, so that its length does not grow with the search. */
export function defaultPrompt(context: PromptContext): readonly ChatMessage[] {
  const { domain, metric, history, pending, shown, costs = true, stops, tellScore } = context;
  const best = bestAllowed(domain, history);
  const opening = openingText(context).join("\n\n");
  const parts = [
    opening,
    ...(costs ? [costTable(domain, best)] : []),
    resultsText({
      ...{ domain, metric, trials: history, pending, shown, costs, tellScore },
      stopped: stops && stoppedTrials(stops.said),
    }),
    ...lessonsText(context.lessons),
    ...insightsText(context.insights),
    ask(context, best !== undefined),
  ];
  return [
    { role: "system", content: system },
    { role: "user", content: parts.join("\n\n"), stable: opening.length },
  ];
}

/** Task, space, measuring and limits: what stays the same in a study, and so comes first and is cached. */
export function openingText({
  domain,
  task,
  measuring,
  metric,
  repairs = true,
}: Pick<PromptContext, "domain" | "task" | "measuring" | "metric" | "repairs">): readonly string[] {
  const limits = describeLimits(domain.limits);
  return [
    `Task: ${task}`,
    `Search space: ${withoutHints(domain.space.summary)}`,
    spaceTable(domain.space),
    ...(measuring === undefined ? [] : [measuringText(measuring, metric)]),
    limits === undefined
      ? "There are no limits on size."
      : `Limits: ${limits}. ${repairs ? "Of a design outside them the nearest one inside is measured instead." : "A design outside them is sent back."}`,
  ];
}

/** A summary without the clauses that tell a model to remember instead of to think. */
function withoutHints(summary: string): string {
  return summary
    .replace(/,? (?:all )?(?:published|tabulated|listed) (?:with|in)[^.;]*/gi, "")
    .replace(/;? ?wider is not always better/i, "");
}

function measuringText({ selectedOn, recipe, validationImages }: Measuring, metric?: Metric): string {
  const isAccuracy = metric === undefined || metric.name === "accuracy";
  const parts = [
    ...(recipe === undefined ? [] : [recipe]),
    `The ${scoreWords(metric).name} that counts is measured on ${selectedOn === "test" ? "held-out" : "validation"} data${isAccuracy ? "" : ", and told in per cent"}.`,
  ];
  if (validationImages !== undefined) {
    const points = 100 * Math.sqrt(0.25 / validationImages);
    parts.push(
      `With ${validationImages} validation images a measurement is uncertain by ${isAccuracy ? "up to" : "about"} ${points.toFixed(1)} points${isAccuracy ? "" : " or more"}, and another seed of the training adds to that: smaller differences mean little.`,
    );
  }
  return parts.join(" ");
}

const mostInsights = 10;

/** The person's remarks as a paragraph of a prompt; nothing when there are none. The last ten are shown. */
export function insightsText(insights: readonly string[] = []): readonly string[] {
  if (insights.length === 0) return [];
  const lines = insights.slice(-mostInsights).map((insight) => `  - ${insight}`);
  return [`Remarks of the person who runs this search:\n${lines.join("\n")}`];
}

/** How the next evaluation is best used: with few left, only what may be the best counts. */
export function adviceFor(left: number, hasResults: boolean): string {
  if (left <= 1)
    return "This is the last evaluation: only a design that you expect to be the best counts now.";
  if (left <= 3) return `Only ${left} evaluations are left: propose what you expect to be the best.`;
  return hasResults
    ? `${left} evaluations are left. A design may try what the results leave open, if it may also become the best.`
    : `${left} evaluations are left.`;
}

export const againText =
  "One that was tried is measured again, with another seed, if you name it: that costs an evaluation too, and the mean of its measurements counts from then on. It pays only where noise hides which of two good designs is better.";

function ask(
  { domain, metric, left, lessons, stops, mayRepeat }: PromptContext,
  hasResults: boolean,
): string {
  const { firstDigit, decisions } = domain.space;
  return `${adviceFor(left, hasResults)} Propose the next design: a JSON object {"reason": "…", "choices": [${decisions.length} numbers, each ${firstDigit} or more, in the order of the decisions], "${scoreWords(metric).field}": …}. ${mayRepeat ? againText : "It must be one that was not tried."}${lessonsAsk(lessons)}${stopsAsk(stops)}`;
}
