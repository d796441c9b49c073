// From a model's reply to a proposal: the structured answer if there is one, else whatever design the text holds.

import { GeniusError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import type { ChatReply } from "../../llm/index.ts";
import { fromDigits } from "../choices.ts";
import type { Choices, Space } from "../space.ts";
import { readDesign } from "./read-design.ts";

export type ProposalReply =
  | {
      readonly kind: "design";
      readonly choices: Choices;
      readonly reason?: string;
      readonly accuracy01?: number;
    }
  | { readonly kind: "unreadable"; readonly reason: string };

/** The JSON schema of a reply: choices as digits, a reason, and the accuracy that the model expects. */
export function replySchema(space: Space): { readonly name: string; readonly jsonSchema: JsonObject } {
  const most = Math.max(...space.decisions.map(({ options }) => options.length)) - 1 + space.firstDigit;
  return {
    name: "proposal",
    jsonSchema: {
      type: "object",
      additionalProperties: false,
      required: ["reason", "choices", "expectedAccuracyPercent"],
      properties: {
        reason: { type: "string", description: "why this design, in one or two sentences" },
        choices: {
          type: "array",
          items: { type: "integer", minimum: space.firstDigit, maximum: most },
          description: `one option's number for each of the ${space.decisions.length} decisions, in their order`,
        },
        expectedAccuracyPercent: { type: "number", description: "the accuracy that you expect, 0 to 100" },
      },
    },
  };
}

/** Never throws: a reply without a complete design says what is wrong with it. */
export function readProposal(space: Space, reply: Pick<ChatReply, "text" | "object">): ProposalReply {
  const structured = fromObject(space, reply.object);
  if (structured?.kind === "design") return structured;
  const read = readDesign(space, reply.text);
  if (read.kind === "design") {
    // The choices may be in prose, or in JSON that is not quite of the schema.
    const reason = reasonIn(reply.text);
    return { kind: "design", choices: read.choices, ...(reason !== undefined && { reason }) };
  }
  return structured ?? read;
}

function fromObject(space: Space, object: unknown): ProposalReply | undefined {
  if (typeof object !== "object" || object === null) return undefined;
  const { choices, reason, expectedAccuracyPercent } = object as Record<string, unknown>;
  if (!Array.isArray(choices)) return undefined;
  try {
    const accuracy01 =
      typeof expectedAccuracyPercent === "number" ? expectedAccuracyPercent / 100 : Number.NaN;
    return {
      kind: "design",
      choices: fromDigits(space, choices.map(Number)),
      ...(typeof reason === "string" && reason.trim() !== "" && { reason: reason.trim() }),
      ...(accuracy01 >= 0 && accuracy01 <= 1 && { accuracy01 }),
    };
  } catch (thrown) {
    if (!(thrown instanceof GeniusError)) throw thrown;
    return { kind: "unreadable", reason: thrown.message };
  }
}

/** The first sentences of prose that are no list, as the stated reason. */
function reasonIn(text: string): string | undefined {
  const prose = text
    .split(/\n+/)
    .map((line) => line.trim())
    .filter((line) => line.length > 40 && !/[[\]{}]/.test(line));
  const sentence = prose[0]?.slice(0, 400);
  return sentence === undefined || sentence === "" ? undefined : sentence;
}
