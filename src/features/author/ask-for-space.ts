// Asks a model for a space until one stands: what is wrong with an answer is told, with a few corrections in all. It does not
// know what the space is for: a search that goes on changing it, or one that only begins with it.
import { GeniusError } from "../../base/errors.ts";
import type { ChatMessage, Conversation } from "../../llm/index.ts";
import type { Domain } from "../../search/constraints/domain.ts";
import { type AuthoredSpace, checkAuthored, textIn } from "./authored-space.ts";
import { correctionPrompt } from "./prompt.ts";

const maxCorrections = 3;
/** In all, with corrections: a space that needed them leaves fewer for its revision. */
export const maxCalls = 4;

export interface SpaceQuestion {
  readonly prompt: readonly ChatMessage[];
  /** What the space will be called. */
  readonly name: string;
  /** Of the calls, for the record and for people. */
  readonly purpose: string;
  /** Whether there is a space already, which an answer without a text keeps. */
  readonly mayKeep: boolean;
  readonly callsLeft: number;
  readonly maxOutputTokens: number;
}

export interface SpaceAnswer {
  /** Undefined where the model keeps what there is, or has no calls left. */
  readonly space: AuthoredSpace | undefined;
  readonly calls: number;
}

/**
 * @param domain The study's, whose images, classes and limits a space must suit.
 * @throws GeniusError `model-unusable` where there is no space to keep, and no answer is one.
 */
export async function askForSpace(
  conversation: Conversation,
  domain: Domain,
  { signal, ...question }: SpaceQuestion & { readonly signal: AbortSignal },
): Promise<SpaceAnswer> {
  const { prompt, name, purpose, mayKeep, callsLeft, maxOutputTokens } = question;
  let messages = prompt;
  let fault = "";
  let calls = 0;
  while (calls <= maxCorrections && calls < callsLeft) {
    const asked = calls === 0 ? purpose : `${purpose}, corrected`;
    const reply = await conversation.ask({ messages, purpose: asked, maxOutputTokens }, signal);
    calls += 1;
    const found = textIn(reply.text);
    if (found === undefined && mayKeep) return { space: undefined, calls };
    const checked =
      found === undefined
        ? { fault: "there is no text between ``` fences in it" }
        : checkAuthored(found.text, domain, { name, reasons: found.reasons });
    if (!("fault" in checked)) return { space: checked, calls };
    fault = checked.fault;
    messages = correctionPrompt(messages, reply.text, fault);
  }
  if (mayKeep) return { space: undefined, calls };
  throw new GeniusError(
    "model-unusable",
    `${conversation.model} wrote no space that can be searched, in ${calls} answers; the last mistake: ${fault}. Its answers are in conversation.jsonl.`,
  );
}
