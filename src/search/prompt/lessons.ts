// Lessons: what a model has learned in a search, in its own words and of limited length. It writes them with each reply, whole
// and new; they stand in its next prompts instead of a raw history, in the journal and the report; a person may edit them.
// Nothing here is in a prompt unless `--lessons` is on: recorded conversations are found again by their exact text.
import { z } from "zod";
import { withoutControls } from "../../base/hidden-characters.ts";
import type { JsonObject } from "../../base/json.ts";
import { lastObject } from "../../llm/index.ts";
import type { Proposal, Trial } from "../trial.ts";

export const maxLessonCharacters = 500;

export const lessonsOption = z
  .boolean()
  .default(false)
  .describe(
    `the model keeps lessons of what it learned (max ${maxLessonCharacters} characters), which its next prompts and the report show and a person may edit`,
  );

/** Lessons as a person has edited them. */
export interface EditedLessons {
  readonly text: string;
  /** From this trial on they hold, until the model writes others. */
  readonly trialNumber: number;
}

export interface Lessons {
  /** Empty before the first. */
  readonly text: string;
  readonly isEdited: boolean;
}

/** Lessons of full length, for the length of a prompt alone. */
export const inventedLessons: Lessons = { text: "x".repeat(maxLessonCharacters), isEdited: false };

/** The lessons in force: the last that the model wrote, or a person's edit that is newer. */
export function lessonsNow(state: {
  /** In order of number. */
  readonly trials: readonly Trial[];
  readonly pending: readonly Proposal[];
  readonly edited?: EditedLessons | undefined;
}): Lessons {
  const { trials, pending, edited } = state;
  const under = pending.findLast(({ lessons }) => lessons !== undefined);
  const written = trials.findLast(({ proposal }) => proposal.lessons !== undefined);
  const isNewer = edited !== undefined && under === undefined && edited.trialNumber > (written?.number ?? 0);
  return isNewer
    ? { text: edited.text, isEdited: true }
    : { text: under?.lessons ?? written?.proposal.lessons ?? "", isEdited: false };
}

/** The paragraph of a prompt; nothing where lessons are not kept, or none is there yet. */
export function lessonsText(lessons: Lessons | undefined): readonly string[] {
  if (lessons === undefined || lessons.text === "") return [];
  const whose = lessons.isEdited
    ? "Your lessons, as the person who runs the search has edited them"
    : "Your lessons so far";
  return [`${whose}:\n  ${lessons.text}`];
}

/** What a prompt asks for besides, with a space before it; nothing where lessons are not kept. */
export function lessonsAsk(lessons: Lessons | undefined): string {
  if (lessons === undefined) return "";
  return ` Also give "lessons": what the results have shown that later designs should go by, in max ${maxLessonCharacters} characters, written whole each time. Keep what held, correct what did not, leave out plans and lists of results.`;
}

/** A reply's schema with the field for lessons; as it is where they are not kept. */
export function withLessons<Schema extends { readonly jsonSchema: JsonObject }>(
  schema: Schema,
  isKept: boolean,
): Schema {
  if (!isKept) return schema;
  const { properties, required } = schema.jsonSchema as { properties: JsonObject; required: string[] };
  const description = `what was learned so far, max ${maxLessonCharacters} characters`;
  return {
    ...schema,
    jsonSchema: {
      ...schema.jsonSchema,
      properties: { ...properties, lessons: { type: "string", description } },
      required: [...required, "lessons"],
    },
  };
}

/** The lessons in a reply, cut to their length; undefined where it holds none. */
export function readLessons(text: string): string | undefined {
  const said = lastObject(text, ({ lessons }) =>
    typeof lessons === "string" && lessons.trim() !== "" ? lessons : undefined,
  );
  if (said === undefined) return undefined;
  const line = withoutControls(said).replace(/\s+/g, " ").trim();
  return line.length > maxLessonCharacters ? `${line.slice(0, maxLessonCharacters - 1)}…` : line;
}
