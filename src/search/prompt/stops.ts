// What a model does not want trained any longer, in a search by the clock: it sees how the short trainings went, and may name
// trials on which a longer one would be wasted, each with its reason. It is asked beside the next design, so that no call is made
// for it. What it names is checked here; the race (search/race) then passes over it. (decision 037)
import { z } from "zod";
import { withoutControls } from "../../base/hidden-characters.ts";
import type { JsonObject } from "../../base/json.ts";
import { lastObject } from "../../llm/index.ts";
import { stoppedTrials } from "../model-stops.ts";
import type { StrategySetting } from "../strategy.ts";
import { bestOf, isScored, type ModelStop, type Trial } from "../trial.ts";

export const stopsOption = z
  .boolean()
  .default(true)
  .describe("by the clock, the model may say which design is not to be trained longer, with its reason");

/** What the prompts of a search need; absent where the model is not asked. */
export interface Stops {
  /** Seconds of training at which networks are compared, shortest first. */
  readonly rungs: readonly number[];
  /** All that it has named, in order. */
  readonly said: readonly ModelStop[];
}

/** Only where designs are trained longer by their results is there anything to stop. */
export const asksForStops = ({ fidelity: { rungs = [] } }: Pick<StrategySetting, "fidelity">): boolean =>
  rungs.length > 1;

/** What a prompt asks for besides, with a space before it. */
export function stopsAsk(stops: Stops | undefined): string {
  if (stops === undefined) return "";
  const [first, ...longer] = stops.rungs;
  const then = longer.map((seconds) => `${seconds} s`).join(", then ");
  return ` Also give "stop": trials that are not worth a longer training. These results are after ${first} s; about the best third of the designs, and of networks that people designed, is then trained for ${then} in all, the best design so far in any case. Name one whose curve says that it will fall behind those below it – flat already, or overfitting – as {"trial": …, "reason": "…"}; [] for none.`;
}

/** A reply's schema with the field for trials to stop; as it is where the model is not asked. */
export function withStops<Schema extends { readonly jsonSchema: JsonObject }>(
  schema: Schema,
  isAsked: boolean,
): Schema {
  if (!isAsked) return schema;
  const { properties, required } = schema.jsonSchema as { properties: JsonObject; required: string[] };
  const stop: JsonObject = {
    type: "array",
    maxItems: mostStops,
    description: "trials that are not worth a longer training; empty for none",
    items: {
      type: "object",
      additionalProperties: false,
      required: ["trial", "reason"],
      properties: {
        trial: { type: "integer", minimum: 1 },
        reason: { type: "string", description: "what its curve or its losses show, in one sentence" },
      },
    },
  };
  return {
    ...schema,
    jsonSchema: {
      ...schema.jsonSchema,
      properties: { ...properties, stop },
      required: [...required, "stop"],
    },
  };
}

const mostStops = 5;
const maxReasonCharacters = 300;

/** The trials that a reply names and had not named before; one that may not be stopped says why. Never throws. */
export function readStops(
  text: string,
  at: { readonly trials: readonly Trial[]; readonly said: readonly ModelStop[] },
): readonly ModelStop[] {
  const listed = lastObject(text, ({ stop }) => (Array.isArray(stop) ? stop : undefined)) ?? [];
  const known = new Set(stoppedTrials(at.said));
  const best = bestOf(at.trials);
  const read: ModelStop[] = [];
  for (const entry of listed) {
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) continue;
    const { trial: number, reason: given } = entry as JsonObject;
    const trial = typeof number === "string" ? Number(number) : number;
    if (typeof trial !== "number" || !Number.isInteger(trial) || trial < 1 || known.has(trial)) continue;
    if (read.length === mostStops) break;
    known.add(trial);
    const reason = typeof given === "string" ? inOneLine(given) : "";
    const refused =
      reason === "" ? "no reason was given" : whyNotStopped(trial, { trials: at.trials, best: best?.number });
    read.push({ trial, reason, ...(refused !== undefined && { refused }) });
  }
  return read;
}

function whyNotStopped(
  number: number,
  { trials, best }: { readonly trials: readonly Trial[]; readonly best: number | undefined },
): string | undefined {
  const trial = trials.find((each) => each.number === number);
  if (trial === undefined || !isScored(trial)) return "it is no measured design of this search";
  if (trial.proposal.by === "person") return "the person who runs the search proposed it";
  return number === best ? "it is the best design so far" : undefined;
}

function inOneLine(text: string): string {
  const line = withoutControls(text).replace(/\s+/g, " ").trim();
  return line.length > maxReasonCharacters ? `${line.slice(0, maxReasonCharacters - 1)}…` : line;
}
