// What a model names as not worth a longer training: what counts, what is refused and why, and that it is never taken for a design.
import { expect, test } from "vitest";
import macro from "../spaces/nas-bench-macro.ts";
import type { Proposal, Trial } from "../trial.ts";
import { readProposal, replySchema } from "./proposal-reply.ts";
import { readStops, stopsAsk, withStops } from "./stops.ts";

const trial = (number: number, score: number | undefined, more: Partial<Proposal> = {}): Trial => ({
  number,
  proposal: { choices: [number], fidelity: { seconds: 5 }, by: "llm", ...more },
  outcome:
    score === undefined
      ? { kind: "failed", reason: "diverged", detail: "", spent: { milliseconds: 1 } }
      : { kind: "scored", metrics: { accuracy: score }, score, spent: { milliseconds: 1 } },
  cost: { paramCount: 1, macCount: 1 },
});
const trials = [trial(2, 0.5), trial(4, 0.7), trial(5, undefined), trial(7, 0.6, { by: "person" })];
const read = (stop: unknown, said: Parameters<typeof readStops>[1]["said"] = []) =>
  readStops(JSON.stringify({ choices: [1], stop }), { trials, said });

test("a measured design that is not the best may be stopped, with a reason", () => {
  expect(read([{ trial: 2, reason: " flat\nsince the first pass " }])).toEqual([
    { trial: 2, reason: "flat since the first pass" },
  ]);
  expect(read([{ trial: "2", reason: "flat" }])).toEqual([{ trial: 2, reason: "flat" }]);
});

test("what may not be stopped is kept with why not", () => {
  const refusals = read([
    { trial: 4, reason: "it is lucky" },
    { trial: 5, reason: "it failed" },
    { trial: 1, reason: "a reference" },
    { trial: 7, reason: "a person's" },
    { trial: 2 },
  ]);
  expect(refusals.map(({ trial: number, refused }) => [number, refused])).toEqual([
    [4, "it is the best design so far"],
    [5, "it is no measured design of this search"],
    [1, "it is no measured design of this search"],
    [7, "the person who runs the search proposed it"],
    [2, "no reason was given"],
  ]);
});

test("it may be named once, and again where it was refused; nonsense is passed over", () => {
  expect(read([{ trial: 2, reason: "flat" }], [{ trial: 2, reason: "flat" }])).toEqual([]);
  expect(
    read([{ trial: 2, reason: "flat" }], [{ trial: 2, reason: "", refused: "no reason was given" }]),
  ).toHaveLength(1);
  expect(
    read([
      { trial: 2, reason: "flat" },
      { trial: 2, reason: "and flat" },
    ]),
  ).toHaveLength(1);
  for (const nonsense of [
    undefined,
    "2",
    [2],
    [null],
    [{ trial: 1.5, reason: "r" }],
    [{ trial: -2, reason: "r" }],
    {},
  ])
    expect(read(nonsense)).toEqual([]);
  expect(readStops("no object", { trials, said: [] })).toEqual([]);
});

test("beside a design it is asked for and read as what it is", () => {
  const space = macro.create({});
  const schema = withStops(replySchema(space), true).jsonSchema as { required: string[] };
  expect(schema.required).toContain("stop");
  expect(withStops(replySchema(space), false)).toEqual(replySchema(space));
  const stop = [{ trial: 2, reason: "flat" }];
  const whole = { reason: "r", choices: [2, 2, 2, 2, 2, 2, 2, 2], expectedAccuracyPercent: 92, stop };
  expect(readProposal(space, { text: JSON.stringify(whole) })).toMatchObject({ choices: whole.choices });
  expect(readProposal(space, { text: JSON.stringify({ stop }) }).kind).toBe("unreadable");
  expect(stopsAsk({ rungs: [5, 15, 45], said: [] })).toContain(
    "results are after 5 s; about the best third of the designs, and of networks that people designed, is then trained for 15 s, then 45 s in all",
  );
  expect(stopsAsk(undefined)).toBe("");
});
