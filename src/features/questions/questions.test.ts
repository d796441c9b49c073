// Questions on real tables, small, with answers that are known: what random search does when it is told nothing, which
// principle NAS-Bench-201's winners follow, and that recorded conversations replay. A model is a scripted server.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "parse5";
import { expect, test } from "vitest";
import { type Conversation, createConversation } from "../../llm/index.ts";
import { behaviours, startModelServer } from "../../testing/model-server.ts";
import { needs } from "../../testing/shared-data.ts";
import { answerMarkdown, answerPage } from "./answer-page.ts";
import { loadQuestion, questionNames } from "./index.ts";
import type { Answer, QuestionSetting } from "./question.ts";

const environment = process.env;

async function ask(name: string, options: object, more: Partial<QuestionSetting> = {}): Promise<Answer> {
  const question = await loadQuestion(name);
  const folder = await mkdtemp(join(tmpdir(), "genius-study-"));
  const signal = new AbortController().signal;
  return question.answer(
    { folder, environment, signal, onProgress: () => {}, ...more },
    question.options.parse(options),
  );
}

test("every question has a name, a sentence that asks and options with words", async () => {
  for (const name of questionNames) {
    const question = await loadQuestion(name);
    expect(question.name).toBe(name);
    expect(question.asks).toMatch(/\?$/);
    for (const option of Object.values(question.options.shape)) expect(option.description).toBeTruthy();
  }
});

test("a designer that is told nothing finds what chance finds; ranks are as good as figures", async () => {
  const { data, findings, charts } = await ask("sense-of-direction", {
    space: "nas-bench-macro",
    dataset: "cifar10",
    strategies: "tpe",
    evaluations: 30,
    seeds: 12,
  });
  const rows = (
    data as unknown as { rows: { kind: string; found: { mean: number }; lost: { ci95: number[] } }[] }
  ).rows;
  const of = (kind: string) => rows.find((row) => row.kind === kind)!;
  const chance = (data as unknown as { random: { mean: number } }).random.mean;
  expect(of("exact").found.mean).toBeLessThan(chance);
  // Parzen estimators split by order alone.
  expect(of("rank").lost.ci95).toEqual([0, 0]);
  expect(of("constant").found.mean).toBeGreaterThan(of("exact").found.mean);
  expect(findings[0]).toMatch(/^tpe: .*no better than random search under .*constant/);
  expect(charts[0]!.name).toBe("direction-tpe");
});

test("starting from the largest network is better on a table that rewards size", async () => {
  const { findings } = await ask("skip-iteration-0", {
    tables: "nas-bench-macro/cifar10",
    strategies: "evolution",
    seeds: 8,
  });
  expect(findings).toEqual([expect.stringContaining("the largest is the better start")]);
  await expect(ask("skip-iteration-0", { tables: "nas-bench-macro" })).rejects.toThrow(
    /is not SPACE\/DATASET/,
  );
});

test("NAS-Bench-201's winners keep the skip from first to last, as its authors saw", async () => {
  const { data } = await ask("design-principles", { tables: "nas-bench-201/cifar100" });
  const [result] = (
    data as unknown as {
      results: { effects: { option: string; share01: number; expected01: number; pValue: number }[] }[];
    }
  ).results;
  const skip = result!.effects.find(({ option }) => option.startsWith("edge0to3 = 1, skip"))!;
  expect(skip.share01).toBeGreaterThan(3 * skip.expected01);
  expect(skip.pValue).toBeLessThan(0.001);
  const shares = result!.effects.slice(0, 5).map(({ share01 }) => share01);
  expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1);
});

test(
  "recorded conversations replay to the same trials, and the same seed searches the same way",
  needs("transcripts"),
  async () => {
    const { findings, tables } = await ask("repeatability", {
      strategies: "evolution",
      evaluations: 8,
      repeats: 3,
    });
    expect(findings[0]).toBe("5 of 5 recorded conversations replay to the very same trials, twice.");
    expect(findings.at(-1)).toContain("the same seed gives the very same designs");
    // Ten experiments are listed, two of them for one design.
    expect(tables[0]!.table.rows.find(([file]) => file === "329M")).toEqual([
      "329M",
      26,
      expect.any(Number),
      9,
      "72.61",
      expect.any(String),
      "yes",
    ]);
  },
);

test("prompt sensitivity asks a model in every wording, and answers nothing without one", async () => {
  const without = await ask("prompt-sensitivity", {});
  expect(without.findings).toEqual([]);
  expect(without.remarks[0]).toContain("needs a language model");

  const server = await startModelServer({
    respond: (_, number) => {
      const choices = Array.from({ length: 8 }, (_, index) => (number * 7 + index * number) % 3);
      return behaviours.answer(JSON.stringify({ choices, rationale: "drawn", op_list: choices }));
    },
  });
  const folder = await mkdtemp(join(tmpdir(), "genius-study-"));
  const open: Conversation[] = [];
  const answer = await ask(
    "prompt-sensitivity",
    { evaluations: 3, seeds: 2 },
    {
      converse: async (name) => {
        const conversation = await createConversation({
          model: "compatible/scripted",
          baseUrl: server.baseUrl,
          environment: {},
          folder: join(folder, name),
          caps: {},
        });
        open.push(conversation);
        return conversation;
      },
    },
  );
  expect(answer.tables[0]!.table.rows.length).toBe(12);
  expect(answer.findings.length).toBe(10);
  await Promise.all(open.map((conversation) => conversation.close()));
  await server.close();
});

test("the page is whole, and hostile words stay words", async () => {
  const question = await loadQuestion("repeatability");
  const hostile = "<script>alert(1)</script>";
  const answered = {
    question,
    answer: {
      findings: [hostile],
      remarks: [hostile],
      charts: [],
      tables: [{ title: hostile, table: { columns: [hostile], rows: [[hostile]] } }],
      data: {},
      provenance: { hostile },
    },
    command: hostile,
    provenance: {},
    milliseconds: 1,
  };
  const page = answerPage(answered);
  expect(page).not.toContain("<script");
  expect(parse(page).childNodes.length).toBe(2);
  expect(answerMarkdown(answered)).toContain("# Does the same study");
});

test("a model in one search of one arm is told what the arm tells, in words, within limits", async () => {
  const server = await startModelServer({
    respond: (_, number) => {
      const choices = Array.from({ length: 8 }, (_, index) => (number * 5 + index * number) % 2);
      return behaviours.object({ reason: "drawn", choices, expectedAccuracyPercent: 80 });
    },
  });
  const folder = await mkdtemp(join(tmpdir(), "genius-study-"));
  const names: string[] = [];
  const answerFor = async (told: string) => {
    const open: Conversation[] = [];
    const answer = await ask(
      "sense-of-direction",
      {
        ...{ space: "nas-bench-macro", dataset: "cifar10", strategies: "llm", maxMacs: "60M" },
        ...{ told, evaluations: 5, seeds: 1, firstSeed: 4 },
      },
      {
        converse: async (name) => {
          names.push(name);
          const conversation = await createConversation({
            ...{ model: "compatible/scripted", baseUrl: server.baseUrl, environment: {}, caps: {} },
            folder: join(folder, name),
          });
          open.push(conversation);
          return conversation;
        },
      },
    );
    await Promise.all(open.map((conversation) => conversation.close()));
    return answer;
  };
  const toldIn = (from: number) =>
    server.requests
      .slice(from)
      .map(
        ({ body }) =>
          /Results so far[\s\S]*?\n\n/.exec(JSON.stringify(body.messages).replaceAll("\\n", "\n"))?.[0],
      )
      .at(-1)!;
  const { findings } = await answerFor("better-or-worse");
  // One search shows nothing for certain.
  expect(findings).toEqual([
    "llm: no significant loss under better-or-worse; a loss under none; no better than random search under better-or-worse.",
  ]);
  expect(toldIn(0)).toContain("better than all before it (the accuracy is not told)");
  expect(toldIn(0)).not.toMatch(/\d\d\.\d\d %/);
  let from = server.requests.length;
  await answerFor("rank");
  expect(toldIn(from)).toMatch(/rank \d+ of 4075 \(1 is the best/);
  from = server.requests.length;
  await answerFor("constant");
  expect(toldIn(from)).toContain("Results so far, in the order of their evaluation");
  from = server.requests.length;
  await answerFor("exact");
  expect(toldIn(from)).toMatch(/best first:\n {2}\d{8} {2}\d\d\.\d\d %/);
  expect(names).toEqual(["better-or-worse-4", "rank-4", "constant-4", "as-it-is-4"]);
  await server.close();
});
