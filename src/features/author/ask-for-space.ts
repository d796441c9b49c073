// Asks a model for a space until one stands: what is wrong with an answer is told, with a few corrections in all. It does not
// know what the space is for: a search that goes on changing it, or one that only begins with it.
import { GeniusError } from "../../base/errors.ts";
import type { ChatMessage, Conversation } from "../../llm/index.ts";
import type { Domain } from "../../search/constraints/domain.ts";
import type { UnusedAnswer } from "../../search/trial.ts";
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
  /** The number of the last of them in the run's conversation. */
  readonly lastCall: number;
  readonly unused: readonly UnusedAnswer[];
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
  const unused: UnusedAnswer[] = [];
  let messages = prompt;
  let fault = "";
  let calls = 0;
  let lastCall = 0;
  const answered = (space?: AuthoredSpace): SpaceAnswer => ({ space, calls, lastCall, unused });
  while (calls <= maxCorrections && calls < callsLeft) {
    const asked = calls === 0 ? purpose : `${purpose}, corrected`;
    const reply = await conversation.ask({ messages, purpose: asked, maxOutputTokens }, signal);
    calls += 1;
    lastCall = reply.number;
    const found = textIn(reply.text);
    // Without fences the whole answer may be the text, as a person writes it.
    const { text, reasons } = found ?? { text: `${reply.text.trim()}\n`, reasons: "" };
    const checked = checkAuthored(text, domain, { name, reasons });
    if (!("fault" in checked)) return answered(checked);
    if (found === undefined && mayKeep) return answered();
    fault = found === undefined ? "there is no text between ``` fences in it" : checked.fault;
    // Without the line that shows the place.
    const why = fault.split("\n").filter((line) => !line.startsWith(" "));
    unused.push({ call: lastCall, kind: "unusable", why: why.join(" ") });
    messages = correctionPrompt(messages, reply.text, fault);
  }
  if (mayKeep) return answered();
  throw new GeniusError(
    "model-unusable",
    `${conversation.model} wrote no space that can be searched, in ${calls} answers; the last mistake: ${fault}. Its answers are in conversation.jsonl.`,
  );
}
