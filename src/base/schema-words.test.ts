// What people are told of a value that a schema refuses.
import { expect, test } from "vitest";
import { z } from "zod";
import { checkPlainly, faultClause } from "./schema-words.ts";

const schema = z.strictObject({
  format: z.enum(["onnx", "tflite", "c"]),
  trials: z.int().positive().max(9),
  name: z.string().min(2),
  isFast: z.boolean(),
  ram: z.union([z.string(), z.number()]),
  sides: z.tuple([z.number(), z.number()]),
  source: z
    .string()
    .regex(/^https:/, "an https address")
    .optional(),
  nested: z.strictObject({ ramKib: z.number(), flashKib: z.number() }),
});
const good = {
  ...{ format: "c", trials: 1, name: "me", isFast: true, ram: "1k", sides: [1, 2] },
  nested: { ramKib: 1, flashKib: 2 },
};
const told = (values: object) => {
  const { fault } = checkPlainly(schema, { ...good, ...values });
  return fault && `${fault.path.join(".")}${fault.words}`;
};

test.each([
  [{}, undefined],
  [{ format: "tflit" }, 'format must be one of onnx, tflite, c; "tflit" was given. Did you mean "tflite"?'],
  [{ format: undefined }, "format is needed; allowed are onnx, tflite, c."],
  [{ trials: 1.5 }, "trials must be a whole number; 1.5 was given."],
  [{ trials: "many" }, 'trials must be a number; "many" was given.'],
  [{ trials: 0 }, "trials must be above 0; 0 was given."],
  [{ trials: 10 }, "trials must be at most 9; 10 was given."],
  [{ name: "m" }, 'name must have at least 2 characters; "m" was given.'],
  [{ isFast: "yes" }, 'isFast must be true or false; "yes" was given.'],
  [{ ram: true }, "ram must be text or a number; true was given."],
  [{ sides: 3 }, "sides must be a list; 3 was given."],
  [{ source: "ftp:" }, 'source: an https address, and "ftp:" was given.'],
  [
    { nested: { ramKb: 256, flashKib: 2 } },
    'nested has the unknown field "ramKb". Did you mean "ramKib"? Known are ramKib, flashKib.',
  ],
  [{ nested: { ramKib: 1 } }, "nested.flashKib is needed."],
])("%j", (values, message) => {
  expect(told(values)).toBe(message);
});

test("a value that is one whole, and values that are no JSON", () => {
  expect(checkPlainly(z.object({}), 3).fault?.words).toBe(" must be an object; 3 was given.");
  const round: { self?: unknown } = {};
  round.self = round;
  expect(checkPlainly(z.string(), round).fault?.words).toMatch(/^ must be text; .*self.* was given\.$/);
  expect(checkPlainly(z.number(), 3n).fault?.words).toBe(" must be a number; 3n was given.");
});

test("a kind among others, and a fault as a clause", () => {
  const kinds = z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("scored") }),
    z.object({ kind: z.literal("failed"), detail: z.string() }),
  ]);
  const told = (value: unknown) => faultClause(checkPlainly(kinds, value, { isOften: true }).fault!);
  expect(told({ kind: "score" })).toBe(
    'kind must be one of scored, failed; "score" was given. Did you mean "scored"?',
  );
  expect(told({})).toBe("kind is needed; allowed are scored, failed");
  expect(told({ kind: "failed", detail: 3 })).toBe("detail must be text; 3 was given");
  expect(told(null)).toBe("it must be an object; null was given");
  const ordered = z.array(z.int()).refine((values) => values[0] === 0, "its first entry is not 0");
  expect(checkPlainly(z.object({ ordered }), { ordered: [1] }).fault?.words).toBe(
    ": its first entry is not 0.",
  );
});
