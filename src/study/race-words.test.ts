import { expect, test } from "vitest";
import type { Network } from "../graph/network.ts";
import { accuracy } from "../metrics/index.ts";
import type { Trial } from "../search/trial.ts";
import type { JournalState } from "./fold.ts";
import { isBeforeDeciding, raceWords } from "./race-words.ts";

const network = { name: "resnet-8", nodes: [] } as unknown as Network;
const trial = (number: number, seconds: number, isReference: boolean, score = 0.5): Trial => ({
  number,
  proposal: {
    choices: isReference ? [] : [1],
    fidelity: { seconds },
    by: isReference ? "reference" : "",
    ...(isReference && { network }),
  },
  outcome: { kind: "scored", score, metrics: { accuracy: score }, spent: { milliseconds: 1 } },
  cost: { paramCount: 1, macCount: 1 },
});
const trials = [
  trial(1, 12.5, true),
  trial(2, 12.5, false),
  trial(3, 37.5, true),
  trial(4, 37.5, false, 0.49),
];
const both = { reference: 3, design: 4, seconds: 37.5, isWithinNoise: false };

test.each([
  [
    { ...both, difference: 0.013, noise: 0.002 },
    "Better than the best hand-designed network (resnet-8, trial 3) by 1.30 points after equal time of training (37.5 s, on validation), beyond the noise of ±0.57 points (2σ).",
  ],
  [
    { ...both, difference: 0.004, noise: 0.002 },
    "Above the best hand-designed network (resnet-8, trial 3) by 0.40 points after equal time of training (37.5 s, on validation), but within the noise of ±0.57 points (2σ): not shown to be better.",
  ],
  [
    { ...both, difference: -0.01, noise: 0.002 },
    "The search found nothing better than the best hand-designed network (resnet-8, trial 3), which is the result. After equal time of training (37.5 s, on validation) the search's own best design (trial 4, 49.00 %) was 1.00 points below it (50.00 %); noise of ±0.57 points (2σ).",
  ],
  [
    { reference: 1, seconds: 12.5, isWithinNoise: false },
    "No design of the space was scored: the best network is hand-designed.",
  ],
  [
    { design: 2, seconds: 12.5, isWithinNoise: false },
    "Nothing to compare with: no hand-designed network was scored.",
  ],
])("says %o", (verdict, words) => {
  expect(raceWords(verdict, { trials, metric: accuracy, provenance: {} })).toEqual([words]);
});

test("says where the best design won before", () => {
  const proven = trials.map((each) =>
    each.number === 4
      ? {
          ...each,
          proposal: { ...each.proposal, by: "experience", network: { ...network, name: "mine ×0.84" } },
        }
      : each,
  );
  const words = "kept from runs/first: +2.10 points beside resnet-8 over 3 seeds on photos";
  const experience = { offered: [{ name: "mine", words, text: "" }], told: [] };
  const said = (offered: typeof experience | undefined) =>
    raceWords(
      { ...both, difference: 0.013, noise: 0.002 },
      { trials: proven, metric: accuracy, provenance: {}, experience: offered },
    );
  expect(said(experience)).toEqual([
    expect.stringMatching(/^Better than the best hand-designed network/),
    `The best design (trial 4) is mine at 84 % width, ${words}.`,
  ]);
  expect(said(undefined)).toHaveLength(1);
});

test("says when no network can be told apart from another", () => {
  const said = raceWords(
    { ...both, difference: 0, noise: 0.02, isWithinNoise: true },
    { trials, metric: accuracy, provenance: {} },
  );
  expect(said[1]).toMatch(/^All 2 trainings are within the noise of each other after 12.5 s/);
});

const chance = { evaluator: { chance: { validation: { value: 0.1, sd: 0.01, images: 900 } } } };
const scoredAt = (each: Trial, score: number, epochs: number): Trial => ({
  ...each,
  outcome: { kind: "scored", score, metrics: { accuracy: score }, spent: { milliseconds: 1, epochs } },
});
const verdict = { ...both, difference: 0.48, noise: 0.002 };

test("claims nothing where most networks had hardly begun to learn", () => {
  const hardly =
    "Most networks had hardly begun to learn (median 0.018 epochs of training): the comparison says little; give it more minutes.";
  const few = trials.map((each) => scoredAt(each, 0.5, 0.018));
  expect(raceWords(verdict, { trials: few, metric: accuracy, provenance: chance })).toEqual([hardly]);
  const atChance = trials.map((each) => scoredAt(each, 0.11, 3));
  expect(raceWords(verdict, { trials: atChance, metric: accuracy, provenance: chance })[0]).toMatch(
    /^Most networks had hardly begun to learn \(median 3 epochs/,
  );
});

test("calls nothing better before the finalists have seen each image once, all their trainings counted", () => {
  // 0.3 + 0.3 epochs of both.
  const early = trials.map((each) => scoredAt(each, [0.5, 0.5, 0.5, 0.62][each.number - 1]!, 0.3));
  const wide = { ...both, difference: 0.12, noise: 0.002 };
  const said = (of: typeof verdict) =>
    raceWords(of, { trials: early, metric: accuracy, provenance: chance })[0];
  expect(said(wide)).toBe(
    "Ahead of the best hand-designed network (resnet-8, trial 3) by 12.00 points after equal time of training (37.5 s, on validation), beyond the noise of ±0.57 points (2σ). That is after 0.6 passes through the images: too early to say which is better in the end. `genius baselines DIR` tells.",
  );
  expect(said({ ...wide, difference: -0.01 })).toMatch(
    /^The search found nothing better .* too early to say/,
  );
  expect(isBeforeDeciding({ trials: early, result: { verdict: wide } as JournalState["result"] })).toBe(true);
  const later = early.map((each) => scoredAt(each, 0.5, 0.6));
  expect(isBeforeDeciding({ trials: later, result: { verdict: wide } as JournalState["result"] })).toBe(
    false,
  );
  expect(raceWords(wide, { trials: later, metric: accuracy, provenance: chance })[0]).toMatch(/^Better than/);
});

test("says that the time was over before a design of its own was tried", () => {
  const known = trials.map((each) =>
    each.number % 2 === 0
      ? { ...each, proposal: { ...each.proposal, by: "experience", network: { ...network, name: "early" } } }
      : each,
  );
  expect(
    raceWords(
      { ...both, difference: 0.013, noise: 0.002 },
      { trials: known, metric: accuracy, provenance: {} },
    )[1],
  ).toBe(
    "The search tried no design of its own: the time was enough for 2 known networks only. More minutes would try some.",
  );
});

test("claims no win over a reference at chance level", () => {
  const mixed = trials.map((each) => scoredAt(each, each.number === 3 ? 0.1 : 0.58, 2));
  expect(raceWords(verdict, { trials: mixed, metric: accuracy, provenance: chance })).toEqual([
    "No fair comparison: the best hand-designed network (resnet-8, trial 3) is at chance level after equal time of training (37.5 s, on validation). The best design (trial 4) is 48.00 points above it; more minutes would tell more.",
  ]);
});

test("beside one's own network: how large the design is, and equal epochs", () => {
  const [own, design] = [trial(1, 0, true), trial(2, 0, false)].map((one, index) => ({
    ...one,
    proposal: { ...one.proposal, fidelity: {} },
    cost: { paramCount: 1000 - 400 * index, macCount: 1000 - 200 * index },
  })) as [Trial, Trial];
  const verdict = {
    reference: 1,
    design: 2,
    seconds: 0,
    difference: 0.01,
    noise: 0.02,
    isWithinNoise: false,
  };
  const said = { trials: [own, design], metric: accuracy, provenance: {}, isOwn: true };
  expect(raceWords(verdict, said)).toEqual([
    "Above your network (resnet-8, trial 1) by 1.00 points after equal training (on validation), but within the noise of ±5.66 points (2σ): not shown to be better.",
    "The best design has 60 % of its parameters and 80 % of its MACs.",
  ]);
  expect(raceWords({ seconds: 0, design: 2, isWithinNoise: false }, said)).toEqual([
    "Nothing to compare with: your network was not scored.",
  ]);
});
