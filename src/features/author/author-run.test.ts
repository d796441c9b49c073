// `genius search --strategy author` from the command to the report: the run keeps its texts, and shows them.
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { genius as command } from "../../cli/fixtures/terminal.ts";
import { startModelServer } from "../../testing/model-server.ts";

const text =
  "conv {8|12|16} k{3|5} s2 norm relu\nconv {16|24} k3 s2 norm relu\nglobalpool flatten linear classes\n";
const answer = `Few channels <b>early</b>.\n\`\`\`text\n${text}\`\`\``;

async function searched(...more: readonly string[]) {
  const server = await startModelServer({
    respond: (_, number) => ({ kind: "answer", text: number === 1 ? answer : "keep" }),
  });
  const run = join(await mkdtemp(join(tmpdir(), "genius-author-run-")), "run");
  const genius = (...words: readonly string[]) => command(words, { environment: process.env });
  const told = await genius(
    ...[
      "search",
      "digits",
      "--strategy",
      "author",
      "--model",
      "compatible/scripted",
      "--base-url",
      server.baseUrl,
    ],
    ...["--max-params", "20k", "--out", run, "--data-fraction01", "0.2", ...more],
  );
  await server.close();
  expect(told.error).not.toMatch(/genius:/);
  return { run, genius, requests: server.requests };
}

test("by a number of evaluations", async () => {
  const quick = ["--epochs", "1", "--final-epochs", "1", "--trials", "3", "--parallel", "1"];
  const { run, genius, requests } = await searched(...quick);
  expect(requests).toHaveLength(1);
  const shown = (await genius("show", run)).out;
  expect(shown).toContain(
    "The space that the model wrote, 3 designs tried:\n  conv {8|12|16} k{3|5} s2 norm relu",
  );
  expect(shown).toContain("its reasons (claims): Few channels <b>early</b>.");
  expect(shown).toContain(
    "The model wrote a space, which is searched from trial 1 on. Reasons (claims): Few channels <b>early</b>.",
  );
  await genius("report", run);
  const report = await readFile(join(run, "report.html"), "utf8");
  expect(report).toContain("The spaces that the model wrote");
  expect(report).toContain("conv {8|12|16} k{3|5} s2 norm relu");
  expect(report).toContain("Few channels &lt;b&gt;early&lt;/b&gt;.");
  const record = join(run, "conversation.jsonl");
  const again = await genius(
    ...["search", "digits", "--strategy", "author", "--model", `replay/${record}`, "--max-params", "20k"],
    ...["--out", `${run}-again`, "--data-fraction01", "0.2", ...quick],
  );
  expect(again.error).not.toMatch(/genius:/);
  const trialsOf = async (folder: string) =>
    JSON.parse((await genius("show", folder, "--json")).out).trials.map(
      ({ proposal }: { readonly proposal: { readonly authored: unknown } }) => proposal.authored,
    );
  expect(await trialsOf(`${run}-again`)).toEqual(await trialsOf(run));
});

test("by the clock", { timeout: 120_000 }, async () => {
  const { run, genius } = await searched("--minutes", "0.5");
  const { trials } = JSON.parse((await genius("show", run, "--json")).out) as {
    readonly trials: readonly {
      readonly proposal: { readonly by: string; readonly authored?: { readonly text: string } };
    }[];
  };
  // How many of both there is time for depends on the machine.
  expect(trials.some(({ proposal }) => proposal.by === "author/search")).toBe(true);
  for (const { proposal } of trials)
    if (!["reference", "experience"].includes(proposal.by)) expect(proposal.authored?.text).toBe(text);
});
