// A run and a conversation whose texts try to act on a terminal, read through every surface that prints them: each shows
// the texts, and none of what they would do.
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { beforeAll, expect, test } from "vitest";
import { atBorder } from "../base/terminal-text.ts";
import { createMcpServer } from "../mcp/server.ts";
import { createAnalyst } from "../runs/analyst.ts";
import { createRunStore } from "../runs/run-store.ts";
import { createProcesses } from "../runs/search-processes.ts";
import { openJournal } from "../study/journal.ts";
import { recordingTerminal } from "./fixtures/terminal.ts";
import { run } from "./main.ts";

const environment = process.env;
const esc = "\u001b";
/** Clears the screen, sets the title, goes up a line, reorders, hides, breaks lines. */
const hostile = `harmless${esc}[2J${esc}]0;owned\u0007${esc}[1A\u009b31m\r\u202egnp\u2066\u200b\u2028\u{e0041}end`;
/** Nothing of it may be left anywhere, as itself. */
const acts = /(?![\t\n])\p{Cc}|[\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]/u;

/** What the command writes when everything passes the border of a real terminal that shows colours. */
async function genius(...args: readonly string[]) {
  let written = "";
  const add = (text: string) => {
    written += atBorder(text.replace(/^\r/, ""), false);
  };
  const { terminal } = recordingTerminal({ environment, columns: 200, out: add, error: add });
  const code = await run(args, terminal);
  return { code, written };
}

let root = "";
let folder = "";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-hostile-"));
  folder = join(root, "run");
  await genius("search", "nas-bench-macro", "--strategy", "random", "--trials", "3", "--out", folder);
  const { journal, record } = await openJournal(folder);
  const last = record.trials.at(-1)!;
  const words = { by: hostile, rationale: hostile };
  await journal.addNote({ about: "warning", text: hostile });
  await journal.addTrial(
    {
      ...last,
      number: 4,
      proposal: { ...last.proposal, ...words, choices: [2, 2, 2, 1, 2, 2, 2, 0] },
      outcome: {
        kind: "scored",
        metrics: { accuracy: 0.9999 },
        score: 0.9999,
        remark: hostile,
        spent: { milliseconds: 0 },
      },
    },
    "22212220",
  );
  await journal.addTrial(
    {
      ...last,
      number: 5,
      proposal: { ...last.proposal, ...words, choices: [2, 2, 2, 1, 2, 2, 2, 1] },
      outcome: { kind: "failed", reason: "crashed", detail: hostile, spent: { milliseconds: 0 } },
    },
    "22212221",
  );
  await journal.close();
});

test.each([
  ["show", () => ["show", folder, "--all"]],
  ["show --json", () => ["show", folder, "--json"]],
  ["an error that names a file", () => ["show", join(root, hostile)]],
  ["an unknown command", () => [hostile]],
  ["an unknown option", () => ["list", "spaces", `--${hostile}`]],
  ["an unknown dataset", () => ["search", hostile]],
  ["an unknown space", () => ["cost", "--space", hostile, "--choices", "0"]],
  ["choices", () => ["cost", "--space", "nas-bench-macro", "--choices", hostile]],
  ["doctor", () => ["doctor", "--out", join(root, hostile)]],
  ["export", () => ["export", folder, "--format", "mermaid"]],
])("%s lets nothing act", async (_, args) => {
  const { written } = await genius(...args());
  expect(written.length).toBeGreaterThan(10);
  expect(written).not.toMatch(acts);
});

test("show says who proposed and why, on one line each, with what is harmless in it", async () => {
  const { written } = await genius("show", folder, "--all");
  expect(written).toContain("harmless\ufffd[2J\ufffd]0;owned");
  expect(written.split("\n").find((line) => line.startsWith("#4"))).toContain("harmless");
  expect(JSON.parse((await genius("show", folder, "--json")).written).trials[3].proposal.rationale).toBe(
    hostile,
  );
});

test("the report's page and Markdown let nothing act", async () => {
  expect((await genius("report", folder)).code).toBe(0);
  for (const file of ["report.md", "report.html"]) {
    const text = await readFile(join(folder, file), "utf8");
    expect(text).toContain("harmless");
    expect(text).not.toMatch(acts);
  }
});

test("a hostile conversation is read as it is and shown without what it does", async () => {
  const file = join(root, "conversation.json");
  const messages = [
    { role: "user", content: `Eight numbers, please. ${hostile}` },
    { role: "assistant", content: `[2,2,2,1,2,2,2,0] ${hostile}` },
    { role: "user", content: `By using this model, we achieved an accuracy of 93.13%. ${hostile}` },
    { role: "assistant", content: hostile },
  ];
  await writeFile(file, JSON.stringify(messages));
  for (const more of [[], ["--json"]]) {
    const { written } = await genius("transcript", file, "--space", "nas-bench-macro", ...more);
    expect(written).toContain("93.13".slice(0, 2));
    expect(written).not.toMatch(acts);
  }
});

test("an assistant gets texts without hidden characters, and JSON that means the same", async () => {
  const [store, analyst] = [createRunStore(root), createAnalyst()];
  const bounds = { maxTrials: 10, maxUsd: 1, maxRunning: 1 };
  const processes = createProcesses(environment);
  const server = createMcpServer({ store, analyst, processes, bounds, version: "0" });
  const client = new Client({ name: "test", version: "1" });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
  for (const [name, given] of [
    ["trials", { run: "run" }],
    ["status", { run: hostile }],
  ] as const) {
    const { content } = (await client.callTool({ name, arguments: given })) as {
      content: { text: string }[];
    };
    for (const { text } of content) expect(text).not.toMatch(acts);
    if (name === "trials") expect(content[0]!.text).toContain("harmless");
  }
  await client.close();
  await analyst.close();
});
