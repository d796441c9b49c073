// What hybrid says to a language model – the space, the results, and the surrogate's beliefs in words – and how it reads
// the candidates that come back. It knows nothing of providers, and decides nothing.
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { formatPercent } from "../../base/units.ts";
import { type ChatMessage, type ChatRequest, lastObject, whyNoAnswer } from "../../llm/index.ts";
import type { Metric } from "../../metrics/index.ts";
import type { Domain } from "../constraints/domain.ts";
import { stoppedTrials } from "../model-stops.ts";
import type { Choices, Space } from "../space.ts";
import type { Measuring } from "../strategy.ts";
import type { Acquired } from "../surrogate/acquire.ts";
import type { Candidates } from "../surrogate/surrogate.ts";
import { isScored, type ModelWord, type Proposal, type ScoredTrial, type Trial } from "../trial.ts";
import { costTable } from "./cost-table.ts";
import { adviceFor, againText, insightsText, openingText } from "./default-prompt.ts";
import { designText } from "./describe-space.ts";
import { type Lessons, lessonsAsk, lessonsText } from "./lessons.ts";
import { designOf, readProposal } from "./proposal-reply.ts";
import { scoreWords } from "./score-words.ts";
import { type Stops, stopsAsk } from "./stops.ts";
import { bestAllowed, resultsText } from "./told-results.ts";

export interface HybridPromptState {
  readonly domain: Domain;
  readonly task: string;
  readonly measuring?: Measuring | undefined;
  /** What designs are selected on; accuracy where it is absent. */
  readonly metric?: Metric | undefined;
  /** In order of number. */
  readonly trials: readonly Trial[];
  readonly pending: readonly Proposal[];
  /** Evaluations left, this one included. */
  readonly left: number;
  readonly beliefs: Candidates;
  /** The surrogate's own next designs, best first. */
  readonly own: readonly Acquired[];
  readonly wanted: number;
  /** What the model offered earlier and is still untried. */
  readonly offers?: readonly ModelWord[];
  /** What the person who runs the search has remarked. */
  readonly insights?: readonly string[] | undefined;
  /** Whether a design that was tried may be measured again. */
  readonly mayRepeat?: boolean;
  /** What the model has learned so far; absent where it keeps no lessons. */
  readonly lessons?: Lessons | undefined;
  /** By the clock: what it does not want trained longer; absent where it is not asked. */
  readonly stops?: Stops | undefined;
}

export interface ModelCandidate {
  readonly choices: Choices;
  readonly score?: number;
  readonly reason?: string;
}

const shownResults = 10;

const systemFor = (metric: Metric | undefined) =>
  `You design neural networks together with a statistical surrogate. The surrogate has seen the same results as you and knows only numbers; you know how networks work. Propose candidates that you expect to be better than what it would try by itself: they stay on offer for the next evaluations. Say which ${scoreWords(metric).name} you expect of each, and of the surrogate's own designs: every forecast is compared with its measurement, the surrogate's on the same designs, and each of you is trusted as far as they hold. The best design measured is what the search hands over. Answer with one JSON object and nothing else.`;

/** The conversation to send: a new one each time, so that its length does not grow with the search. */
export function hybridPrompt(state: HybridPromptState): readonly ChatMessage[] {
  const { domain, metric, trials, pending, left, wanted, own, stops } = state;
  const { decisions, firstDigit } = domain.space;
  const best = bestAllowed(domain, trials);
  const opening = openingText(state).join("\n\n");
  const parts = [
    opening,
    costTable(domain, best),
    resultsText({
      ...{ domain, metric, trials, pending, shown: shownResults, costs: true },
      stopped: stops && stoppedTrials(stops.said),
    }),
    beliefsText(state),
    ...offersText(state),
    ...lessonsText(state.lessons),
    ...insightsText(state.insights),
    `${adviceFor(left, best !== undefined)} Propose ${wanted} candidates${state.mayRepeat ? "" : " that were not tried"}, best first, and forecast the surrogate's own designs: {"candidates": [{"reason": "…", "choices": [${decisions.length} numbers, each ${firstDigit} or more, in the order of the decisions], "${scoreWords(metric).field}": …}, …], "forecasts": [${own.length} numbers in per cent, in the order of the surrogate's own designs]}.${state.mayRepeat ? ` ${againText}` : ""}${lessonsAsk(state.lessons)}${stopsAsk(stops)}`,
  ];
  return [
    { role: "system", content: systemFor(metric) },
    { role: "user", content: parts.join("\n\n"), stable: opening.length },
  ];
}

/** What it need not offer again, and may forecast again by doing so. */
function offersText({ domain, offers = [] }: HybridPromptState): readonly string[] {
  if (offers.length === 0) return [];
  const listed = offers.map(({ choices, score }) => {
    const expected = score === undefined ? "" : ` (you expected ${(100 * score).toFixed(1)})`;
    return `${designText(domain, choices)}${expected}`;
  });
  return [
    `You offered these before; they are still on offer, so name one again only to change its forecast: ${listed.join(", ")}.`,
  ];
}

/** The surrogate's best guesses, and what it believes that changing one decision of the best design would do. */
export function beliefsText(state: HybridPromptState): string {
  const { domain, trials, own } = state;
  const guesses = own.map(({ choices, predicted }) => {
    const expected = trials.some(isScored)
      ? `  ${formatPercent(predicted.score)} ± ${points(predicted.sd)}`
      : "";
    return `  ${designText(domain, choices)}${expected}`;
  });
  const parts = [`The surrogate's own next designs:\n${guesses.join("\n")}`];
  const worth = worthOfDecisions(state);
  if (worth.length > 0)
    parts.push(
      `What it believes of changing one decision of the best design, in points of ${scoreWords(state.metric).name}:\n${worth.join("\n")}`,
    );
  return parts.join("\n\n");
}

const points = (share01: number) => (100 * share01).toFixed(2);

function worthOfDecisions({ domain, trials, beliefs }: HybridPromptState): readonly string[] {
  const { space } = domain;
  const best = trials
    .filter(isScored)
    .filter(({ proposal }) => proposal.network === undefined)
    .reduce<ScoredTrial | undefined>(
      (top, trial) => (top === undefined || trial.outcome.score > top.outcome.score ? trial : top),
      undefined,
    );
  if (best === undefined) return [];
  const believed = (choices: Choices) => {
    const place = beliefs.placeOf(choices);
    if (place === undefined) return undefined;
    return beliefs.scoreOf(beliefs.means[place] as number, beliefs.deviations[place] as number);
  };
  const { choices } = best.proposal;
  const here = believed(choices);
  if (here === undefined) return [];
  return space.decisions.flatMap(({ name, options }, index) => {
    const changes = options.flatMap((_, option) => {
      const there = option === choices[index] ? undefined : believed(choices.with(index, option));
      if (there === undefined) return [];
      const gain = there.score - here.score;
      return [`to ${option + space.firstDigit}: ${gain < 0 ? "" : "+"}${points(gain)} ± ${points(there.sd)}`];
    });
    return changes.length === 0
      ? []
      : [`  ${name} (now ${(choices[index] as number) + space.firstDigit}) ${changes.join(", ")}`];
  });
}

/** The JSON schema of a reply: up to `wanted` candidates, and forecasts of as many designs of the surrogate. */
export function candidatesSchema(
  space: Space,
  wanted: number,
  { metric, forecasts }: { readonly metric?: Metric | undefined; readonly forecasts?: number } = {},
): NonNullable<ChatRequest["schema"]> {
  const { name, field } = scoreWords(metric);
  const most = Math.max(...space.decisions.map(({ options }) => options.length)) - 1 + space.firstDigit;
  const candidate: JsonObject = {
    type: "object",
    additionalProperties: false,
    required: ["reason", "choices", field],
    properties: {
      reason: { type: "string", description: "why this design, in one sentence" },
      choices: {
        type: "array",
        items: { type: "integer", minimum: space.firstDigit, maximum: most },
        description: `one option's number for each of the ${space.decisions.length} decisions, in their order`,
      },
      [field]: { type: "number", description: `the ${name} that you expect, 0 to 100` },
    },
  };
  return {
    name: "candidates",
    jsonSchema: {
      type: "object",
      additionalProperties: false,
      required: ["candidates", ...(forecasts === undefined ? [] : ["forecasts"])],
      properties: {
        candidates: { type: "array", maxItems: wanted, items: candidate },
        ...(forecasts !== undefined && {
          forecasts: {
            type: "array",
            maxItems: forecasts,
            items: { type: "number" },
            description: `the ${name} that you expect of each of the surrogate's own designs, 0 to 100`,
          },
        }),
      },
    },
  };
}

export type CandidatesReply =
  | { readonly kind: "candidates"; readonly candidates: readonly ModelCandidate[] }
  | { readonly kind: "unreadable"; readonly reason: string };

/** Never throws: candidates that cannot be read are left out, and a reply in another form may hold one design. */
export function readCandidates(space: Space, reply: Parameters<typeof readProposal>[1]): CandidatesReply {
  if (whyNoAnswer(reply) === undefined) {
    const candidates = lastObject(reply.text, ({ candidates: listed }) => {
      const read = Array.isArray(listed) ? listed.flatMap((entry) => readCandidate(space, entry)) : [];
      return read.length > 0 ? read : undefined;
    });
    if (candidates !== undefined) return { kind: "candidates", candidates };
  }
  const single = readProposal(space, reply);
  return single.kind === "design" ? { kind: "candidates", candidates: [single] } : single;
}

function readCandidate(space: Space, entry: JsonValue): readonly ModelCandidate[] {
  const isObject = typeof entry === "object" && entry !== null && !Array.isArray(entry);
  const read = isObject ? designOf(space, entry as JsonObject) : undefined;
  return read === undefined ? [] : [read];
}

/** The scores that a reply forecasts for the surrogate's own designs; undefined for those that it leaves out. */
export function readForecasts(text: string, count: number): readonly (number | undefined)[] {
  const said = lastObject(text, ({ forecasts }) => (Array.isArray(forecasts) ? forecasts : undefined));
  return Array.from({ length: count }, (_, index) => {
    const percent = said?.[index];
    return typeof percent === "number" && percent >= 0 && percent <= 100 ? percent / 100 : undefined;
  });
}
