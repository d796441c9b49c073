// A model and the surrogate in hybrid, with simulated designers in the place of the model: they see 60 random allowed designs
// a call, their accuracies blurred by a normal error, and offer the best six with what they expect. The rule of 2026-11
// beside the one that is the default, and no model at all.
//
// Usage: node --conditions=genius-source benchmarks/partnership/run.ts [--space nas-bench-macro] [--max-macs 60000000]
//   [--evaluations 10] [--seeds 20] [--every 3] [--turns record]
import { parseArgs } from "node:util";
import { publishedSpace } from "../../src/api/published-space.ts";
import { createRandom } from "../../src/base/random.ts";
import table from "../../src/evaluators/table.ts";
import { openTable } from "../../src/evaluators/tables/accuracy-table.ts";
import type { Conversation } from "../../src/llm/index.ts";
import { median } from "../../src/math/statistics.ts";
import { keyOf, toDigits } from "../../src/search/choices.ts";
import { allDesigns, createDomain } from "../../src/search/constraints/create-domain.ts";
import type { Choices } from "../../src/search/space.ts";
import hybrid from "../../src/search/strategies/hybrid.ts";
import { runStudy } from "../../src/study/run-study.ts";

const { values } = parseArgs({
  options: {
    space: { type: "string", default: "nas-bench-macro" },
    "max-macs": { type: "string", default: "60000000" },
    evaluations: { type: "string", default: "10" },
    seeds: { type: "string", default: "20" },
    every: { type: "string", default: "3" },
    turns: { type: "string", default: "record" },
  },
});
const [evaluations, seeds] = [Number(values.evaluations), Number(values.seeds)];
const { definition, dataset, options } = await publishedSpace(values.space, undefined);
const space = definition.create(definition.options.parse(options));
const published = await openTable({ space, dataset });
const evaluator = await table.create(
  { space, dataset, folder: "", seed: 1, environment: process.env },
  table.options.parse({}),
);
const domain = createDomain(space, { maxMacCount: Number(values["max-macs"]) });
const allowed = allDesigns(space).filter((choices) => domain.isFeasible(choices));
const accuracyOf = (choices: Choices) => published.lookUp(choices)!.selection01;
const rankOf = (choices: Choices) =>
  1 + allowed.filter((other) => accuracyOf(other) > accuracyOf(choices)).length;

interface Designer {
  readonly name: string;
  readonly expects: (choices: Choices, normal: number) => number;
}
const designers: readonly Designer[] = [
  { name: "error 0.4 points", expects: (choices, normal) => accuracyOf(choices) + 0.004 * normal },
  {
    name: "the same, 2 points too high",
    expects: (choices, normal) => accuracyOf(choices) + 0.02 + 0.004 * normal,
  },
  { name: "error 1.5 points", expects: (choices, normal) => accuracyOf(choices) + 0.015 * normal },
  { name: "random designs, always 95 %", expects: () => 0.95 },
];

/** The designer of a seed, as a conversation. */
function conversationWith({ name, expects }: Designer, seed: number) {
  const random = createRandom("designer", name, seed);
  const views = new Map(allowed.map((choices) => [keyOf(space, choices), expects(choices, random.normal())]));
  const offered: Choices[] = [];
  let calls = 0;
  const conversation: Conversation = {
    ...{ model: "designer", price: undefined, warnings: [] },
    spent: { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 },
    textOf: () => undefined,
    close: async () => {},
    async ask({ messages }) {
      calls += 1;
      const text = messages.map(({ content }) => content).join("\n");
      const best = random
        .shuffle(allowed)
        .slice(0, 60)
        .filter((choices) => !text.includes(keyOf(space, choices)))
        .sort((a, b) => views.get(keyOf(space, b))! - views.get(keyOf(space, a))!)
        .slice(0, 6);
      offered.push(...best);
      const listed = /own next designs:\n([\s\S]*?)\n\n/.exec(text)?.[1] ?? "";
      const forecasts = [...listed.matchAll(/^ {2}(\d+)/gm)].map(([, key]) => 100 * (views.get(key!) ?? 0.9));
      const candidates = best.map((choices) => ({
        reason: "",
        choices: toDigits(space, choices),
        expectedAccuracyPercent: 100 * views.get(keyOf(space, choices))!,
      }));
      return {
        ...{ number: calls, text: JSON.stringify({ candidates, forecasts }), toolCalls: [], calls: 1 },
        usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 },
        ...{ modelId: "designer", finishReason: "stop", milliseconds: 0, from: "model" },
      };
    },
  };
  return { conversation, offered, calls: () => calls };
}

async function search(seed: number, prompt: string, designer?: Designer) {
  const model = designer && conversationWith(designer, seed);
  const setting = { domain, evaluations, task: "images", fidelity: { full: {} } };
  const strategy = hybrid.create(
    { ...setting, ...(model && { conversation: model.conversation }) },
    hybrid.options.parse({
      prompt,
      every: Number(values.every),
      turns: values.turns,
      ...(designer && { candidates: 6 }),
    }),
  );
  const { best, trials } = await runStudy({
    ...{ domain, evaluator, strategy, trials: evaluations, parallel: 1, seed },
  });
  const tried = new Set(trials.map(({ proposal }) => proposal.choices.join()));
  const better = (choices: Choices) => accuracyOf(choices) > accuracyOf(best!.proposal.choices);
  return {
    rank: rankOf(best!.proposal.choices),
    calls: model?.calls() ?? 0,
    missed: (model?.offered ?? []).filter((choices) => !tried.has(choices.join()) && better(choices)).length,
  };
}

console.log(
  `${values.space}, at most ${values["max-macs"]} MACs, ${allowed.length} designs, ${evaluations} evaluations, ${seeds} seeds`,
);
console.log(
  "| designer | rule | median rank | best and worst | calls | offered, better, never tried |\n|---|---|---|---|---|---|",
);
for (const designer of [undefined, ...designers]) {
  for (const prompt of designer === undefined ? ["default"] : ["genius-2026-11", "default"]) {
    const found: Awaited<ReturnType<typeof search>>[] = [];
    for (let seed = 1; seed <= seeds; seed += 1) found.push(await search(seed, prompt, designer));
    const ranks = found.map(({ rank }) => rank);
    const sum = (read: (one: (typeof found)[number]) => number) =>
      found.reduce((total, one) => total + read(one), 0);
    console.log(
      `| ${designer?.name ?? "none"} | ${prompt} | ${median(ranks)} | ${Math.min(...ranks)} to ${Math.max(...ranks)} | ${(sum(({ calls }) => calls) / seeds).toFixed(1)} | ${sum(({ missed }) => missed)} |`,
    );
  }
}
