// What a model is told is true: costs as counted, the room that is left, what was repaired and to what.
import { describe, expect, test } from "vitest";
import { formatCount } from "../../base/units.ts";
import { createDomain } from "../constraints/create-domain.ts";
import type { Limits } from "../space.ts";
import resnet from "../spaces/channel-bench-resnet.ts";
import mobile from "../spaces/mobile.ts";
import cell from "../spaces/nas-bench-201.ts";
import macro from "../spaces/nas-bench-macro.ts";
import type { Trial } from "../trial.ts";
import { defaultPrompt, type PromptContext } from "./default-prompt.ts";
import { prompt2026 } from "./genius-2026-11.ts";

const small = macro.create({});
const large = mobile.create(mobile.options.parse({}) as never);
const digits = (design: string) => [...design].map(Number);

function trial(
  number: number,
  design: string,
  more: Partial<Trial["proposal"]> = {},
  outcome: object = {},
): Trial {
  const choices = digits(design);
  return {
    number,
    proposal: { choices, fidelity: {}, by: "llm", call: number, ...more },
    outcome: {
      kind: "scored",
      metrics: { accuracy: 0.9 + number / 1000 },
      score: 0.9 + number / 1000,
      spent: { milliseconds: 0 },
      ...outcome,
    } as Trial["outcome"],
    cost: createDomain(small, {}).costOf(choices),
  };
}

function told(more: Partial<PromptContext> = {}, limits: Limits = {}, space = small) {
  const context: PromptContext = {
    domain: createDomain(space, limits),
    task: "CIFAR-10",
    history: [],
    pending: [],
    left: 8,
    shown: 12,
    ...more,
  };
  return defaultPrompt(context)
    .map(({ content }) => content)
    .join("\n");
}

describe("costs", () => {
  test("that add up are a table whose sums are what is counted", () => {
    const text = told({}, { maxMacCount: 60e6 });
    const domain = createDomain(small, {});
    const base = Number(/00000000 has ([\d.]+)M MACs/.exec(text)?.[1]);
    const adds = small.decisions.map(({ name }) => {
      const line =
        text.split("\n").find((candidate) => new RegExp(`\\b${name}\\b.* – `).test(candidate)) ?? "";
      return [0, ...[...line.matchAll(/\+([\d.]+)M/g)].map((match) => Number(match[1]))];
    });
    for (const design of ["22222222", "21012021", "00000001", "11111111"]) {
      const sum = digits(design).reduce(
        (total, option, index) => total + (adds[index]?.[option] ?? Number.NaN),
        base,
      );
      const counted = domain.costOf(digits(design)).macCount / 1e6;
      expect(Math.abs(sum - counted)).toBeLessThan(0.01 * counted);
    }
  });

  test("of spaces in which they do not add up are exact at the best design so far, with the room left", () => {
    const limits = { maxParamCount: 200e3, maxMacCount: 30e6 };
    const domain = createDomain(large, limits);
    const choices = domain.repair(large.decisions.map(() => 1))!;
    const cost = domain.costOf(choices);
    const history: Trial[] = [
      {
        number: 1,
        proposal: { choices, fidelity: {}, by: "llm" },
        outcome: { kind: "scored", metrics: { accuracy: 0.7 }, score: 0.7, spent: { milliseconds: 0 } },
        cost,
      },
    ];
    const text = told({ history }, limits, large);
    expect(text).toContain(
      `${formatCount(cost.macCount)} MACs (${formatCount(30e6 - cost.macCount)} below the limit) and ${formatCount(cost.paramCount)} parameters (${formatCount(200e3 - cost.paramCount)} below the limit)`,
    );
    for (const index of [0, 7, 15]) {
      const { name, options } = large.decisions[index]!;
      const other = choices[index] === options.length - 1 ? 0 : options.length - 1;
      const there = domain.costOf(choices.with(index, other));
      const change = there.macCount - cost.macCount;
      const line =
        text.split("\n").find((candidate) => candidate.includes(`${name}`) && candidate.includes(" – ")) ??
        "";
      expect(line).toContain(`${other}: ${change < 0 ? "-" : "+"}${formatCount(Math.abs(change))}`);
    }
  });

  test("are of one quantity where only that is limited", () => {
    expect(told({}, { maxMacCount: 60e6 })).not.toMatch(/layer1 – .*\//);
    expect(told({}, {})).toMatch(/layer1 – 1: \+4\.42M \/ \+8\.42k/);
  });

  test("are left out when the model is not to know them", () => {
    expect(told({ costs: false, history: [trial(1, "22222222")] })).not.toMatch(/MACs/);
  });
});

describe("what happened", () => {
  test("stands beside what the model had asked, expected and given as its reason", () => {
    const history = [
      trial(1, "22222222", { predicted: { score: 0.93 }, rationale: "all large" }),
      trial(2, "00221202", { repairedFrom: digits("22222222"), rationale: "wide late" }),
      trial(3, "11111111", {
        by: "hybrid/surrogate",
        predicted: { score: 0.5 },
        unusedAnswers: [{ call: 3, kind: "overruled", why: "x" }],
      }),
    ];
    const text = told({ history });
    expect(text).toMatch(/22222222 {2}90\.10 %, 106M MACs, you expected 93\.0; your reason: "all large"/);
    expect(text).toMatch(
      /00221202 {2}90\.20 %.*you asked for 22222222, and the nearest allowed, this one, was measured; your reason: "wide late"/,
    );
    // Another's forecast is not the model's.
    expect(text).toMatch(/11111111 {2}90\.30 %, [\d.]+M MACs$/m);
  });

  test("of trainings has their curves, their losses, and why some failed", () => {
    const curve = [1, 2, 3, 4, 5, 6].map((epoch) => ({
      epoch,
      trainLoss: 2 / epoch,
      validation: { accuracy: 0.1 * epoch },
      validationLoss: 1.5,
    }));
    const history = [
      trial(1, "11111111", {}, { curve }),
      trial(2, "22222222", {}, { kind: "failed", reason: "diverged", detail: "the loss was NaN in epoch 2" }),
      trial(3, "22222221", {}, { kind: "failed", reason: "unreadable", detail: "x" }),
    ];
    const unreadable = {
      ...history[2]!,
      proposal: { ...history[2]!.proposal, choices: [], unreadable: "x" },
    };
    const text = told({ history: [history[0]!, history[1]!, unreadable] });
    expect(text).toContain("curve 10→30→50→60 %; loss 0.33 on training, 1.50 on validation images");
    expect(text).toContain("Not measured: 22222222 – the training diverged (the loss was NaN in epoch 2)");
    expect(text).not.toContain("unreadable");
  });

  test("is never hidden: what is not shown whole is listed", () => {
    const history = Array.from({ length: 20 }, (_, index) =>
      trial(index + 1, index.toString(3).padStart(8, "0")),
    );
    const text = told({ history, shown: 6 });
    for (const { proposal } of history) expect(text).toContain(proposal.choices.join(""));
    expect(text).toContain("Also tried: ");
  });
});

test("how designs are measured is said, with what a difference means", () => {
  const text = told({
    measuring: {
      selectedOn: "validation",
      recipe: "Each design is trained for 8 epochs.",
      validationImages: 2500,
    },
  });
  expect(text).toContain("Each design is trained for 8 epochs.");
  expect(text).toContain("uncertain by up to 1.0 points");
});

test("the last evaluations are not for learning, and nothing hints at a table", () => {
  expect(told({ left: 1 })).toMatch(/last evaluation: only a design that you expect to be the best/);
  expect(told({ left: 3 })).toMatch(/Only 3 evaluations are left: propose what you expect to be the best/);
  for (const space of [small, resnet.create({}), cell.create(cell.options.parse({}) as never)]) {
    for (const left of [1, 2, 9]) {
      expect(told({ left }, {}, space)).not.toMatch(/publish|table|bench|teach|wider is not always/i);
    }
  }
});

test("a design outside the limits is repaired, or sent back, as the model is told", () => {
  expect(told({}, { maxMacCount: 60e6 })).toContain("the nearest one inside is measured instead");
  expect(told({ repairs: false }, { maxMacCount: 60e6 })).toContain("is sent back");
});

test("a space of stages takes half of what it took, and every decision has its place", () => {
  const context: PromptContext = {
    domain: createDomain(large, {}),
    task: "CIFAR-10",
    history: [],
    pending: [],
    left: 9,
    shown: 12,
    costs: false,
  };
  const length = (prompt: ReturnType<typeof defaultPrompt>) => prompt[1]!.content.length;
  expect(length(defaultPrompt(context))).toBeLessThan(0.55 * length(prompt2026(context)));
  const text = told({ costs: false }, {}, large);
  for (let place = 1; place <= large.decisions.length; place += 1) expect(text).toContain(`#${place}`);
  for (const width of ["8 channels, 1 = 16, 2 = 24, 3 = 32", "64 channels, 1 = 96"])
    expect(text).toContain(width);
});
