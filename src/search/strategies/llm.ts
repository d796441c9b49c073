// The language model as the designer: it sees the space, the limits and the results so far, and proposes the next
// design. A reply that cannot be read is asked for once more, and then is an outcome; a design outside the limits is
// repaired to the nearest one inside, or sent back with exact numbers; no design is evaluated twice.
import { z } from "zod";
import { GeniusError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { formatCount } from "../../base/units.ts";
import { answerIn, type ChatMessage, type ChatReply, type ChatRequest, tokensOf } from "../../llm/index.ts";
import { toDigits } from "../choices.ts";
import { neighbours } from "../constraints/create-domain.ts";
import type { Domain } from "../constraints/domain.ts";
import { memoryInWords } from "../constraints/limit-words.ts";
import { recordedCost } from "../constraints/memory.ts";
import { repairInShape } from "../constraints/shape-repair.ts";
import { isPatienceSpent, unusableInARow } from "../model-answers.ts";
import { stopsSaid } from "../model-stops.ts";
import { defaultPrompt } from "../prompt/default-prompt.ts";
import { designText } from "../prompt/describe-space.ts";
import { costTool, designerTools } from "../prompt/designer-tools.ts";
import { genius2023Prompt } from "../prompt/genius-2023.ts";
import { prompt2026 } from "../prompt/genius-2026-11.ts";
import { inventedTrials, meanLength, proseCharacters } from "../prompt/invented-history.ts";
import {
  inventedLessons,
  type Lessons,
  lessonsNow,
  lessonsOption,
  maxLessonCharacters,
  readLessons,
  withLessons,
} from "../prompt/lessons.ts";
import { type ProposalReply, readProposal, replySchema } from "../prompt/proposal-reply.ts";
import { createSampleImages, imagesOption } from "../prompt/sample-images.ts";
import { asksForStops, readStops, type Stops, stopsOption, withStops } from "../prompt/stops.ts";
import { nextRepeat, refuseRepeatsByTheClock, repeatsOption } from "../sampling/repeats.ts";
import { createKnownDesigns, drawUnseen, freeDesigns } from "../sampling/unseen.ts";
import { createWarmStart, startOption } from "../sampling/warm-start.ts";
import type { Choices } from "../space.ts";
import { defineStrategy, type Strategy, type StrategySetting } from "../strategy.ts";
import { isEvaluated, type Proposal, type Trial, type UnusedAnswer } from "../trial.ts";

const ownStart = { model: "the model's own", nominal: "a random one with a made-up result" };
const options = z.object({
  prompt: z
    .enum(["default", "genius-2026-11", "genius-2023"])
    .default("default")
    .describe(
      "genius-2023 is the paper's protocol: no repair, no tool, temperature 0; genius-2026-11 is the default of that month, for records of it",
    ),
  start: startOption("model", ownStart),
  nominalAccuracy01: z.number().min(0).max(1).default(0.5).describe("the made-up result of --start nominal"),
  onInfeasible: z
    .enum(["repair", "ask", "return"])
    .default("repair")
    .describe(
      "a design outside the limits is repaired to the nearest inside, the model is asked once whether it prefers another to that, or it is returned with its numbers",
    ),
  temperature: z.number().min(0).max(2).optional().describe("sampling temperature (genius-2023: always 0)"),
  shown: z.int().min(2).default(12).describe("max earlier results in the prompt"),
  costs: z
    .boolean()
    .default(true)
    .describe("tell the model what designs cost (default prompt); without, there are no tools either"),
  costTool: z
    .boolean()
    .default(true)
    .describe("offer tools with exact answers: costs, neighbours, layers, what was tried"),
  lessons: lessonsOption,
  repeats: repeatsOption,
  stops: stopsOption,
  images: imagesOption,
  maxOutputTokens: z.int().min(50).default(4000).describe("max tokens of one reply"),
});
type Options = z.output<typeof options>;

export default defineStrategy({
  name: "llm",
  summary: "A language model proposes each design from the space, the limits and the results so far.",
  source: "Zheng et al. 2023 (GENIUS), https://arxiv.org/abs/2304.10970, and what it left open",
  model: "required",
  oneAtATime: true,
  options,
  create,
});

function create(setting: StrategySetting, given: Options): Strategy {
  const { domain, conversation } = setting;
  if (conversation === undefined) {
    throw new GeniusError(
      "wrong-use",
      "The strategy llm needs a model: --model PROVIDER/MODEL, or --model manual.",
    );
  }
  const paper = given.prompt === "genius-2023";
  const keepsLessons = given.lessons && given.prompt === "default";
  const repeats = given.repeats && given.prompt === "default";
  if (repeats) refuseRepeatsByTheClock(setting);
  const mayStop = given.stops && given.prompt === "default" && asksForStops(setting);
  const stopsOf = (earlier: readonly Proposal[]): Stops | undefined =>
    mayStop ? { rungs: setting.fidelity.rungs ?? [], said: stopsSaid(earlier) } : undefined;
  const hasTool = !paper && given.costs && given.costTool;
  const history: Trial[] = [];
  const known = createKnownDesigns(domain.space);
  const warmStart = createWarmStart(domain, given.start, Object.keys(ownStart));

  const asking: Pick<ChatRequest, "maxOutputTokens" | "temperature" | "schema" | "tools"> = {
    maxOutputTokens: given.maxOutputTokens,
    ...(paper ? { temperature: 0 } : given.temperature !== undefined && { temperature: given.temperature }),
    ...(!paper && {
      schema: withStops(withLessons(replySchema(domain.space, setting.metric), keepsLessons), mayStop),
    }),
    // Old records are of the first of the tools alone.
    ...(hasTool && {
      tools:
        given.prompt === "default"
          ? designerTools({
              ...{ domain, trials: history, tellScore: setting.tellScore },
              isTrained: setting.measuring?.validationImages !== undefined,
            })
          : [costTool(domain)],
    }),
  };

  /** What the model said when it proposed a trial: the paper's protocols send it back. */
  const replyTo = ({ proposal }: Trial) =>
    proposal.call === undefined ? undefined : conversation.textOf(proposal.call);

  const messagesFor = ({
    history,
    left,
    pending,
    insights,
    lessons,
    stops,
    replyOf = replyTo,
  }: MessageSetting): readonly ChatMessage[] => {
    const context = {
      pending,
      insights,
      lessons,
      stops,
      mayRepeat: repeats,
      domain,
      task: setting.task,
      measuring: setting.measuring,
      metric: setting.metric,
      tellScore: setting.tellScore,
      history,
      left,
      shown: given.shown,
      costs: given.costs,
      repairs: given.onInfeasible !== "return",
    };
    if (paper) return genius2023Prompt(context, replyOf);
    return given.prompt === "genius-2026-11" ? prompt2026(context) : defaultPrompt(context);
  };

  const sampleImages = createSampleImages(setting, given.images);
  const ask = async (messages: readonly ChatMessage[], purpose: string, signal: AbortSignal) =>
    conversation.ask(
      {
        messages: await sampleImages.shownWith(messages),
        purpose,
        ...asking,
      },
      signal,
    );

  /** The prompts of old records know designs of the space alone. */
  const isTold = ({ network }: Proposal) => given.prompt === "default" || network === undefined;

  return {
    async propose(context) {
      const isFree = freeDesigns(known, context.pending);
      if (given.start === "nominal" && context.trialNumber === 1)
        return nominalDesign(domain, given, context.random);
      const begin = warmStart.next(isFree, context);
      if (begin !== undefined) return { ...begin, fidelity: {}, by: "llm/start" };
      const left = setting.evaluations - history.filter(isEvaluated).length - context.pending.length;
      const earlier = [...history.map(({ proposal }) => proposal), ...context.pending];
      const stops = stopsOf(earlier);
      const messages = messagesFor({
        history: history.filter(({ proposal }) => isTold(proposal)),
        left,
        pending: context.pending.filter(isTold),
        insights: context.insights,
        stops,
        ...(keepsLessons && {
          lessons: lessonsNow({ trials: history, pending: context.pending, edited: context.editedLessons }),
        }),
      });
      const purpose = `proposal ${context.trialNumber}`;
      let inARow = unusableInARow(earlier);
      const unusedAnswers: UnusedAnswer[] = [];
      let asked = messages;
      for (const again of paper ? [""] : ["", ", asked again"]) {
        const reply = await ask(asked, `${purpose}${again}`, context.signal);
        const read = readProposal(domain.space, reply);
        if (read.kind === "design") {
          const lessons = keepsLessons ? readLessons(reply.text) : undefined;
          const stopped =
            stops === undefined ? [] : readStops(reply.text, { trials: history, said: stops.said });
          const first = {
            ...proposalOf(read, reply),
            ...(lessons !== undefined && { lessons }),
            ...(stopped.length > 0 && { stops: stopped }),
            ...(unusedAnswers.length > 0 && { unusedAnswers }),
          };
          const proposal =
            given.onInfeasible === "ask" && !paper
              ? await preferred(first, {
                  domain,
                  ask: (more) => ask([...messages, ...more], `${purpose}, repaired`, context.signal),
                })
              : first;
          if (paper) return proposal;
          const { choices } = proposal;
          const isAllowed = repeats && domain.isFeasible(choices);
          const repeat = isAllowed
            ? nextRepeat(choices, { trials: history, pending: context.pending })
            : undefined;
          if (repeat !== undefined) return { ...proposal, repeat };
          return settle(proposal, { domain, given, isFree, random: context.random });
        }
        unusedAnswers.push({ call: reply.number, kind: "unusable", why: read.reason });
        inARow += 1;
        if (isPatienceSpent(inARow) && !isTranscribed(reply))
          throw unusableModel(conversation.model, inARow, read.reason);
        asked = askedAgain(messages, reply, read.reason);
      }
      const { call, why } = unusedAnswers.at(-1) as UnusedAnswer;
      return { choices: [], fidelity: {}, by: "llm", call, unreadable: why, unusedAnswers };
    },
    observe(trial) {
      history.push(trial);
      known.observe(trial);
    },
    modelPlan() {
      const { evaluations } = setting;
      const invented = inventedTrials(domain, Math.max(0, evaluations - 1));
      const lengthAfter = (trials: number) =>
        JSON.stringify(
          messagesFor({
            history: invented.slice(0, trials),
            left: evaluations - trials,
            pending: [],
            stops: stopsOf([]),
            ...(keepsLessons && { lessons: inventedLessons }),
            replyOf: () => "x".repeat(proseCharacters),
          }),
        ).length;
      const { schema, tools = [] } = asking;
      const around = JSON.stringify([schema ?? "", tools]).length;
      const calls = Math.round(evaluations * (hasTool ? requestsOfReply : 1));
      return {
        promptChars: meanLength(evaluations, lengthAfter) + around + sampleImages.characters,
        replyTokens: Math.round(
          (tokensOf(
            paper ? proseCharacters : replyCharacters(domain) + (keepsLessons ? maxLessonCharacters : 0),
          ) *
            evaluations) /
            Math.max(1, calls),
        ),
        calls,
      };
    },
  };
}

/** Requests for one reply, those after a call of a tool among them: what 20 recorded searches took on average. */
const requestsOfReply = 1.1;

/** A reply in the form that is asked for: a reason, the choices, a forecast. */
const replyCharacters = ({ space }: Domain) => 300 + 3 * space.decisions.length;

/** Replies of a transcript are free, and some people went on after many that led to nothing. */
const isTranscribed = ({ from, usage }: ChatReply) => from === "replay" && usage.estimated === true;

function unusableModel(model: string, inARow: number, why: string): GeniusError {
  return new GeniusError(
    "model-unusable",
    `${inARow} answers of ${model} in a row could not be used, so it is not asked any more; the last one: ${why}. Its answers are in conversation.jsonl.`,
  );
}

interface MessageSetting {
  readonly history: readonly Trial[];
  readonly left: number;
  readonly pending: readonly Proposal[];
  readonly insights?: readonly string[] | undefined;
  readonly lessons?: Lessons;
  readonly stops?: Stops | undefined;
  /** What the model said when it proposed a trial. */
  readonly replyOf?: (trial: Trial) => string | undefined;
}

function nominalDesign(domain: Domain, { nominalAccuracy01 }: Options, random: Random): Proposal | undefined {
  const choices = domain.sample(random);
  return choices && { choices, fidelity: {}, by: "llm/nominal", nominalScore: nominalAccuracy01 };
}

function askedAgain(
  messages: readonly ChatMessage[],
  reply: ChatReply,
  reason: string,
): readonly ChatMessage[] {
  return [
    ...messages,
    { role: "assistant", content: shortened(answerIn(reply.text)) || "(empty)" },
    {
      role: "user",
      content: `That could not be used: ${reason}. Answer again, in the form that was asked for.`,
    },
  ];
}

/** Where an answer went astray stands at its end; the rest would only be paid for again. */
const shortened = (text: string) => (text.length > 4000 ? `…${text.slice(-4000)}` : text);

function proposalOf(read: Extract<ProposalReply, { kind: "design" }>, reply: ChatReply): Proposal {
  return {
    choices: read.choices,
    fidelity: {},
    by: "llm",
    call: reply.number,
    ...(read.reason !== undefined && { rationale: read.reason }),
    ...(read.score !== undefined && { predicted: { score: read.score } }),
  };
}

/**
 * What the model prefers to the nearest allowed design of its own, asked once; its own, to be repaired, where it answers
 * nothing that can be used.
 */
async function preferred(
  proposal: Proposal,
  setting: {
    readonly domain: Domain;
    readonly ask: (more: readonly ChatMessage[]) => Promise<ChatReply>;
  },
): Promise<Proposal> {
  const { domain } = setting;
  const nearest = domain.isFeasible(proposal.choices) ? undefined : repairInShape(domain, proposal.choices);
  if (nearest === undefined) return proposal;
  const told = (choices: Choices) => {
    const cost = recordedCost(domain, choices);
    return `${designText(domain, choices)} (${formatCount(cost.macCount)} MACs, ${formatCount(cost.paramCount)} parameters${memoryInWords(cost)})`;
  };
  const reply = await setting.ask([
    { role: "assistant", content: JSON.stringify({ choices: toDigits(domain.space, proposal.choices) }) },
    {
      role: "user",
      content: `${told(proposal.choices)} is outside the limits. The nearest design inside is ${told(nearest)}. Answer in the same form: with that one, or with another inside the limits that you prefer.`,
    },
  ]);
  const read = readProposal(domain.space, reply);
  if (read.kind !== "design") return proposal;
  const { unusedAnswers, lessons, stops } = proposal;
  const isNearest = read.choices.join() === nearest.join();
  return {
    ...proposalOf(read, reply),
    ...(unusedAnswers && { unusedAnswers }),
    ...(lessons !== undefined && { lessons }),
    ...(stops !== undefined && { stops }),
    ...(isNearest && { repairedFrom: proposal.choices }),
  };
}

interface Settling {
  readonly domain: Domain;
  readonly given: Options;
  readonly isFree: (choices: Choices) => boolean;
  readonly random: Random;
}

/** Brings a proposal inside the limits in its own shape, and away from what was tried. */
function settle(proposal: Proposal, { domain, given, isFree, random }: Settling): Proposal | undefined {
  let choices: Choices | undefined = proposal.choices;
  if (!domain.isFeasible(choices)) {
    if (given.onInfeasible === "return") return proposal;
    // Old records are of the exact repair.
    const repair =
      given.prompt === "default" ? repairInShape : (from: Domain, design: Choices) => from.repair(design);
    choices = repair(domain, choices);
  }
  if (choices !== undefined && !isFree(choices))
    choices = nearestFree(domain, choices, isFree) ?? drawUnseen(domain, isFree, random);
  if (choices === undefined) return undefined;
  return choices === proposal.choices ? proposal : { ...proposal, choices, repairedFrom: proposal.choices };
}

/** The allowed design one or two decisions away that is free, of the most MACs among the nearest. */
function nearestFree(
  domain: Domain,
  from: Choices,
  isFree: (choices: Choices) => boolean,
): Choices | undefined {
  const near = neighbours(domain.space, from);
  const best = (designs: readonly Choices[]) =>
    designs
      .filter((choices) => isFree(choices) && domain.isFeasible(choices))
      .sort((a, b) => domain.costOf(b).macCount - domain.costOf(a).macCount)[0];
  return best(near) ?? best(near.flatMap((choices) => neighbours(domain.space, choices)).slice(0, 20_000));
}
