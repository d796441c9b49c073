// The model writes the space, and a classical search explores it: one call for the space, corrections until it stands, and one more in
// the middle of the search, in which the model sees what mattered and may write another. Everything is restored from the trials:
// each of them carries the text that it is a design of.
import { z } from "zod";
import { GeniusError } from "../../../base/errors.ts";
import { canonicalKey } from "../../../graph/canonical.ts";
import type { Conversation } from "../../../llm/index.ts";
import { isReference } from "../../../search/proposed-network.ts";
import evolution from "../../../search/strategies/evolution.ts";
import gp from "../../../search/strategies/gp.ts";
import hybrid from "../../../search/strategies/hybrid.ts";
import localSearch from "../../../search/strategies/local-search.ts";
import randomSearch from "../../../search/strategies/random.ts";
import tpe from "../../../search/strategies/tpe.ts";
import {
  defineStrategy,
  type ProposeContext,
  type Strategy,
  type StrategyDefinition,
  type StrategySetting,
} from "../../../search/strategy.ts";
import { isEvaluated, isScored, type Proposal, type ScoredTrial, type Trial } from "../../../search/trial.ts";
import { askForSpace, maxCalls, type SpaceQuestion } from "../ask-for-space.ts";
import { type AuthoredSpace, checkAuthored } from "../authored-space.ts";
import { type Chapter, createChapter } from "../chapter.ts";
import { firstPrompt, revisionPrompt, type Told } from "../prompt.ts";

const by = "author";
/** Scored designs below which nothing can be said of alternatives. */
const fewest = 4;

/** With its own defaults. */
const explorer =
  <Options>(strategy: StrategyDefinition<Options>) =>
  (setting: StrategySetting): Strategy =>
    strategy.create(setting, strategy.options.parse({}));
/** What may search in the model's space: all of them without the model, whose answers would be choices of a space that the study does not have. */
const explorers = {
  hybrid: explorer(hybrid),
  evolution: explorer(evolution),
  gp: explorer(gp),
  tpe: explorer(tpe),
  "local-search": explorer(localSearch),
  random: explorer(randomSearch),
} as const;

const options = z.object({
  explorer: z
    .enum(Object.keys(explorers) as (keyof typeof explorers)[])
    .default("hybrid")
    .describe("strategy that searches in the model's space, without the model"),
  revise: z
    .boolean()
    .default(true)
    .describe(
      "show the model what mattered after half of the evaluations, so that it may write another space",
    ),
  maxOutputTokens: z.int().positive().default(4000).describe("max tokens of one answer of the model"),
});

/** Failures of a model for good: a space that there is goes on without it. */
const failuresForGood: ReadonlySet<string> = new Set([
  "budget-exhausted",
  "conversation-ended",
  "key-rejected",
  "model-failed",
  "server-unreachable",
]);

export default defineStrategy({
  name: by,
  summary:
    "A language model writes the search space in the language of texts, and may revise it; a strategy without a model (hybrid by default) explores it.",
  source:
    "Made for GENIUS; spaces as programs with alternatives as in PyGlove, https://arxiv.org/abs/2101.08809",
  model: "required",
  needs: "training",
  readsExperience: true,
  options,
  create,
  async writeSpace(setting, signal) {
    const conversation = conversationOf(setting);
    const { space } = await askForSpace(conversation, setting.domain, {
      prompt: firstPrompt({ setting, references: [], left: setting.evaluations }),
      ...{ purpose: "space", name: by, mayKeep: false, callsLeft: maxCalls },
      maxOutputTokens: options.parse({}).maxOutputTokens,
      signal,
    });
    const { text, options: spaceOptions, reasons, facts } = space as AuthoredSpace;
    return { text, options: spaceOptions, reasons, facts };
  },
});

function conversationOf({ conversation }: StrategySetting): Conversation {
  if (conversation !== undefined) return conversation;
  throw new GeniusError(
    "wrong-use",
    `The strategy ${by} needs a model: --model PROVIDER/MODEL, or --model manual.`,
  );
}

function create(setting: StrategySetting, given: z.output<typeof options>): Strategy {
  const { domain, evaluations } = setting;
  const conversation = conversationOf(setting);
  const chapters: Chapter[] = [];
  /** References and designs of all spaces, in their order. */
  const observed: Trial[] = [];
  const measured = new Set<string>();
  const references: ScoredTrial[] = [];
  let evaluated = 0;
  let calls = 0;
  let revised = false;
  /** What the next proposal says of the model, so that a resumed run knows what was asked. */
  let word: Pick<Proposal, "call" | "unusedAnswers" | "modelEnded"> = {};

  const toldIn = ({ insights, pending }: ProposeContext): Told => ({
    ...{ setting, references, insights },
    left: Math.max(1, evaluations - evaluated - pending.length),
  });

  const spaceOf = (text: string | undefined) =>
    chapters.find(({ authored }) => authored.text === text)?.authored;

  const chapterOf = (authored: AuthoredSpace): Chapter => {
    const { conversation: _, starts: __, ...rest } = setting;
    const search = explorers[given.explorer]({
      ...rest,
      domain: authored.domain,
      evaluations: Math.max(1, evaluations - evaluated),
      readsNetworks: true,
    });
    const chapter = createChapter(authored, { search, by: `${by}/search`, number: chapters.length + 1 });
    for (const trial of observed) chapter.observe(trial, spaceOf(trial.proposal.authored?.text));
    chapters.push(chapter);
    return chapter;
  };

  const write = async (
    question: Pick<SpaceQuestion, "prompt" | "purpose" | "mayKeep">,
    signal: AbortSignal,
  ): Promise<AuthoredSpace | undefined> => {
    const answer = await askForSpace(conversation, domain, {
      ...question,
      name: `author${chapters.length + 1}`,
      callsLeft: maxCalls - calls,
      maxOutputTokens: given.maxOutputTokens,
      signal,
    });
    calls += answer.calls;
    const { lastCall, unused } = answer;
    word = { call: lastCall, ...(unused.length > 0 && { unusedAnswers: unused }) };
    return answer.space;
  };

  const current = async (context: ProposeContext): Promise<Chapter> => {
    const chapter = chapters.at(-1);
    const { signal } = context;
    if (chapter === undefined) {
      const prompt = firstPrompt(toldIn(context));
      const space = await write({ prompt, purpose: "space", mayKeep: false }, signal);
      return chapterOf(space as AuthoredSpace);
    }
    const scored = chapter.trials.flatMap((trial) => (isScored(trial) ? trial : []));
    const isDue = given.revise && !revised && 2 * evaluated >= evaluations && scored.length >= fewest;
    if (!isDue || calls >= maxCalls) return chapter;
    revised = true;
    const prompt = revisionPrompt(toldIn(context), chapter.authored, scored);
    try {
      const space = await write({ prompt, purpose: "revised space", mayKeep: true }, signal);
      return space === undefined || space.text === chapter.authored.text ? chapter : chapterOf(space);
    } catch (thrown) {
      if (!(thrown instanceof GeniusError) || signal.aborted || !failuresForGood.has(thrown.code))
        throw thrown;
      word = { modelEnded: thrown.message.replace(/\.$/, "") };
      return chapter;
    }
  };

  return {
    observesReferences: true,
    async propose(context) {
      const chapter = await current(context);
      const open = new Set(context.pending.flatMap(({ network }) => (network ? canonicalKey(network) : [])));
      const proposal = await chapter.propose(context, (key) => measured.has(key) || open.has(key));
      if (proposal === undefined) return undefined;
      const said = word;
      word = {};
      return { ...proposal, ...said };
    },
    observe(trial) {
      const { authored, network, call, modelEnded } = trial.proposal;
      if (network === undefined) return;
      if (authored !== undefined) {
        const isFirst = observed.every(({ proposal }) => proposal.authored === undefined);
        if (spaceOf(authored.text) === undefined) restored(authored);
        // Whoever was asked and kept the space is not asked again.
        revised ||= !isFirst && (call !== undefined || modelEnded !== undefined);
        calls = Math.max(calls, call ?? 0);
        if (isEvaluated(trial)) evaluated += 1;
      } else if (isReference(trial.proposal) && isScored(trial)) {
        references.push(trial);
      }
      observed.push(trial);
      if (isEvaluated(trial)) measured.add(canonicalKey(network));
      const own = spaceOf(authored?.text);
      for (const chapter of chapters)
        if (chapter === chapters.at(-1) || chapter.authored === own) chapter.observe(trial, own);
    },
    modelPlan: () => ({
      promptChars: JSON.stringify(firstPrompt({ setting, references, left: evaluations })).length,
      replyTokens: 600,
      calls: given.revise ? 2 : 1,
    }),
  };

  /** Of a resumed run: the space that a trial is a design of. */
  function restored({ text, reasons }: NonNullable<Proposal["authored"]>): void {
    const checked = checkAuthored(text, domain, { name: `author${chapters.length + 1}`, reasons });
    if ("fault" in checked)
      throw new GeniusError("bad-file", `A space that the model wrote is no longer one: ${checked.fault}.`);
    calls += 1;
    revised ||= chapters.length > 0;
    chapterOf(checked);
  }
}
