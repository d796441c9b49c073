// What a search is estimated to cost, beside what the same search then costs.
import { afterEach, expect, test } from "vitest";
import table from "../../evaluators/table.ts";
import { createConversation, estimate, thinks } from "../../llm/index.ts";
import { runStudy } from "../../study/run-study.ts";
import { type Behaviour, behaviours, startModelServer } from "../../testing/model-server.ts";
import { createDomain } from "../constraints/create-domain.ts";
import macro from "../spaces/nas-bench-macro.ts";
import hybrid from "./hybrid.ts";
import llm from "./llm.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const space = macro.create({});
const trials = 10;
/** A design a call, different each time and well priced, with a reason as models write them. */
const answer = (n: number) => ({
  reason:
    "The wide late blocks have paid so far, and the first blocks cost most of the MACs for little; I therefore keep the late stage large, take the kernel of the middle down and expect about the accuracy of the best.",
  choices: (n * 577 + 4000).toString(3).padStart(8, "0").slice(-8).split("").map(Number),
  expectedAccuracyPercent: 92.4,
});
const prose = (n: number) =>
  `${"I would look at how the options trade depth against cost, and take the ones that carry gradients well. ".repeat(14)}My proposal is [${answer(n).choices.join(", ")}].`;

test.each<
  [name: string, strategy: typeof llm | typeof hybrid, options: object, reply: (n: number) => Behaviour]
>([
  ["llm", llm, {}, (n) => behaviours.object(answer(n))],
  ["llm without the tool", llm, { costTool: false, shown: 4 }, (n) => behaviours.object(answer(n))],
  ["llm as in the paper", llm, { prompt: "genius-2023" }, (n) => behaviours.answer(prose(n))],
  [
    "hybrid",
    hybrid,
    {},
    (n) =>
      behaviours.object({
        candidates: [0, 1, 2, 3].map((k) => ({ ...answer(4 * n + k), expectedAccuracyPercent: 93.5 })),
      }),
  ],
])("%s is estimated within 30 per cent of what it takes", async (_, strategy, options, reply) => {
  const server = await startModelServer({ respond: (__, n) => reply(n) });
  closing.push(() => server.close());
  const conversation = await createConversation({
    model: "compatible/x",
    baseUrl: server.baseUrl,
    environment: {},
  });
  closing.push(() => conversation.close());
  const environment = {};
  const evaluator = await table.create(
    { space, dataset: "cifar10", folder: "", seed: 1, environment },
    table.options.parse({}),
  );
  const domain = createDomain(space, { maxMacCount: 60e6 });
  const setting = {
    domain,
    evaluations: trials,
    task: "CIFAR-10: 50,000 images",
    fidelity: { full: {} },
    conversation,
  };
  const made = strategy.create(setting, strategy.options.parse(options) as never);
  const plan = made.modelPlan?.();
  const planned = estimate(plan!);
  await runStudy({ domain, evaluator, strategy: made, trials, parallel: 1, seed: 1 });
  const { spent } = conversation;
  const perCall = { planned: planned.inputTokens / plan!.calls, spent: spent.inputTokens / spent.calls };
  expect(perCall.planned / perCall.spent).toBeGreaterThan(0.7);
  expect(perCall.planned / perCall.spent).toBeLessThan(1.3);
  expect(planned.outputTokens / plan!.calls / (spent.outputTokens / spent.calls)).toBeGreaterThan(0.7);
  expect(planned.outputTokens / plan!.calls / (spent.outputTokens / spent.calls)).toBeLessThan(1.3);
});

test("a model that thinks is known by its name, and estimated with its thinking", () => {
  for (const name of ["openai/o3", "openai/gpt-5-mini", "ollama/deepseek-r1:8b", "compatible/Qwen/QwQ-32B"])
    expect([name, thinks(name)]).toEqual([name, true]);
  for (const name of ["openai/gpt-4o", "ollama/llama3:8b", "compatible/qwen3-instruct", "manual"])
    expect([name, thinks(name)]).toEqual([name, false]);
  const plan = { promptChars: 4000, replyTokens: 100, calls: 10 };
  expect(estimate({ ...plan, thinks: true }).outputTokens).toBeGreaterThan(10 * estimate(plan).outputTokens);
});
