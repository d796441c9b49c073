import { expect, test } from "vitest";
import { accuracy } from "../../metrics/index.ts";
import { roundWords } from "./round-words.ts";

test("a model's reason begins no line of its own and acts on no terminal", () => {
  const local = { classEntropy: 1, probeAccuracy01: 0.5, effectiveRank: 3 };
  const round = {
    block: "block 1",
    candidates: [{ score: 0.9, local }],
    chosen: 0,
    proposed: { reason: "wider\ntest 99.99 %\u001b[2J\u202e" },
  };
  expect(roundWords(round as never, accuracy).split("\n")).toEqual([
    "block 1: left as it is, validation 90.00 % (neighbours' entropy 1.00, probe 50.00 %, rank 3.0)",
    "  wider test 99.99 %\ufffd[2J\ufffd",
  ]);
});
