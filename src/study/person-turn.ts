// What a person does in a running search, as data: a remark for the next prompts, a design of their own, options that
// a decision may still have, pausing and resuming proposals. A turn lies in the run's inbox until the search
// takes it up, and then stands in a note of the journal, so that a resume carries it out again.
import { z } from "zod";
import { withoutControls } from "../base/hidden-characters.ts";

const index = z.int().min(0);
const text = z.string().overwrite(withoutControls).trim().min(1).max(20_000);

export const personTurn = z.discriminatedUnion("kind", [
  /** The answer to a question of the model `manual`. It is kept in the conversation's record, not in the journal. */
  z.object({ kind: z.literal("answer"), question: z.string().max(200), text: z.string().max(200_000) }),
  z.object({ kind: z.literal("insight"), text }),
  /** What the model has learned, as the person would have it; empty to have it begin again. */
  z.object({ kind: z.literal("lessons"), text: z.string().overwrite(withoutControls).trim().max(500) }),
  z.object({
    kind: z.literal("trial"),
    choices: z.array(index).max(1000),
    reason: text.optional(),
    predicted01: z.number().min(0).max(1).optional(),
  }),
  z.object({ kind: z.literal("allow"), decision: z.string(), options: z.array(index).min(1).max(1000) }),
  z.object({ kind: z.literal("hold"), on: z.boolean() }),
  z.object({
    kind: z.literal("release"),
    trial: index.min(1),
    choices: z.array(index).max(1000).optional(),
    predicted01: z.number().min(0).max(1).optional(),
  }),
  /** Ends the search: the best network so far is trained to its end. */
  z.object({ kind: z.literal("finish") }),
]);

export type PersonTurn = z.output<typeof personTurn>;

/** A turn that the search has taken up, as it stands in a note. */
export interface NotedTurn {
  /** The name of its file in the inbox: a turn that was noted is not taken up again. */
  readonly id: string;
  readonly turn: Exclude<PersonTurn, { kind: "answer" }>;
  /** From this trial on it holds. */
  readonly trialNumber: number;
}

/** The turn in words, for the journal's note. */
export function turnInWords(turn: PersonTurn): string {
  switch (turn.kind) {
    case "answer":
      return `answered ${turn.question}`;
    case "insight":
      return turn.text;
    case "lessons":
      return turn.text === "" ? "struck out the model's lessons" : `edited the model's lessons: ${turn.text}`;
    case "trial":
      return `added the design ${turn.choices.join(",")} by hand${turn.reason === undefined ? "" : `: ${turn.reason}`}`;
    case "allow":
      return `allowed only the options ${turn.options.join(", ")} of ${turn.decision} (counted from 0)`;
    case "hold":
      return turn.on ? "held every proposal until it is released" : "no longer held proposals";
    case "release":
      return turn.choices === undefined
        ? `released trial ${turn.trial}`
        : `released trial ${turn.trial} as ${turn.choices.join(",")}`;
    case "finish":
      return "ended the search, to train the best network so far to its end";
    default:
      return turn satisfies never;
  }
}
