// Studies with a model behind them, from their arguments to their files: caps that hold for all searches together, and a
// recorded study that answers again without a model.
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { genius as runCommand } from "../../cli/fixtures/terminal.ts";
import { behaviours, startModelServer } from "../../testing/model-server.ts";

const environment = {};

async function genius(args: readonly string[]) {
  return runCommand(args, { environment });
}

const startDesigner = () =>
  startModelServer({
    respond: (_, number) =>
      behaviours.object({
        reason: "drawn",
        choices: Array.from({ length: 8 }, (_, index) => (number * 7 + index * number) % 3),
        expectedAccuracyPercent: 90,
      }),
  });

const study = [
  ...["study", "prompt-sensitivity", "--wordings", "no costs", "--evaluations", "3", "--seeds", "2"],
  ...["--parallel", "4"],
];

test("a recorded study answers the same again without its model", async () => {
  const server = await startDesigner();
  const root = await mkdtemp(join(tmpdir(), "genius-study-"));
  const recorded = join(root, "recorded");
  const live = await genius([
    ...study,
    ...["--model", "compatible/scripted", "--base-url", server.baseUrl, "--out", recorded],
  ]);
  await server.close();
  expect([live.code, live.error]).toEqual([0, expect.stringContaining("no costs 2")]);
  const again = await genius([...study, ...["--model", `replay/${recorded}`, "--out", join(root, "again")]]);
  expect(again.code).toBe(0);
  const [a, b] = await Promise.all(
    ["recorded", "again"].map(async (name) =>
      JSON.parse(await readFile(join(root, name, "answer.json"), "utf8")),
    ),
  );
  expect(b.data).toEqual(a.data);
  expect(b.data.measured.map(({ wording }: { wording: { name: string } }) => wording.name)).toEqual([
    "as it is",
    "no costs",
  ]);
});

test("a cap holds for all searches of a study together", async () => {
  const server = await startDesigner();
  const out = join(await mkdtemp(join(tmpdir(), "genius-study-")), "capped");
  const { code, error } = await genius([
    ...study,
    ...["--model", "compatible/scripted", "--base-url", server.baseUrl, "--max-calls", "5", "--out", out],
  ]);
  await server.close();
  expect(error).toMatch(/budget is used up.*5 calls/);
  expect([code === 0, server.requests.length]).toEqual([false, 5]);
});

test("a wording that is not known is named", async () => {
  const { code, error } = await genius([
    ...["study", "prompt-sensitivity", "--wordings", "no cost", "--model", "compatible/x"],
    ...["--base-url", "http://127.0.0.1:9/v1", "--out", await mkdtemp(join(tmpdir(), "genius-study-"))],
  ]);
  expect([code === 0, error]).toEqual([false, expect.stringMatching(/"no cost".*"?no costs/s)]);
});

test("the searches of a helper agent that were recorded here give the figures that docs/results/wording.md shows", async () => {
  const recorded = resolve(import.meta.dirname, "../../../docs/recorded/helper-agent");
  const { code, out } = await genius([
    ...["study", "prompt-sensitivity", "--wordings", "the paper's protocol,another order of options"],
    ...["--evaluations", "6", "--seeds", "3", "--model", `replay/${recorded}`, "--json"],
    ...["--prompt", "genius-2026-11"],
    ...["--out", await mkdtemp(join(tmpdir(), "genius-study-"))],
  ]);
  expect(code).toBe(0);
  const rows = (JSON.parse(out) as { tables: { table: { rows: string[][] } }[] }).tables[0]!.table.rows;
  expect(rows.map(([asked, regret]) => [asked, regret])).toEqual([
    ["as it is", "0.08 (95 %: 0.05 to 0.15)"],
    ["the paper's protocol", "0.03 (95 %: 0.02 to 0.05)"],
    ["another order of options", "0.02 (95 %: 0.02 to 0.02)"],
    ["random search", "0.93 (95 %: 0.43 to 1.19)"],
    ["largest-first", "0.02 (95 %: 0.02 to 0.02)"],
    ["hybrid without a model", "0.02 (95 %: 0.02 to 0.02)"],
  ]);
});

test("fifty recorded searches of fresh readers give the figures that docs/results/model-and-feedback.md shows", async () => {
  const recorded = resolve(import.meta.dirname, "../../../docs/recorded/questions-2026-11");
  const ask = async (...args: readonly string[]) => {
    const { code, out } = await genius([
      ...["study", ...args, "--max-macs", "85M", "--evaluations", "10", "--seeds", "5", "--json"],
      ...["--model", `replay/${recorded}`, "--out", await mkdtemp(join(tmpdir(), "genius-study-"))],
    ]);
    expect(code).toBe(0);
    const { rows } = (JSON.parse(out) as { tables: { table: { rows: (string | null)[][] } }[] }).tables[0]!
      .table;
    return rows.map((row) => row.map((cell) => cell?.replace(/ \(.*/, "") ?? null));
  };
  const direction = await ask(
    ...["sense-of-direction", "--space", "nats-size", "--dataset", "cifar10", "--strategies", "llm"],
    ...["--told", "exact,rounded,rank,better-or-worse,shuffled,constant"],
  );
  expect(direction.map(([, told, best, , , handedOver]) => [told, best, handedOver])).toEqual([
    ["exact", "0.00", "0.00"],
    ["rounded", "0.05", "0.15"],
    ["rank", "0.00", "0.00"],
    ["better-or-worse", "0.00", "0.00"],
    ["shuffled", "0.13", "0.83"],
    ["constant", "0.08", "0.15"],
  ]);
  const start = await ask(
    ...["skip-iteration-0", "--tables", "nats-size/cifar10", "--strategies", "llm"],
    ...["--starts", "model,nominal,largest"],
  );
  expect(start.map((row) => row.slice(2))).toEqual([
    ["model", "0.00", "0.06"],
    ["nominal", "0.00", "0.07"],
    ["largest", "0.00", "0.29"],
  ]);
  const wording = await ask(
    ...["prompt-sensitivity", "--space", "nats-size", "--alone"],
    ...["--wordings", "the paper's protocol,the prompt of November 2026"],
  );
  expect(wording.map(([asked, best]) => [asked, best])).toEqual([
    ["the paper's protocol", "0.00"],
    ["the prompt of November 2026", "0.00"],
  ]);
}, 120_000);
