// A real server in its own process, spoken to by the SDK's own client.
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, expect, test } from "vitest";

const bin = resolve(import.meta.dirname, "../../bin/genius.js");
const client = new Client({ name: "test", version: "1" });
let root = "";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-mcp-"));
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [bin, "mcp", root, "--max-trials", "50", "--max-running", "1"],
    env: process.env as Record<string, string>,
  });
  await client.connect(transport);
});
afterAll(() => client.close());

async function call(name: string, input: Record<string, unknown> = {}) {
  const result = await client.callTool({ name, arguments: input });
  const [content] = result.content as { text: string }[];
  return { text: content!.text, failed: result.isError === true, value: () => JSON.parse(content!.text) };
}
const until = async <T>(ask: () => Promise<T>, isDone: (value: T) => boolean): Promise<T> => {
  for (;;) {
    const value = await ask();
    if (isDone(value)) return value;
  }
};

test("an assistant finds out what there is, and what designs cost", async () => {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      "list",
      "cost",
      "start_search",
      "status",
      "trials",
      "best",
      "stop",
      "resume",
      "report",
      "propose_design",
    ]),
  );
  expect(
    (await call("list", { kind: "spaces" })).value().spaces.map((row: { name: string }) => row.name),
  ).toContain("nas-bench-macro");
  expect((await call("cost", { space: "nas-bench-macro", choices: ["22212220"] })).value()).toEqual({
    designs: [
      {
        ...{ choices: [2, 2, 2, 1, 2, 2, 2, 0], paramCount: 1_985_514, macCount: 85_164_544 },
        ...{ ramBytes: { int8: 245_760, float: 983_040 }, flashBytes: { int8: 2_103_812, float: 7_902_497 } },
      },
    ],
  });
  const wrong = await call("cost", { space: "nas-bench-macro", choices: ["9"] });
  expect([wrong.failed, wrong.text]).toEqual([true, expect.stringContaining("8 decisions")]);
});

test("it starts a search, follows it to the end, and reads its figures", async () => {
  const order = {
    dataset: "nas-bench-macro",
    strategy: "evolution",
    trials: 30,
    maxMacs: 80_000_000,
    seed: 5,
  };
  const { run } = (await call("start_search", order)).value();
  const status = await until(
    async () => (await call("status", { run })).value(),
    ({ state }) => state !== "running",
  );
  expect(status).toMatchObject({ state: "finished", evaluations: 30, budget: 30 });
  const best = (await call("best", { run })).value();
  expect(best.best.accuracy01).toBe(status.best.accuracy01);
  expect(best.choices).toHaveLength(8);
  const page = (await call("trials", { run, from: 25, limit: 10 })).value();
  expect([page.total, page.trials.length]).toEqual([30, 5]);
  expect((await call("report", { run })).text).toMatch(/largest-first/);
  const { resources } = await client.listResources();
  const uri = resources.find(({ name }) => name === run)!.uri;
  const { contents } = await client.readResource({ uri });
  expect(JSON.parse((contents[0] as { text: string }).text)).toMatchObject({ id: run, config: { seed: 5 } });
  const more = await call("resume", { run, trials: 35 });
  expect(more.failed).toBe(false);
  const after = await until(
    async () => (await call("status", { run })).value(),
    ({ state, evaluations }) => state !== "running" && evaluations >= 35,
  );
  expect(after.evaluations).toBe(35);
}, 60_000);

test.each<[string, unknown, string]>([
  [
    "list",
    { kind: "space" },
    'kind must be one of spaces, datasets, strategies, evaluators, models, devices; "space" was given. Did you mean "spaces"?',
  ],
  ["list", {}, "kind is needed; allowed are spaces, datasets"],
  ["list", undefined, "kind is needed"],
  [
    "cost",
    { space: "nas-bench-macro", choices: "22212220" },
    'choices must be a list; "22212220" was given.',
  ],
  ["cost", { space: "nas-bench-macro", choices: ["22212220", 7] }, "choices.1 must be text; 7 was given."],
  ["cost", "22212220", 'What cost was given must be an object; "22212220" was given.'],
  ["cost", [], "What cost was given must be an object; [] was given."],
  ["start_search", { dataset: "digits" }, "trials is needed."],
  ["start_search", { dataset: "digits", trials: 0 }, "trials must be at least 1; 0 was given."],
  ["start_search", { dataset: "digits", trials: 2.5 }, "trials must be a whole number; 2.5 was given."],
  [
    "start_search",
    { trials: 3, strategy: "./evil.ts" },
    'strategy must be a name that the tool list gives; "./evil.ts" was given.',
  ],
  [
    "start_search",
    { trials: 3, max_params: 20_000 },
    'has the unknown field "max_params". Did you mean "maxParams"?',
  ],
  ["start_search", { trials: 3, parallel: 100_000 }, 'has the unknown field "parallel".'],
  ["trials", { run: "x", limit: 1000 }, "limit must be at most 200; 1000 was given."],
  ["liste", {}, 'There is no tool "liste". Did you mean "list"? Known: list, cost,'],
])("%s of %j is answered in words of ours", async (name, given, words) => {
  const params = { name, arguments: given as Record<string, unknown> };
  const result = await client.request({ method: "tools/call", params }, CallToolResultSchema);
  const [content] = result.content as { text: string }[];
  expect(result.isError).toBe(true);
  expect(content?.text).toContain(words);
  expect(content?.text).not.toMatch(/MCP error|validation|invalid_|"path"|Zod/);
});

test("bounds hold, and no code, option or folder can be slipped in", async () => {
  expect((await call("start_search", { dataset: "nas-bench-macro", trials: 51 })).text).toMatch(
    /more than the 50/,
  );
  for (const input of [
    { dataset: "nas-bench-macro", trials: 3, strategy: "./evil.ts" },
    { dataset: "nas-bench-macro", trials: 3, space: "../evil" },
    { dataset: "nas-bench-macro", trials: 3, evaluator: "x/y.js" },
  ])
    expect((await call("start_search", input)).failed).toBe(true);
  expect((await call("start_search", { dataset: "--out=/tmp/elsewhere", trials: 3 })).failed).toBe(true);
  expect((await call("status", { run: "../.." })).text).toMatch(/There is no run/);
  await expect(client.readResource({ uri: "genius://runs/%E0%A4%A" })).rejects.toThrow(/There is no run/);
  await mkdir(join(root, "<script>"));
  await writeFile(join(root, "<script>", "journal.jsonl"), "{nonsense\n{}\n");
  const { runs } = (await call("list_runs")).value();
  expect(runs.find(({ id }: { id: string }) => id === "<script>").state).toBe("unreadable");
});
