// Lessons from a reply to the next prompt: what the model wrote last, or a person's newer edit; nothing where they are off.
import { expect, test } from "vitest";
import { createDomain } from "../constraints/create-domain.ts";
import macro from "../spaces/nas-bench-macro.ts";
import type { Trial } from "../trial.ts";
import { defaultPrompt } from "./default-prompt.ts";
import { lessonsNow, maxLessonCharacters, readLessons, withLessons } from "./lessons.ts";
import { replySchema } from "./proposal-reply.ts";

const space = macro.create({});
const domain = createDomain(space, {});

const trial = (number: number, lessons?: string): Trial => ({
  number,
  proposal: {
    choices: [2, 2, 2, 2, 2, 2, 2, number % 3],
    fidelity: {},
    by: "llm",
    call: number,
    ...(lessons !== undefined && { lessons }),
  },
  outcome: { kind: "scored", metrics: { accuracy: 0.9 }, score: 0.9, spent: { milliseconds: 0 } },
  cost: domain.costOf([2, 2, 2, 2, 2, 2, 2, number % 3]),
});

const promptWith = (lessons?: ReturnType<typeof lessonsNow>) =>
  defaultPrompt({
    ...{ domain, task: "CIFAR-10", history: [trial(1)], pending: [], left: 5, shown: 12 },
    lessons,
  })
    .map(({ content }) => content)
    .join("\n");

test("a person's edit holds until the model writes again", () => {
  const trials = [trial(1, "wide early"), trial(2), trial(3, "wide late")];
  const now = (count: number, trialNumber?: number) =>
    lessonsNow({
      trials: trials.slice(0, count),
      pending: [],
      ...(trialNumber !== undefined && { edited: { text: "as I say", trialNumber } }),
    });
  expect(now(0)).toEqual({ text: "", isEdited: false });
  expect(now(2)).toEqual({ text: "wide early", isEdited: false });
  // Taken up at trial 2, whose reply wrote none.
  expect(now(2, 2)).toEqual({ text: "as I say", isEdited: true });
  expect(now(3, 2)).toEqual({ text: "wide late", isEdited: false });
  const pending = [{ choices: [], fidelity: {}, by: "llm", lessons: "being tried" }];
  expect(lessonsNow({ trials, pending }).text).toBe("being tried");
});

test("prompts ask for lessons and show them, and without the option hold no word of them", () => {
  const told = promptWith({ text: "wide early", isEdited: false });
  expect(told).toContain("Your lessons so far:\n  wide early");
  expect(told).toContain(`"lessons": what the results have shown`);
  expect(promptWith({ text: "x", isEdited: true })).toContain(
    "as the person who runs the search has edited them",
  );
  expect(promptWith({ text: "", isEdited: false })).not.toContain("lessons so far");
  expect(promptWith()).not.toMatch(/lesson/i);
  const schema = replySchema(space);
  expect(withLessons(schema, false)).toBe(schema);
  expect(withLessons(schema, true).jsonSchema).toMatchObject({
    required: ["reason", "choices", "expectedAccuracyPercent", "lessons"],
    properties: { lessons: { type: "string" } },
  });
});

test("lessons are read from a reply, on one line and cut to their length", () => {
  expect(readLessons('{"choices": [1], "lessons": "late\\nstages  matter"}')).toBe("late stages matter");
  expect(readLessons('{"choices": [1]}')).toBeUndefined();
  expect(readLessons('{"lessons": "  "}')).toBeUndefined();
  expect(readLessons(JSON.stringify({ lessons: "x".repeat(2000) }))).toHaveLength(maxLessonCharacters);
});
