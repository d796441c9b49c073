// The best built-in search: a Gaussian process that knows what can be said of a network from its graph, and so begins
// well, and learns each decision's worth from there. With a language model, the model is told what the surrogate
// believes and offers candidates for several evaluations at once; how the two choose together is in hybrid/partnership.ts.
import { z } from "zod";
import { GeniusError } from "../../base/errors.ts";
import { createRandom } from "../../base/random.ts";
import { type ChatReply, type Conversation, tokensOf } from "../../llm/index.ts";
import type { Domain } from "../constraints/domain.ts";
import { repairInShape } from "../constraints/shape-repair.ts";
import { isPatienceSpent, unusableInARow } from "../model-answers.ts";
import { stopsSaid } from "../model-stops.ts";
import { designerTools } from "../prompt/designer-tools.ts";
import { hybridPrompt2026 } from "../prompt/genius-2026-11.ts";
import { candidatesSchema, hybridPrompt, readCandidates, readForecasts } from "../prompt/hybrid-prompt.ts";
import { inventedTrials, meanLength } from "../prompt/invented-history.ts";
import {
  inventedLessons,
  lessonsNow,
  lessonsOption,
  maxLessonCharacters,
  readLessons,
  withLessons,
} from "../prompt/lessons.ts";
import { createSampleImages, imagesOption } from "../prompt/sample-images.ts";
import { asksForStops, readStops, stopsOption, withStops } from "../prompt/stops.ts";
import { nextRepeat, refuseRepeatsByTheClock, repeatsOption } from "../sampling/repeats.ts";
import { createKnownDesigns, drawUnseen, freeDesigns } from "../sampling/unseen.ts";
import { createWarmStart, startOption } from "../sampling/warm-start.ts";
import type { Choices } from "../space.ts";
import { defineStrategy, type ProposeContext, type Strategy, type StrategySetting } from "../strategy.ts";
import { type Acquired, acquire } from "../surrogate/acquire.ts";
import { callsStillPay } from "../surrogate/model-trust.ts";
import { networkKnowledge } from "../surrogate/network-knowledge.ts";
import { type Candidates, costAwareOption, createSurrogate, isBelieved } from "../surrogate/surrogate.ts";
import {
  isEvaluated,
  isScored,
  type ModelWord,
  type Proposal,
  type Trial,
  type UnusedAnswer,
} from "../trial.ts";
import {
  choose,
  drawnReason,
  isCallDue,
  letGo,
  levelled,
  nothingUsable,
  proposalFrom,
  saidIn,
  surrogateReason,
  trustOf,
  unmeasuredReason,
  wordsOf,
} from "./hybrid/partnership.ts";
import { noLongerPays, weigh } from "./hybrid/rule-2026-11.ts";
import { modelsBest, turnRules } from "./hybrid/turns.ts";

const ownStart = {
  own: "best-looking by its graph (drawn at random where the metric is unlike accuracy) or the model's",
};
const options = z.object({
  start: startOption("own", ownStart),
  candidates: z
    .int()
    .min(1)
    .max(20)
    .optional()
    .describe("designs that the model is asked for at once (default: twice as many as --every)"),
  every: z.int().min(1).default(3).describe("evaluations for each call of the model"),
  turns: z
    .enum(turnRules)
    .default("record")
    .describe(
      "which evaluations are the model's own: its best candidate, as often as its record is likely to be better than the surrogate's (record), or every third one of its offers, the rule of records of November 2026 (offers)",
    ),
  calls: z
    .int()
    .min(0)
    .default(30)
    .describe("max calls of the model; it may be fewer, and with 0 it is not asked"),
  costAware: costAwareOption,
  prompt: z
    .enum(["default", "genius-2026-11"])
    .default("default")
    .describe("genius-2026-11 is the prompt of that month, and its rule of choosing, for records of it"),
  costTool: z
    .boolean()
    .default(true)
    .describe(
      "offer the model tools with exact answers: costs, neighbours, layers, what was tried, what the surrogate expects",
    ),
  lessons: lessonsOption,
  repeats: repeatsOption,
  stops: stopsOption,
  images: imagesOption,
  maxOutputTokens: z.int().min(50).default(4000).describe("max tokens of one reply"),
});
type Options = z.output<typeof options>;

/** Failures of a model after which another call would fail, too. */
const failuresForGood: ReadonlySet<string> = new Set(["model-failed", "server-unreachable", "key-rejected"]);

export default defineStrategy({
  name: "hybrid",
  summary:
    "The best built-in search: a surrogate that knows networks, and beside it a language model if there is one.",
  source:
    "https://arxiv.org/abs/2606.21641 and https://arxiv.org/abs/2603.24647: a model with an optimiser's state is ahead of both",
  model: "optional",
  options,
  create,
});

const ownShown = 4;
/** Designs drawn at random to begin with, where nothing is believed of the metric and no model offers any. */
const drawnFirst = 3;
/** What the prompt of 2026-11 asked for. */
const oldCandidates = 4;

function create(setting: StrategySetting, given: Options): Strategy {
  const { domain, conversation } = setting;
  const readsNetworks = setting.readsNetworks === true;
  const knowledge = networkKnowledge(domain, setting.metric, { likeness: readsNetworks });
  const surrogate = createSurrogate(domain, {
    ...{ knowledge, readsNetworks },
    ...(given.costAware && { quickWithin: setting.evaluations }),
  });
  const known = createKnownDesigns(domain.space);
  const warmStart = createWarmStart(domain, given.start, Object.keys(ownStart));
  const trials: Trial[] = [];
  const told = { domain, task: setting.task, measuring: setting.measuring, metric: setting.metric };
  const isOld = given.prompt === "genius-2026-11";
  // Old records are of the exact repair.
  const repair = (choices: Choices) => (isOld ? domain.repair(choices) : repairInShape(domain, choices));
  const promptOf = isOld ? hybridPrompt2026 : hybridPrompt;

  // Old records are of that month's rule, and of requests without tools.
  const isPartner = conversation !== undefined && !isOld;
  const wanted = given.candidates ?? (isOld ? oldCandidates : Math.min(20, 2 * given.every));
  /** The surrogate's own designs that the model is shown. */
  const shown = isOld ? wanted : ownShown;
  const keepsLessons = given.lessons && !isOld;
  const repeats = given.repeats && isPartner;
  if (repeats) refuseRepeatsByTheClock(setting);
  const mayStop = given.stops && isPartner && asksForStops(setting);
  const stopsOf = (earlier: readonly Proposal[]) =>
    mayStop ? { rungs: setting.fidelity.rungs ?? [], said: stopsSaid(earlier) } : undefined;
  const schemaFor = (forecasts: number) => {
    const asked = { metric: setting.metric, ...(!isOld && { forecasts }) };
    return withStops(withLessons(candidatesSchema(domain.space, wanted, asked), keepsLessons), mayStop);
  };
  const sampleImages = createSampleImages(setting, conversation === undefined ? 0 : given.images);
  const hasTools = given.costTool && !isOld;
  const toolsFor = (pending: readonly Proposal[], trialNumber: number) =>
    designerTools({
      ...{ domain, trials, isTrained: setting.measuring?.validationImages !== undefined },
      expect(designs) {
        // Nothing is expected before a measurement; and what is looked up must not change what is drawn.
        if (!trials.some(isScored)) return [];
        const random = createRandom("designer tools", trialNumber);
        const beliefs = surrogate.candidates({ random, pending, extra: designs });
        return designs.flatMap((choices) => {
          const place = beliefs.placeOf(choices);
          return place === undefined
            ? []
            : [beliefs.scoreOf(beliefs.means[place] as number, beliefs.deviations[place] as number)];
        });
      },
    });
  /** The prompt of old records knows designs of the space alone. */
  const isTold = ({ network }: Proposal) => given.prompt === "default" || network === undefined;

  /** The model's answer, why it is not asked any more, or undefined where that was said before. */
  const ask = async (
    model: Conversation,
    { trialNumber, pending, insights, editedLessons, signal }: ProposeContext,
    beliefs: {
      readonly beliefs: Candidates;
      readonly own: readonly Acquired[];
      readonly offers?: readonly ModelWord[];
    },
  ): Promise<{ readonly reply: ChatReply } | { readonly ended: string } | undefined> => {
    const proposals = [...trials.map(({ proposal }) => proposal), ...pending];
    if (proposals.some(({ modelEnded }) => modelEnded !== undefined)) return undefined;
    if (given.calls === 0) return undefined;
    const asked = proposals.filter(({ call }) => call !== undefined).length;
    if (asked >= given.calls) return { ended: `it may be asked ${given.calls} times (--calls)` };
    const ended = isPartner
      ? letGo(trials, trustOf(trials, beliefs.beliefs))
      : callsStillPay(trials)
        ? undefined
        : noLongerPays;
    if (ended !== undefined) return { ended };
    const inARow = unusableInARow(proposals);
    if (isPatienceSpent(inARow)) {
      const last = proposals.findLast(({ unusedAnswers }) => unusedAnswers !== undefined);
      return { ended: `${inARow} answers in a row could not be used (${last?.unusedAnswers?.at(-1)?.why})` };
    }
    const left = setting.evaluations - trials.filter(isEvaluated).length - pending.length;
    const state = {
      ...told,
      trials: trials.filter(({ proposal }) => isTold(proposal)),
      pending: pending.filter(isTold),
      ...{ left, wanted, insights, mayRepeat: repeats, stops: stopsOf(proposals) },
      ...(keepsLessons && { lessons: lessonsNow({ trials, pending, edited: editedLessons }) }),
      ...beliefs,
    };
    try {
      const reply = await model.ask(
        {
          messages: await sampleImages.shownWith(promptOf(state)),
          schema: schemaFor(beliefs.own.length),
          ...(hasTools && { tools: toolsFor(pending, trialNumber) }),
          purpose: `proposal ${trialNumber}`,
          maxOutputTokens: given.maxOutputTokens,
        },
        signal,
      );
      return { reply };
    } catch (thrown) {
      // A model that never answered is set up wrongly, which the person wants to know at once.
      const hasAnswered = asked > 0;
      if (!(thrown instanceof GeniusError) || signal.aborted) throw thrown;
      if (thrown.code !== "budget-exhausted" && !(hasAnswered && failuresForGood.has(thrown.code)))
        throw thrown;
      return { ended: thrown.message.replace(/\.$/, "") };
    }
  };

  /** What is believed, and the surrogate's own next designs: at random as long as there is nothing to choose by. */
  const believe = ({ random, pending }: ProposeContext, isFree: (choices: Choices) => boolean) => {
    const count = conversation === undefined ? 1 : shown;
    const isBegun = conversation !== undefined || trials.length + pending.length >= drawnFirst;
    if (isBelieved(knowledge) || (isBegun && trials.some(isScored))) {
      const beliefs = surrogate.candidates({ random, pending });
      return { beliefs, own: acquire(beliefs, isFree, count), isDrawn: false };
    }
    const extra = Array.from({ length: count }, () => drawUnseen(domain, isFree, random)).filter(
      (choices) => choices !== undefined,
    );
    const drawn = new Set(extra.map((choices) => choices.join()));
    const beliefs = surrogate.candidates({ random, pending, extra });
    return { beliefs, own: acquire(beliefs, (choices) => drawn.has(choices.join()), count), isDrawn: true };
  };

  return {
    ...(readsNetworks && { observesReferences: true as const }),
    async propose(context) {
      const { random, pending } = context;
      const isFree = freeDesigns(known, pending);
      const begin = warmStart.next(isFree, context);
      if (begin !== undefined) return { ...begin, fidelity: {}, by: "hybrid/start" };
      const { beliefs, own, isDrawn } = believe(context, isFree);
      const proposals = [...trials.map(({ proposal }) => proposal), ...pending];
      const heard = levelled(proposals, trials).proposals;
      const offers = isPartner ? wordsOf(heard, isFree).offers : [];
      const isDue = !isPartner || isCallDue(proposals, given.every);
      const answer =
        conversation && isDue ? await ask(conversation, context, { beliefs, own, offers }) : undefined;
      const isEnding = answer !== undefined && "ended" in answer;
      const reply = answer !== undefined && "reply" in answer ? answer.reply : undefined;
      const call = isEnding ? { modelEnded: answer.ended } : reply && { call: reply.number };
      const unused = (kind: UnusedAnswer["kind"], why: string) => ({
        unusedAnswers: [{ call: reply?.number ?? 0, kind, why }],
      });
      let without: Partial<Proposal> = call ?? {};
      if (reply !== undefined) {
        const read = readCandidates(domain.space, reply);
        const named = read.kind === "candidates" ? read.candidates : [];
        if (isPartner) {
          const lessons = keepsLessons ? readLessons(reply.text) : undefined;
          const stops = mayStop ? readStops(reply.text, { trials, said: stopsSaid(proposals) }) : [];
          const said = saidIn(named, readForecasts(reply.text, own.length), {
            ...{ own, isFree, repair },
            mayRepeat: (choices) =>
              repeats && domain.isFeasible(choices) && nextRepeat(choices, { trials, pending }) !== undefined,
          });
          const hasOffers = said.some(({ kind }) => kind !== "forecast");
          without = {
            ...call,
            ...(said.length > 0 && { modelSaid: said }),
            ...(lessons !== undefined && { lessons }),
            ...(stops.length > 0 && { stops }),
            ...(read.kind === "unreadable" && unused("unusable", read.reason)),
            ...(read.kind === "candidates" && !hasOffers && unused("overruled", nothingUsable)),
          };
        } else {
          const chosen = weigh(named, { surrogate, trials, context, own: own[0], isFree, repair });
          if (typeof chosen !== "string") return { ...chosen, ...call };
          const why =
            read.kind === "unreadable" ? unused("unusable", read.reason) : unused("overruled", chosen);
          without = { ...call, ...why };
        }
      }
      if (isPartner) {
        const { modelSaid = [] } = without;
        const words = wordsOf([...heard, { modelSaid }], isFree);
        const extra = [...words.foreseen, ...[...words.offers, ...own].map(({ choices }) => choices)];
        const believed =
          words.offers.length === 0 ? beliefs : surrogate.candidates({ random, pending, extra });
        const trust = trustOf(trials, believed);
        const favourite = modelsBest([...heard, { modelSaid }], isFree);
        const chosen = choose(words, {
          ...{ beliefs: believed, own, trust, favourite },
          ...{ proposals: heard, turns: given.turns },
        });
        const unmeasured = isDrawn ? drawnReason : unmeasuredReason;
        if (chosen !== undefined) {
          const repeat =
            chosen.word?.kind === "again" ? nextRepeat(chosen.choices, { trials, pending }) : undefined;
          return {
            ...proposalFrom(chosen, believed, unmeasured),
            ...without,
            ...(repeat !== undefined && { repeat }),
          };
        }
      }
      const by = "hybrid/surrogate";
      const next = own[0];
      if (next !== undefined) {
        const { choices, predicted, outlook } = next;
        const isMeasured = beliefs.best > Number.NEGATIVE_INFINITY;
        const advice =
          conversation && !isPartner && !callsStillPay(trials)
            ? `; the model is no longer asked: ${noLongerPays}`
            : "";
        return {
          choices,
          fidelity: {},
          by,
          rationale: `${isDrawn ? drawnReason : isMeasured ? surrogateReason : unmeasuredReason}${advice}`,
          ...(isMeasured && { predicted }),
          ...(outlook && { outlook }),
          ...without,
        };
      }
      const choices = drawUnseen(domain, isFree, random);
      return choices && { choices, fidelity: {}, by, rationale: "drawn at random", ...without };
    },
    observe(trial) {
      trials.push(trial);
      known.observe(trial);
      surrogate.observe(trial);
    },
    modelPlan() {
      const every = isOld ? 1 : given.every;
      const asked = Math.min(given.calls, Math.ceil(setting.evaluations / every));
      const calls = Math.round(asked * (hasTools ? requestsOfReply : 1));
      const invented = inventedTrials(domain, Math.max(0, every * (asked - 1)));
      const lengthAfter = (before: number) =>
        JSON.stringify(
          promptOf({
            ...told,
            trials: invented.slice(0, every * before),
            pending: [],
            left: setting.evaluations - every * before,
            wanted,
            stops: stopsOf([]),
            ...(keepsLessons && { lessons: inventedLessons }),
            ...inventedBeliefs(domain, shown),
          }),
        ).length;
      const schema = JSON.stringify([schemaFor(shown), ...(hasTools ? toolsFor([], 1) : [])]).length;
      return {
        promptChars: meanLength(asked, lengthAfter) + schema + sampleImages.characters,
        replyTokens: Math.round(
          (tokensOf(
            wanted * (200 + 3 * domain.space.decisions.length) + (keepsLessons ? maxLessonCharacters : 0),
          ) *
            asked) /
            Math.max(1, calls),
        ),
        calls,
      };
    },
  };
}

/** Requests for one reply, those after a call of a tool among them: what 26 recorded searches took on average. */
const requestsOfReply = 1.3;

/** What a surrogate may say in a prompt, for its length alone. */
function inventedBeliefs(domain: Domain, count: number) {
  const own = inventedTrials(domain, count).map(({ proposal: { choices } }) => ({
    choices,
    promise: 0,
    predicted: { score: 0.9, sd: 0.01 },
  }));
  const beliefs: Candidates = {
    designs: [],
    means: Float64Array.of(0),
    deviations: Float64Array.of(0),
    noiseDeviation: 0,
    best: 0,
    scoreOf: () => ({ score: 0.9, sd: 0.01 }),
    valueOf: () => 0,
    placeOf: () => 0,
  };
  return { beliefs, own };
}
