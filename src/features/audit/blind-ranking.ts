// Blind ranking: a model says of pairs of designs which is the more accurate, before anything was measured.
import { formatCount } from "../../base/units.ts";
import type { ChatMessage, ChatReply, ChatRequest, Conversation } from "../../llm/index.ts";
import { createDomain } from "../../search/constraints/create-domain.ts";
import { describeCosts, describeDecisions, designText } from "../../search/prompt/describe-space.ts";
import type { Choices } from "../../search/space.ts";
import type { SpaceVariant } from "../../search/space-variant.ts";
import type { DesignPair } from "./matched-pairs.ts";
import type { PairSide } from "./measurement.ts";

export interface RankingRequest {
  readonly variant: SpaceVariant;
  readonly task: string;
  readonly pairs: readonly DesignPair[];
  readonly purpose: string;
  readonly conversation: Conversation;
  readonly signal: AbortSignal;
}

/** Asks once for a batch of pairs, and once more when the reply cannot be read; undefined when neither can. */
export async function rankPairs(request: RankingRequest): Promise<readonly PairSide[] | undefined> {
  const { conversation, pairs, purpose, signal } = request;
  const messages = rankingPrompt(request);
  const ask = (asked: readonly ChatMessage[], words: string) =>
    conversation.ask({ messages: asked, purpose: words, maxOutputTokens: 4000, schema }, signal);
  const reply = await ask(messages, purpose);
  const answers = readAnswers(reply, pairs.length);
  if (answers !== undefined) return answers;
  const again: ChatMessage[] = [
    ...messages,
    { role: "assistant", content: reply.text === "" ? "(empty)" : reply.text },
    {
      role: "user",
      content: `That could not be used: there must be exactly ${pairs.length} answers, each "A" or "B". Answer again, in the form that was asked for.`,
    },
  ];
  return readAnswers(await ask(again, `${purpose}, asked again`), pairs.length);
}

const schema: NonNullable<ChatRequest["schema"]> = {
  name: "ranking",
  jsonSchema: {
    type: "object",
    additionalProperties: false,
    required: ["answers"],
    properties: { answers: { type: "array", items: { type: "string", enum: ["A", "B"] } } },
  },
};

/** What the model is shown: the variant's words, and the pairs as designs of that variant. */
export function rankingPrompt({
  variant,
  task,
  pairs,
}: Pick<RankingRequest, "variant" | "task"> & {
  readonly pairs: readonly Pick<DesignPair, "designs">[];
}): readonly ChatMessage[] {
  const domain = createDomain(variant.space, {});
  const shown = (original: Choices) => {
    const choices = variant.fromOriginal(original);
    if (!variant.showsCosts) return designText(domain, choices);
    const { macCount, paramCount } = domain.costOf(choices);
    return `${designText(domain, choices)} (${formatCount(macCount)} MACs, ${formatCount(paramCount)} parameters)`;
  };
  const lines = pairs.map(
    ({ designs }, index) => `${index + 1}. A: ${shown(designs.A)}  B: ${shown(designs.B)}`,
  );
  const parts = [
    `Task: ${variant.task ?? task}`,
    `Search space ${variant.space.name}: ${variant.space.summary}`,
    describeDecisions(domain),
    ...(variant.showsCosts ? [describeCosts(domain)] : []),
    `A design is written as one option's number for each decision, in their order. Here are ${pairs.length} pairs of designs:\n${lines.join("\n")}`,
    `Which design of each pair has the higher accuracy when both are trained in full? Answer with a JSON object {"answers": ["A" or "B", …]} with exactly ${pairs.length} answers, in the order of the pairs. If you do not know, guess.`,
  ];
  return [
    {
      role: "system",
      content:
        "You judge neural networks before they are trained. Answer with one JSON object and nothing else.",
    },
    { role: "user", content: parts.join("\n\n") },
  ];
}

/** The answers in a reply: of the object that was asked for, or of numbered lines such as `3. B`. */
function readAnswers(
  { object, text }: Pick<ChatReply, "object" | "text">,
  count: number,
): readonly PairSide[] | undefined {
  const structured = (object as { readonly answers?: readonly PairSide[] } | undefined)?.answers;
  const lines = [...text.matchAll(/^[ \t]*\d+\s*[.:)]\s*\**([AB])\b/gm)].map((match) => match[1] as PairSide);
  return [structured, lines].find((answers) => answers?.length === count);
}
