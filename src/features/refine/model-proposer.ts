// A language model that proposes changes of a block: it sees the block's graph, what was measured there, the rounds so
// far and a numbered list of changes that the grammar drew, and names those to try. So every candidate is
// valid, whatever is answered; an answer without a number of the list leaves the choice to chance, and is recorded.
import { formatCount, formatPercent } from "../../base/units.ts";
import { networkCost } from "../../graph/cost.ts";
import type { ChatMessage, ChatReply, Conversation } from "../../llm/index.ts";
import { formatDifference, formatScore, type Metric, metricWords } from "../../metrics/index.ts";
import { describeLimits } from "../../search/prompt/describe-space.ts";
import { describeBlock, describeBlocks } from "./describe-block.ts";
import type { Change } from "./design.ts";
import type { LocalMeasures } from "./local-measures.ts";
import { drawChanges, type ProposeContext, type Proposer, type Round } from "./proposer.ts";

export interface ModelProposerOptions {
  /** Changes on the list. */
  readonly offered: number;
  /** Max earlier rounds in the prompt. */
  readonly shown: number;
  readonly maxOutputTokens: number;
  /** What the rounds are told in. */
  readonly metric: Metric;
}

const system =
  "You refine a trained convolutional network, block after block, by changing the graph inside one block at a time. The changes that you choose are trained shortly, each beside the unchanged network, from the same weights and on the same images; what is measured comes back to you, and the best goes on only if it is better beyond noise. Think about what this block does, where it is too narrow or wastes work, and what the rounds so far say. Answer with one JSON object and nothing else.";

export function createModelProposer(conversation: Conversation, options: ModelProposerOptions): Proposer {
  return async (context) => {
    const offered = drawChanges(context, options.offered);
    if (offered.length <= context.count) return { changes: offered, words: { by: "grammar" } };
    const { measures } = await context.measure();
    const reply = await conversation.ask(
      {
        messages: promptFor(context, { ...options, offered, measures }),
        purpose: `round ${context.rounds.length + 1}, ${context.block}`,
        maxOutputTokens: options.maxOutputTokens,
        schema: replySchema(offered.length, context.count),
      },
      context.signal,
    );
    const { numbers, reason } = readReply(reply, offered.length);
    const changes = numbers.slice(0, context.count).map((number) => offered[number - 1]!);
    if (changes.length > 0)
      return { changes, words: { by: "model", call: reply.number, ...(reason !== undefined && { reason }) } };
    // In the order of the draw, which is chance.
    return {
      changes: offered.slice(0, context.count),
      words: {
        by: "grammar",
        call: reply.number,
        unusable: `no number from 1 to ${offered.length} in the reply`,
      },
    };
  };
}

function replySchema(offered: number, count: number) {
  return {
    name: "changes",
    jsonSchema: {
      type: "object",
      additionalProperties: false,
      required: ["reason", "changes"],
      properties: {
        reason: { type: "string", description: "why these changes, in one or two sentences" },
        changes: {
          type: "array",
          items: { type: "integer", minimum: 1, maximum: offered },
          minItems: 1,
          maxItems: count,
          description: "numbers of the list, the most promising first",
        },
      },
    },
  } as const;
}

/** Different numbers of the list, in the reply's order: of its object, or of whatever list stands in its text. */
export function readReply(
  { object, text }: Pick<ChatReply, "object" | "text">,
  offered: number,
): { readonly numbers: readonly number[]; readonly reason?: string } {
  const { changes, reason } = (object ?? {}) as { readonly changes?: unknown; readonly reason?: unknown };
  const listed = /\[([\d\s,]+)\]/.exec(text)?.[1] ?? /^[\d\s,]+$/.exec(text.trim())?.[0];
  const numbers = Array.isArray(changes) ? changes : (listed?.match(/\d+/g) ?? []).map(Number);
  return {
    numbers: [...new Set(numbers)].filter(
      (number) => Number.isInteger(number) && number >= 1 && number <= offered,
    ),
    ...(typeof reason === "string" && reason.trim() !== "" && { reason: reason.trim() }),
  };
}

function promptFor(
  context: ProposeContext,
  more: Pick<ModelProposerOptions, "shown" | "metric"> & {
    readonly offered: readonly Change[];
    readonly measures: LocalMeasures;
  },
): readonly ChatMessage[] {
  const { design, block, rounds, limits, count } = context;
  const { paramCount, macCount } = networkCost(design.network);
  const within = describeLimits(limits);
  const parts = [
    `The network has ${formatCount(paramCount)} parameters and ${formatCount(macCount)} MACs${within === undefined ? "" : `; the limits are ${within}`}. Its blocks, from the first to the last:\n${describeBlocks(design.network, block)}`,
    `The graph of ${block}, node by node (name: operation, of its inputs → shape of the output, cost):\n${describeBlock(design.network, block)}`,
    `Measured at the map that leaves ${block}: ${measuresText(more.measures)}.`,
    roundsText(rounds, more),
    `Changes of ${block} that can be tried now, with what they add:\n${more.offered.map((change, at) => `  ${at + 1}. ${changeText(change, { paramCount, macCount })}`).join("\n")}`,
    `Choose up to ${count} of them to be trained: {"reason": "…", "changes": [numbers]}.`,
  ];
  return [
    { role: "system", content: system },
    { role: "user", content: parts.join("\n\n") },
  ];
}

function measuresText({ classEntropy, probeAccuracy01, effectiveRank }: LocalMeasures): string {
  return `entropy of the classes among nearest neighbours ${classEntropy.toFixed(2)} nats (less is better), accuracy of a linear probe ${formatPercent(probeAccuracy01)}, effective rank ${effectiveRank.toFixed(1)}`;
}

function changeText(
  { words, design, preserves }: Change,
  before: { readonly paramCount: number; readonly macCount: number },
): string {
  const after = networkCost(design.network);
  const cost = `${signed(after.paramCount - before.paramCount)} parameters, ${signed(after.macCount - before.macCount)} MACs`;
  return `${words} (${cost}; ${preserves ? "computes the same until it is trained" : "computes something else at once"})`;
}

const signed = (count: number) => (count < 0 ? `-${formatCount(-count)}` : `+${formatCount(count)}`);

function roundsText(
  rounds: readonly Round[],
  { shown, metric }: Pick<ModelProposerOptions, "shown" | "metric">,
): string {
  if (rounds.length === 0) return "No round is over yet.";
  const left = rounds.length - shown;
  const lines = rounds.slice(-shown).map(({ block, candidates, chosen }) => {
    const [unchanged, ...changed] = candidates;
    const tried = changed.map(({ words, score }, at) => {
      const difference = formatDifference(metric, score - unchanged!.score).replace("−", "-");
      return `    ${words}: ${difference}${chosen === at + 1 ? ", kept" : ""}`;
    });
    return [`  ${block}, unchanged ${formatScore(metric, unchanged!.score)}:`, ...tried].join("\n");
  });
  return `Rounds so far, with validation ${metricWords(metric)} against the unchanged network${left > 0 ? ` (${left} earlier ones are left out)` : ""}:\n${lines.join("\n")}`;
}
