import { expect, test } from "vitest";
import type { Network } from "../../graph/network.ts";
import type { Trial } from "../trial.ts";
import { differenceNoise, judgeRace } from "./verdict.ts";

const reference = { name: "resnet-8", nodes: [] } as unknown as Network;
let number = 0;
function trial(seconds: number, score: number, more: Partial<Trial["proposal"]> = {}): Trial {
  number += 1;
  const [choices, by] = more.network === undefined ? [[number], "strategy"] : [[], "reference"];
  return {
    number,
    proposal: { choices, fidelity: { seconds }, by, ...more },
    outcome: { kind: "scored", score, metrics: { accuracy: score }, spent: { milliseconds: 1 } },
    cost: { paramCount: 1, macCount: 1 },
  };
}

test("compares the best design with the best reference on the longest rung that both have", () => {
  const first = trial(5, 0.5, { network: reference });
  const twin = trial(5, 0.54, { network: reference, repeat: 1 });
  const [design, worse] = [trial(5, 0.6), trial(5, 0.3)];
  const [longer, best, alone] = [trial(15, 0.7, { network: reference }), trial(15, 0.75), trial(45, 0.9)];
  // A network of a strategy's own is no reference.
  const evolved = trial(15, 0.72, { network: { ...reference, name: "resnet-8/7" }, by: "open-evolution" });
  const verdict = judgeRace([first, twin, design, worse, longer, evolved, best, alone], 100)!;
  expect(verdict).toMatchObject({
    reference: longer.number,
    design: best.number,
    seconds: 15,
    isWithinNoise: false,
  });
  expect(verdict.difference).toBeCloseTo(0.05);
  // Of 100 images at 75 %: 4.3 points; the twins differ by 4 points, which is 2.8 for one.
  expect(verdict.noise).toBeCloseTo(Math.sqrt((0.75 * 0.25) / 100), 3);
  expect(judgeRace([first, twin, design], 100_000)!.noise).toBeCloseTo(0.04 / Math.SQRT2);
  expect(differenceNoise(0.01)).toBeCloseTo(0.0283);
});

test("knows that all right of a few images is no certainty", () => {
  const trials = [trial(5, 1, { network: reference }), trial(5, 1), trial(5, 1)];
  expect(judgeRace(trials, 6)!.noise).toBeCloseTo(Math.sqrt(((7 / 8) * (1 / 8)) / 6));
});

test("says when all are within the noise, and nothing where nothing was trained by the clock", () => {
  const trials = [trial(5, 0.24, { network: reference }), trial(5, 0.25), trial(5, 0.26)];
  expect(judgeRace(trials, 100)?.isWithinNoise).toBe(true);
  expect(judgeRace([trial(5, 0.24, { fidelity: {} })], 100)).toBeUndefined();
  expect(judgeRace([], 100)).toBeUndefined();
});
