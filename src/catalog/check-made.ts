// What a definition's `create` returns, checked where it arrives: a member of the user's own that lacks a field is named
// with that field before anything is evaluated, instead of failing deep inside a study. Only what every member must have
// is looked at; what the members do is checked when they do it.
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { checkPlainly } from "../base/schema-words.ts";

const method = z.custom((value) => typeof value === "function", "a function is needed");
const filled = z.looseObject({});

const forms = {
  space: z.looseObject({
    name: z.string().min(1),
    summary: z.string(),
    input: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
    classCount: z.int().positive(),
    firstDigit: z.literal([0, 1]),
    decisions: z
      .array(
        z.looseObject({ name: z.string(), options: z.array(z.looseObject({ label: z.string() })).min(1) }),
      )
      .min(1),
    decode: method,
  }),
  strategy: z.looseObject({ propose: method, observe: method }),
  evaluator: z.looseObject({
    selectedOn: z.enum(["validation", "test"]),
    fidelity: z.looseObject({ full: filled }),
    provenance: filled,
    evaluate: method,
  }),
} as const;

/** @throws GeniusError `bad-file` that names the member and the first field that is missing or wrong. */
export function checkMade<T>(kind: keyof typeof forms, name: string, made: T): T {
  const { fault } = checkPlainly<unknown>(forms[kind], made);
  if (fault === undefined) return made;
  const field = fault.path.length > 0 ? `"${fault.path.join(".")}" of ` : "";
  throw new GeniusError(
    "bad-file",
    `The ${kind} ${name} cannot be used: ${field}what its create(…) returns${fault.words} The contract is ${kind === "space" ? "Space" : kind === "strategy" ? "Strategy" : "Evaluator"} in genius-nas; docs/guide/own-${kind}.md shows one.`,
  );
}
