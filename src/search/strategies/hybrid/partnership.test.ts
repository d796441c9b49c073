// The rule with which a model and the surrogate choose together, on small beliefs made up for it, and in whole searches on a
// published table with models that are good, poor, or repeat themselves.
import { expect, test } from "vitest";
import { createRandom } from "../../../base/random.ts";
import table from "../../../evaluators/table.ts";
import { openTable } from "../../../evaluators/tables/accuracy-table.ts";
import type { ChatRequest, Conversation } from "../../../llm/index.ts";
import { runStudy } from "../../../study/run-study.ts";
import { allDesigns, createDomain } from "../../constraints/create-domain.ts";
import type { Choices } from "../../space.ts";
import macro from "../../spaces/nas-bench-macro.ts";
import type { Candidates } from "../../surrogate/surrogate.ts";
import type { ModelWord, Proposal, Trial } from "../../trial.ts";
import hybrid from "../hybrid.ts";
import { choose, isCallDue, letGo, levelled, saidIn, type Trust, trustOf, wordsOf } from "./partnership.ts";
import { modelsBest } from "./turns.ts";

const offer = (choice: number, score?: number): ModelWord => ({
  choices: [choice],
  kind: "offer",
  ...(score !== undefined && { score }),
});
const proposal = (choice: number, more: Partial<Proposal> = {}): Proposal => ({
  choices: [choice],
  fidelity: {},
  by: "hybrid/surrogate",
  ...more,
});
const trial = (number: number, score: number, made: Proposal): Trial => ({
  number,
  proposal: made,
  outcome: { kind: "scored", metrics: { accuracy: score }, score, spent: { milliseconds: 0 } },
  cost: { paramCount: 1, macCount: 1 },
});
/** Values are accuracies in points; the design [n] is believed to have the mean n. */
const beliefs = (means: readonly number[], deviation = 1): Candidates => ({
  designs: means.map((_, index) => [index]),
  means: Float64Array.from(means),
  deviations: Float64Array.from(means, () => deviation),
  noiseDeviation: 0.1,
  best: Math.max(...means) - 1,
  scoreOf: (mean, sd) => ({ score: mean / 100, sd: sd / 100 }),
  valueOf: (score) => 100 * score,
  placeOf: ([index]) => index,
});
const even: Trust = {
  model: { bias: 0, deviation: 1 },
  surrogateScale: 1,
  common: 0,
  modelIsWorse01: 0.5,
};
const own = (choice: number) => ({
  choices: [choice],
  predicted: { score: 0.9, sd: 0.01 },
  promise: 1,
});

test("what was offered stays on offer until it is tried, with its last forecast", () => {
  const proposals = [
    { modelSaid: [offer(1, 0.91), offer(2, 0.92), { ...offer(5, 0.5), kind: "forecast" as const }] },
    {},
    { modelSaid: [offer(3, 0.93), offer(1, 0.94)] },
  ];
  const { offers, forecastOf } = wordsOf(proposals, ([choice]) => choice !== 2);
  expect(offers.map(({ choices }) => choices[0])).toEqual([3, 1]);
  expect([1, 2, 3, 4, 5].map((choice) => forecastOf([choice]))).toEqual([0.94, 0.92, 0.93, undefined, 0.5]);
});

test("a reply becomes offers within the limits and forecasts of the surrogate's designs", () => {
  const said = saidIn([{ choices: [7], score: 0.9, reason: "wide" }, { choices: [9] }], [0.8, undefined], {
    own: [own(1), own(2)],
    isFree: ([choice]) => choice !== 9,
    repair: (choices) => (choices[0] === 7 ? [6] : choices),
    mayRepeat: () => false,
  });
  expect(said).toEqual([
    { choices: [1], kind: "forecast", score: 0.8 },
    { choices: [6], kind: "offer", score: 0.9, reason: "wide", repairedFrom: [7] },
  ]);
});

test("a design that may be measured again is asked for again, and is no offer", () => {
  const said = saidIn([{ choices: [9], score: 0.9, reason: "noise" }, { choices: [8] }], [], {
    ...{ own: [], isFree: ([choice]: Choices) => choice !== 9, repair: (choices: Choices) => choices },
    mayRepeat: ([choice]) => choice === 9,
  });
  expect(said).toEqual([
    { choices: [9], kind: "again", score: 0.9, reason: "noise" },
    { choices: [8], kind: "offer" },
  ]);
  const { offers, forecastOf } = wordsOf([{ modelSaid: said }], () => true);
  expect(offers.map(({ choices }) => choices)).toEqual([[8]]);
  expect(forecastOf([9])).toBeUndefined();
});

test("another measurement is nobody's forecast, and no design in vain", () => {
  const expected = { score: 0.9, sd: 0.01 };
  const offered = proposal(0, { modelSaid: [offer(1, 0.95)] });
  const first = proposal(1, { by: "hybrid/model", surrogateExpected: expected });
  const trials = [trial(1, 0.9, offered), trial(2, 0.9, first)];
  const again = trial(3, 0.8, { ...first, repeat: 1, modelSaid: [{ ...offer(1, 0.5), kind: "again" }] });
  const more = [...trials, ...[4, 5, 6, 7].map((number) => ({ ...again, number }))];
  expect(trustOf(more, beliefs([0]))).toEqual(trustOf(trials, beliefs([0])));
  expect(letGo(more, { ...even, common: 6, modelIsWorse01: 0.99 })).toBeUndefined();
});

test("a model is asked at first, every few evaluations, and again after an answer that told nothing", () => {
  const [start, asked, quiet] = [
    proposal(0, { by: "hybrid/start" }),
    proposal(1, { call: 1, modelSaid: [offer(1)] }),
    proposal(2),
  ];
  const due = (...made: Proposal[]) => isCallDue(made, 3);
  expect(due(start)).toBe(true);
  expect(due(start, asked)).toBe(false);
  expect(due(asked, quiet)).toBe(false);
  expect(due(asked, quiet, quiet)).toBe(true);
  expect(due(asked, proposal(3, { call: 2 }))).toBe(true);
});

test("every forecast is scored when its design is measured, regardless of who chose it, but none made afterwards", () => {
  const expected = { score: 0.9, sd: 0.01 };
  const surrogates = proposal(1, { surrogateExpected: expected });
  const trials = [
    trial(9, 0.9, proposal(9)),
    trial(1, 0.9, proposal(0, { modelSaid: [offer(1, 0.95), offer(2, 0.9)] })),
    // The surrogate chose it and was right; the model missed it by five points.
    trial(2, 0.9, surrogates),
    trial(3, 0.9, proposal(2, { by: "hybrid/model", surrogateExpected: expected })),
    trial(4, 0.9, proposal(3, { surrogateExpected: expected })),
    trial(5, 0.8, proposal(4, { modelSaid: [offer(3, 0.2)], surrogateExpected: expected })),
  ];
  const trust = trustOf(trials, beliefs([0]));
  expect(trust.common).toBe(2);
  // Misses of −5 and 0, as if three more of 0: −5 / 5.
  expect(trust.model.bias).toBeCloseTo(-1, 9);
  expect(trust.modelIsWorse01).toBeGreaterThan(0.8);
  expect(trust.surrogateScale).toBeGreaterThan(1);
});

test("equal errors give equal trust, regardless of who made them", () => {
  const trials = [1, 2, 3, 4, 5].map((n) => {
    const score = 0.9 + n / 100;
    const off = n % 2 === 0 ? 0.01 : -0.01;
    return trial(
      n,
      score,
      proposal(n, {
        modelSaid: [offer(n, score + off)],
        surrogateExpected: { score: score - off, sd: 0.01 },
      }),
    );
  });
  expect(trustOf(trials, beliefs([0])).modelIsWorse01).toBeCloseTo(0.5, 1);
});

test("what a model said before anything was measured is an order, moved to the level of the first that is measured", () => {
  const blind = {
    modelSaid: [offer(1, 0.84), offer(2, 0.83), { ...offer(3, 0.82), kind: "forecast" as const }],
  };
  const trials = [trial(1, 0.91, proposal(1, blind)), trial(2, 0.9, proposal(2)), trial(3, 0.9, proposal(3))];
  const { proposals, by } = levelled(
    trials.map(({ proposal: made }) => made),
    trials,
  );
  expect(by).toBe(1);
  const { forecastOf } = wordsOf(proposals, () => true);
  expect([1, 2, 3].map((choice) => forecastOf([choice]))).toEqual(
    [0.91, 0.9, 0.89].map((n) => expect.closeTo(n)),
  );
  // The first is no record of it; the other two missed by 0 and by one point.
  expect(trustOf(trials, beliefs([0])).model.bias).toBeCloseTo(1 / 5);
  expect(levelled([proposal(1, blind)], []).proposals[0]?.modelSaid?.[0]?.score).toBe(0.84);
});

/** The rule of records of November 2026. */
const old = { favourite: undefined, turns: "offers" } as const;

test("what both expect to be worse than something at hand is not taken", () => {
  // The surrogate's own design 3 promises most by its deviation, but both expect more of 2.
  const words = wordsOf(
    [{ modelSaid: [offer(2, 0.92), { choices: [3], kind: "forecast", score: 0.91 }] }],
    () => true,
  );
  const uncertain = { ...beliefs([90, 90, 92, 91]), deviations: Float64Array.of(1, 1, 0.1, 5) };
  const made = [proposal(0, { by: "hybrid/model" })];
  const at = { ...old, beliefs: uncertain, own: [own(3)], proposals: made };
  expect(choose(words, { ...at, trust: even })?.choices).toEqual([2]);
  // Of a model whose record is worse nothing is believed.
  expect(choose(words, { ...at, trust: { ...even, modelIsWorse01: 0.9 } })?.choices).toEqual([3]);
});

test("by the rule of November 2026 a third of the evaluations is one of the model's while its record is not worse", () => {
  const judged: ModelWord = { choices: [4], kind: "forecast", score: 0.93 };
  const words = wordsOf([{ modelSaid: [offer(1, 0.9), offer(2, 0.95), offer(3), judged] }], () => true);
  const at = { ...old, beliefs: beliefs([99, 90, 90, 90, 99], 0.1), own: [own(4)], trust: even };
  const turn = (made: readonly Proposal[], trust = even) =>
    choose(words, { ...at, trust, proposals: made })?.choices[0];
  const [model, surrogate] = [proposal(9, { by: "hybrid/model" }), proposal(8)];
  expect(turn([])).toBe(2);
  expect(turn([model])).toBe(4);
  expect(turn([model, surrogate])).toBe(4);
  expect(turn([model, surrogate, surrogate])).toBe(2);
  expect(turn([], { ...even, modelIsWorse01: 0.9 })).toBe(4);
});

test("while the model is trusted, nothing is tried of which it was not asked what it expects", () => {
  const words = wordsOf([{ modelSaid: [offer(1, 0.985)] }], () => true);
  const made = [proposal(9, { by: "hybrid/model" })];
  const at = { ...old, beliefs: beliefs([99, 90, 99], 0.1), own: [own(2)], proposals: made };
  expect(choose(words, { ...at, trust: even })?.choices).toEqual([1]);
  const hopeless = wordsOf([{ modelSaid: [offer(1, 0.9)] }], () => true);
  expect(choose(hopeless, { ...at, trust: even })?.choices).toEqual([2]);
  expect(choose(words, { ...at, trust: { ...even, modelIsWorse01: 0.9 } })?.choices).toEqual([2]);
  expect(
    choose(
      wordsOf([], () => true),
      { ...at, trust: even },
    )?.choices,
  ).toEqual([2]);
});

test("a model is let go only on its own record", () => {
  const hopeless = { ...even, common: 6, modelIsWorse01: 0.99 };
  const models = [1, 2, 3, 4, 5].map((n) => trial(n, 0.9 - n / 100, proposal(n, { by: "hybrid/model" })));
  expect(letGo(models, hopeless)).toMatch(/6 forecasts of measured designs missed/);
  expect(letGo(models, { ...hopeless, modelIsWorse01: 0.9 })).toBeUndefined();
  expect(letGo(models, { ...hopeless, common: 3 })).toBeUndefined();
  // What the surrogate chose in vain is not the model's.
  expect(
    letGo(
      models.map((made) => ({ ...made, proposal: proposal(1) })),
      hopeless,
    ),
  ).toBeUndefined();
});

const space = macro.create({});
const domain = createDomain(space, { maxMacCount: 60e6 });
const judge = await openTable({ space, dataset: "cifar10" });
const accuracyOf = (choices: Choices) => judge.lookUp(choices)!.selection01;

/** Sees the accuracies of some designs a little blurred, and offers the best of them. */
function knowing(
  blur01: number,
): Conversation & { readonly asked: ChatRequest[]; readonly offered: Choices[] } {
  const random = createRandom("designer", String(blur01));
  const allowed = allDesigns(space).filter((choices) => domain.isFeasible(choices));
  const [asked, offered]: [ChatRequest[], Choices[]] = [[], []];
  return {
    ...{ model: "designer", price: undefined, warnings: [], asked, offered },
    spent: { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 },
    textOf: () => undefined,
    close: async () => {},
    async ask(request) {
      asked.push(request);
      const text = request.messages.map(({ content }) => content).join("\n");
      const seen = (choices: Choices) => 100 * (accuracyOf(choices) + blur01 * random.normal());
      const best = random
        .shuffle(allowed)
        .slice(0, 60)
        .filter((choices) => !text.includes(choices.join("")))
        .map((choices) => ({ reason: "", choices, expectedAccuracyPercent: seen(choices) }))
        .sort((a, b) => b.expectedAccuracyPercent - a.expectedAccuracyPercent)
        .slice(0, 6);
      offered.push(...best.map(({ choices }) => choices));
      const listed = /own next designs:\n([\s\S]*?)\n\n/.exec(text)![1]!;
      const forecasts = [...listed.matchAll(/^ {2}(\d+)/gm)].map(([, key]) => seen([...key!].map(Number)));
      return {
        ...{ number: asked.length, text: JSON.stringify({ candidates: best, forecasts }), toolCalls: [] },
        ...{ calls: 1, usage: { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0 } },
        ...{ modelId: "designer", finishReason: "stop", milliseconds: 0, from: "model" as const },
      };
    },
  };
}

async function search(conversation: Conversation, parallel = 1, recorded?: readonly Trial[]) {
  const evaluator = await table.create(
    { space, dataset: "cifar10", folder: "", seed: 1, environment: {} },
    table.options.parse({}),
  );
  const setting = { domain, evaluations: 10, task: "CIFAR-10", fidelity: { full: {} }, conversation };
  const strategy = hybrid.create(setting, hybrid.options.parse({}));
  return runStudy({
    ...{ domain, evaluator, strategy, trials: 10, parallel, seed: 1 },
    ...(recorded && { recorded }),
  });
}

test("in four calls for ten evaluations a third is the model's, and little of what it offered is missed", async () => {
  const designer = knowing(0.003);
  const { trials, best } = await search(designer);
  expect(designer.asked.length).toBe(4);
  expect(trials.filter(({ proposal: made }) => made.by === "hybrid/model").length).toBeGreaterThanOrEqual(3);
  const tried = new Set(trials.map(({ proposal: made }) => made.choices.join()));
  const better = designer.offered.filter(
    (choices) => !tried.has(choices.join()) && accuracyOf(choices) > accuracyOf(best!.proposal.choices),
  );
  expect(better.length).toBeLessThanOrEqual(1);
  // What is journaled is what was said: every trial of the model's was offered by then.
  for (const { number, proposal: made } of trials) {
    if (made.by !== "hybrid/model") continue;
    const said = trials.slice(0, number).flatMap((earlier) => earlier.proposal.modelSaid ?? []);
    expect(said.some(({ choices }) => choices.join() === made.choices.join())).toBe(true);
  }
});

test("evaluations at once are filled from what is on offer, by one call", async () => {
  const designer = knowing(0.003);
  const { trials } = await search(designer, 4);
  expect(trials.length).toBe(10);
  expect(designer.asked.length).toBe(4);
  expect(new Set(trials.map(({ proposal: made }) => made.choices.join())).size).toBe(10);
});

test("a search that is resumed between two calls continues with what was on offer", async () => {
  const whole = await search(knowing(0.003));
  // The same model, which has answered twice before the stop.
  const designer = knowing(0.003);
  const begun = await search(designer);
  const resumedBy = knowing(0.003);
  const firstTwo = begun.trials.slice(0, 6).filter(({ proposal: made }) => made.call !== undefined);
  expect(firstTwo.length).toBe(2);
  for (const request of designer.asked.slice(0, 2))
    await resumedBy.ask(request, new AbortController().signal);
  const resumed = await search(resumedBy, 1, begun.trials.slice(0, 6));
  const designs = (trials: readonly Trial[]) => trials.map(({ proposal: made }) => made.choices.join(""));
  expect(designs(resumed.trials)).toEqual(designs(whole.trials));
});

test("the model's best candidate has its turn as often as its record is likely to be the better one", () => {
  const judged: ModelWord = { choices: [4], kind: "forecast", score: 0.93 };
  const said = { modelSaid: [offer(1, 0.97), offer(2, 0.99), offer(3, 0.985), judged] };
  const turn = (made: readonly Proposal[], modelIsWorse01: number) => {
    const tried = new Set(made.map(({ choices }) => choices.join()));
    const isFree = (choices: Choices) => !tried.has(choices.join());
    const proposals = made.map((one, index) => (index === 0 ? { ...one, ...said } : one));
    const heard = proposals.length === 0 ? [said] : proposals;
    return choose(wordsOf(heard, isFree), {
      ...{ beliefs: beliefs([99, 90, 90, 90, 99], 0.1), own: [own(4)], turns: "record" },
      ...{ trust: { ...even, modelIsWorse01 }, proposals, favourite: modelsBest(heard, isFree) },
    })?.choices[0];
  };
  const [its, surrogates] = [proposal(2, { by: "hybrid/model" }), proposal(4)];
  expect(turn([], 0.5)).toBe(2);
  // One of one was its best: at even odds the other promises most, at good ones it goes on.
  expect(turn([its], 0.5)).toBe(4);
  expect(turn([its], 0.2)).toBe(3);
  // One of two: a third of three is reached, half is not.
  expect(turn([its, surrogates], 0.5)).toBe(3);
  expect(turn([], 0.9)).toBe(4);
});
