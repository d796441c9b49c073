// A run that was finished, resumed and stopped again, read through every surface: each must say the same of it.
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { beforeAll, expect, test } from "vitest";
import type { RunDetail } from "../dashboard/api.ts";
import { createApp } from "../dashboard/app.ts";
import { createMcpServer } from "../mcp/server.ts";
import { createAnalyst } from "../runs/analyst.ts";
import { createRunStore } from "../runs/run-store.ts";
import { createProcesses } from "../runs/search-processes.ts";
import { openJournal } from "../study/journal.ts";
import { genius as runCommand } from "./fixtures/terminal.ts";

const environment = process.env;

async function genius(args: readonly string[]) {
  return runCommand(args, { environment });
}

let root = "";
let folder = "";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-one-view-"));
  folder = join(root, "resumed");
  const search = ["search", "nas-bench-macro", "--strategy", "random", "--trials", "6", "--out", folder];
  expect((await genius(search)).code).toBe(0);
  const { journal, record } = await openJournal(folder);
  await journal.addNote({ about: "resumed", text: "resumed after 6 trials" });
  const last = record.trials.at(-1)!;
  await journal.addTrial(
    {
      ...last,
      number: 7,
      proposal: { ...last.proposal, choices: [2, 2, 2, 1, 2, 2, 2, 0] },
      outcome: { kind: "scored", metrics: { accuracy: 0.9313 }, score: 0.9313, spent: { milliseconds: 0 } },
    },
    "22212220",
  );
  await journal.close();
});

test("show, report, dashboard, export, transfer and MCP agree on state and best", async () => {
  const shown = JSON.parse((await genius(["show", folder, "--json"])).out);
  expect(shown).toMatchObject({ state: "stopped", best: { number: 7, choices: [2, 2, 2, 1, 2, 2, 2, 0] } });
  expect(shown.result).toBeUndefined();
  expect((await genius(["show", folder])).out).toMatch(
    /not finished.*[\s\S]*93\.13 % accuracy on test data\n[\s\S]*trial 7 · [\d.]+M parameters · [\d.]+M MACs · design 22212220/,
  );

  expect((await genius(["report", folder])).code).toBe(0);
  const report = await readFile(join(folder, "report.md"), "utf8");
  expect((await readFile(join(folder, "report.html"), "utf8")).includes("has no result line")).toBe(true);
  expect(/24-layer depthwise residual, 1\.99M parameters: 93\.13 %/.test(report)).toBe(true);

  const store = createRunStore(root);
  const analyst = createAnalyst();
  const guard = { token: "t", isOpen: false, names: [] };
  const processes = createProcesses(environment);
  const app = createApp({
    ...{ store, analyst, processes, page: new Map(), guard, version: "0", environment: process.env },
  });
  const detail = (await (
    await app.request("/api/runs/resumed", { headers: { host: "127.0.0.1" } })
  ).json()) as RunDetail;
  expect(detail).toMatchObject({ state: "stopped", best: { trial: 7, key: "22212220" } });
  expect(detail.result).toBeUndefined();

  const exported = await genius(["export", folder, "--format", "onnx", "--out", join(root, "m.onnx")]);
  expect(exported.error).toContain("trial 7 of");

  const moved = await genius(["transfer", folder, "digits"]);
  expect(moved.error).toContain("trial 7");

  const bounds = { maxTrials: 10, maxUsd: 1, maxRunning: 1 };
  const server = createMcpServer({ store, analyst, processes, bounds, version: "0" });
  const client = new Client({ name: "test", version: "1" });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
  const status = await client.callTool({ name: "status", arguments: { run: "resumed" } });
  const [content] = status.content as { text: string }[];
  expect(JSON.parse(content!.text)).toMatchObject({ state: "stopped", best: { trial: 7 } });
  await client.close();
  await analyst.close();
});
