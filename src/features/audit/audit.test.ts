// Whole audits against a server on the loopback interface that answers from a script. The scripts stand for kinds of
// behaviour – remembering keys, counting costs, preferring large digits, answering nonsense – and for no real model.
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test } from "vitest";
import table from "../../evaluators/table.ts";
import { type AccuracyTable, openTable } from "../../evaluators/tables/accuracy-table.ts";
import { type Caps, createConversation } from "../../llm/index.ts";
import type { Choices } from "../../search/space.ts";
import macro from "../../search/spaces/nas-bench-macro.ts";
import {
  type Behaviour,
  behaviours,
  type ModelRequest,
  startModelServer,
} from "../../testing/model-server.ts";
import { auditPlan, runAudit } from "./audit.ts";
import { summariseAudit } from "./audit-summary.ts";
import type { AuditMeasurement } from "./measurement.ts";

const environment = {};
const space = macro.create({});
let published: AccuracyTable;
let remembered: readonly string[];
beforeAll(async () => {
  published = await openTable({ space, dataset: "cifar10" });
  const keys = Array.from({ length: 3 ** 8 }, (_, index) => index.toString(3).padStart(8, "0"));
  remembered = keys.sort((a, b) => accuracyOf(b) - accuracyOf(a)).slice(0, 30);
});
const accuracyOf = (key: string) => published.lookUp([...key].map(Number))!.selection01;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A behaviour: which design to propose next, and which of two shown designs to prefer. */
interface Script {
  readonly propose: (prompt: string) => Choices | undefined;
  readonly worth: (design: string, prompt: string) => number | undefined;
}

async function audit(
  script: Script,
  asked: { readonly folder?: string; readonly caps?: Caps; readonly seeds?: number } = {},
) {
  const respond = ({ body }: ModelRequest): Behaviour => {
    const prompt = (body.messages ?? []).map(({ content }) => String(content)).join("\n");
    const pairs = [...prompt.matchAll(/^\d+\. A: (.*?) {2}B: (.*)$/gm)];
    if (pairs.length > 0) {
      const worths = pairs.map(([, a, b]) => [script.worth(a!, prompt), script.worth(b!, prompt)] as const);
      if (worths.flat().includes(undefined)) return behaviours.answer("Both are fine networks.");
      const answers = worths.map(([a = 0, b = 0]) => (a >= b ? "A" : "B"));
      return behaviours.object({ answers });
    }
    const choices = script.propose(prompt);
    if (choices === undefined) return behaviours.answer("I would rather not say.");
    return behaviours.object({ reason: "as the script says", choices, expectedAccuracyPercent: 90 });
  };
  const server = await startModelServer({ respond });
  closing.push(() => server.close());
  const folder = asked.folder ?? (await mkdtemp(join(tmpdir(), "genius-audit-")));
  const conversation = await createConversation({
    model: "compatible/scripted",
    baseUrl: server.baseUrl,
    environment: {},
    folder,
    ...(asked.caps !== undefined && { caps: asked.caps }),
  });
  const setting = {
    space,
    dataset: "cifar10",
    task: "CIFAR-10: colour images of 32 × 32 pixels in 10 classes",
    table: published,
    evaluator: await table.create(
      { space, dataset: "cifar10", folder: "", seed: 1, environment },
      table.options.parse({}),
    ),
    conversation,
    trials: 4,
    seeds: asked.seeds ?? 5,
    pairs: 40,
    parallel: 4,
    signal: new AbortController().signal,
  };
  const measured = await runAudit(setting);
  await conversation.close();
  return { measured, requests: server.requests, folder, plan: auditPlan(setting) };
}

const named = (prompt: string) => prompt.includes("Search space nas-bench-macro");
const digitsIn = (design: string) => design.slice(0, 8);
const sumOf = (design: string) => [...digitsIn(design)].reduce((sum, digit) => sum + Number(digit), 0);
const choicesOf = (key: string) => [...key].map(Number);

/** Knows keys of the published table by heart, and uses them wherever it reads the table's name. */
const memoriser: Script = {
  propose: (prompt) =>
    named(prompt)
      ? choicesOf(remembered.find((key) => !prompt.includes(`  ${key}  `)) ?? remembered[0]!)
      : choicesOf("01201201"),
  worth: (design, prompt) => (named(prompt) ? accuracyOf(digitsIn(design)) : Number(design[3])),
};

/** Counts: the option of most MACs everywhere, and the design of more MACs; without costs the last options. */
const counter: Script = {
  propose(prompt) {
    const lines = [...prompt.matchAll(/^ {2}layer\d: (.*)$/gm)].map(([, costs]) =>
      costs!.split(", ").map((cost) => macsIn(cost)),
    );
    if (lines.length !== 8) return choicesOf("22222222");
    return lines.map(([first = 0, second = 0]) => [0, first, second].indexOf(Math.max(0, first, second)));
  },
  worth: (design) => (design.includes("MACs") ? macsIn(design.slice(10)) : sumOf(design)),
};
const units: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };
function macsIn(text: string): number {
  const [, value, unit] = /([+-]?[\d.]+)([kMG]?)/.exec(text) ?? [];
  return Number(value) * units[unit ?? ""]!;
}

/** Prefers large digits, whatever they stand for. */
const digitLover: Script = { propose: () => choicesOf("22222222"), worth: sumOf };

const chanceOf = (measured: AuditMeasurement) =>
  Object.fromEntries(summariseAudit(measured).evidence.map(({ name, p }) => [name, p!]));

test("a model that remembers the table where it is named shows clear signs", async () => {
  const { measured, requests, plan } = await audit(memoriser);
  const summary = summariseAudit(measured);
  const chance = chanceOf(measured);
  expect(chance.pairs).toBeLessThan(1e-6);
  // Rank 1, as if drawn from the best hundredth of 6,561 designs, times three kinds of evidence.
  expect(chance["first guess"]).toBeCloseTo(3 / 65.61, 5);
  expect(chance["full disguise"]).toBeGreaterThan(0.05);
  expect(summary.verdict).toBe("clear signs");
  expect(summary.rankings.find(({ name }) => name === "own-names")?.correct?.mean).toBe(1);
  expect(summary.variants.find(({ variant }) => variant === "own-names")?.first?.mean).toBe(100);
  expect(summary.rankings.find(({ name }) => name === "more MACs is better")?.correct?.mean).toBeCloseTo(
    0.5,
    1,
  );
  expect(requests.length).toBe(5 * 5 * 4 + 4 * 4);
  expect(plan.calls).toBe(requests.length);
});

test("a model that counts costs, and one that prefers large digits, show no sign", async () => {
  for (const innocent of [counter, digitLover]) {
    const { measured } = await audit(innocent);
    const summary = summariseAudit(measured);
    expect(summary.evidence.every(({ p }) => p! > 0.05)).toBe(true);
    const { mean } = summary.rankings.find(({ name }) => name === "own-names")!.correct!;
    expect(mean).toBeGreaterThan(0.35);
    expect(mean).toBeLessThan(0.65);
  }
});

test("what the model reads under each variant says no more than it should", async () => {
  const { requests } = await audit(digitLover);
  const prompts = requests.map(({ body }) => JSON.stringify(body));
  const relabelled = prompts.filter((prompt) => prompt.includes("operation A"));
  expect(relabelled.length).toBe(5 * 4 + 4);
  for (const prompt of relabelled) expect(prompt).not.toMatch(/MACs|CIFAR|nas-bench|kernel|parameters/);
  const hidden = prompts.filter(
    (prompt) => prompt.includes("Search space networks") && prompt.includes("kernel"),
  );
  expect(hidden.length).toBe(5 * 4 + 4);
  for (const prompt of hidden) expect(prompt).not.toMatch(/CIFAR|nas-bench/);
});

test("replies that cannot be read are asked for once more, counted, and decide nothing", async () => {
  const mute: Script = {
    propose: (prompt) => (named(prompt) ? undefined : choicesOf("22222222")),
    worth: (design, prompt) => (prompt.includes("Search space networks") ? sumOf(design) : undefined),
  };
  const { measured, requests } = await audit(mute, { seeds: 1 });
  const summary = summariseAudit(measured);
  const own = summary.variants.find(({ variant }) => variant === "own-names")!;
  expect(own.first).toBeNull();
  expect(own.unreadable).toBe(4);
  expect(summary.variants.find(({ variant }) => variant === "relabelled")?.unreadable).toBe(0);
  expect(summary.rankings.map(({ name, unreadable }) => [name, unreadable]).slice(0, 4)).toEqual([
    ["own-names", 40],
    ["hidden-task", 0],
    ["permuted", 40],
    ["relabelled", 0],
  ]);
  const asked = requests.map(({ body }) => JSON.stringify(body.messages));
  expect(asked.filter((text) => text.includes("exactly 10 answers, each")).length).toBe(2 * 4);
  expect(
    summary.gaps.every(({ difference }) => difference === null || Number.isFinite(difference.mean)),
  ).toBe(true);
  expect(summary.verdict).toBe("undecided");
});

test("a spent budget ends the audit with what there is, and a later one asks only for the rest", async () => {
  const first = await audit(digitLover, { caps: { maxCalls: 70 } });
  expect(first.measured.stoppedBy).toMatch(/budget is used up/);
  expect(summariseAudit(first.measured).verdict).toBe("undecided");
  const second = await audit(digitLover, { folder: first.folder });
  expect(first.requests.length + second.requests.length).toBe(116);
  expect(second.measured).toEqual((await audit(digitLover)).measured);
  const record = await readFile(join(first.folder, "conversation.jsonl"), "utf8");
  const purposes = record
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { kind: string; purpose: string })
    .filter(({ kind }) => kind === "call")
    .map(({ purpose }) => purpose);
  expect(purposes).toContain("audit relabelled seed 2 proposal 3");
  expect(purposes).toContain("audit permuted ranking 4");
  expect(new Set(purposes).size).toBe(116);
});
