// What a person is told of an option that is missing or wrong.
import { expect, test } from "vitest";
import { z } from "zod";
import { flagsOf } from "../runs/flags.ts";
import { checkFlags, coerce, parseArguments } from "./options.ts";

const schema = z.object({
  space: z.string(),
  format: z.enum(["onnx", "pytorch"]).default("onnx"),
  kind: z.enum(["a", "b"]),
  trials: z.number().max(9),
  minutes: z.number().positive().optional(),
  count: z
    .string()
    .refine((text) => /^\d+k?$/.test(text), { error: ({ input }) => `"${input}" is not a count.` }),
});
const good = { space: "s", kind: "a", trials: 3, count: "20k" };
const told = (values: object) => {
  try {
    checkFlags(schema, { ...good, ...values });
  } catch (thrown) {
    return (thrown as Error).message;
  }
  return undefined;
};

test.each([
  [{}, undefined],
  [{ space: undefined }, "--space is needed."],
  [{ kind: undefined }, "--kind is needed; allowed are a, b."],
  [{ kind: "c" }, '--kind must be one of a, b; "c" was given.'],
  [{ trials: 12 }, "--trials must be at most 9; 12 was given."],
  [{ minutes: 0 }, "--minutes must be above 0; 0 was given."],
  [{ count: "5Q" }, '--count: "5Q" is not a count.'],
])("%j", (values, message) => {
  expect(told(values)).toBe(message);
});

test("a negative number is the value of the flag before it, unless that takes none", () => {
  const { operands, values } = parseArguments(["a", "--hours", "-1", "--decay", "-.5", "b"], ["json"]);
  expect({ operands, values }).toEqual({ operands: ["a", "b"], values: { hours: "-1", decay: "-.5" } });
  expect(parseArguments(["--json", "-1"], ["json"]).values.json).toBe(true);
  expect(parseArguments(["--hours", "--json"], ["json"]).values).toEqual({ hours: true, json: true });
});

test("a flag that takes no value takes true and false all the same, and nothing else", async () => {
  const flags = await flagsOf(
    z.object({ json: z.boolean().default(false), experience: z.boolean().optional() }),
  );
  const read = (...args: string[]) => {
    const { operands, values } = parseArguments(args, ["json", "experience"]);
    return { operands, values: coerce(values, flags) };
  };
  expect(read("--experience", "false", "digits")).toEqual({
    operands: ["digits"],
    values: { experience: false },
  });
  expect(read("digits", "--json", "true")).toEqual({ operands: ["digits"], values: { json: true } });
  expect(read("--json", "digits", "true")).toEqual({ operands: ["digits", "true"], values: { json: true } });
  expect(read("--json=false", "false")).toEqual({ operands: ["false"], values: { json: false } });
  const { values } = read("--json=maybe");
  expect(() => checkFlags(z.object({ json: z.boolean() }), values)).toThrow(
    '--json must be true or false; "maybe" was given.',
  );
});

test("an empty value is a variable of the shell that is not set, unless empty is usual", async () => {
  const flags = await flagsOf(z.object({ out: z.string().optional(), tableUnit: z.string().default("") }));
  expect(coerce({ out: "runs", tableUnit: "" }, flags)).toEqual({ out: "runs", tableUnit: "" });
  expect(() => coerce({ out: "" }, flags)).toThrow("--out is empty. Is a variable of your shell not set?");
});
