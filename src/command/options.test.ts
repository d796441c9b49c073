// What a person is told of an option that is missing or wrong.
import { expect, test } from "vitest";
import { z } from "zod";
import { checkFlags } from "./options.ts";

const schema = z.object({
  space: z.string(),
  format: z.enum(["onnx", "pytorch"]).default("onnx"),
  kind: z.enum(["a", "b"]),
  trials: z.number().max(9),
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
  [{ kind: undefined }, '--kind is needed; allowed are "a", "b".'],
  [{ kind: "c" }, '--kind: Invalid option: expected one of "a"|"b", and "c" was given.'],
  [{ trials: 12 }, '--trials: Too big: expected number to be <=9, and "12" was given.'],
  [{ count: "5Q" }, '--count: "5Q" is not a count.'],
])("%j", (values, message) => {
  expect(told(values)).toBe(message);
});
