// `genius search` with a model behind a real socket, with every kind of failure a server can have.
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { readJournal } from "../study/journal.ts";
import { type Behaviour, behaviours, type ModelServer, startModelServer } from "../testing/model-server.ts";
import { genius } from "./fixtures/terminal.ts";

let server: ModelServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const designs = ["22222222", "22212220", "12212220", "02212220", "22202220", "21212220"];
const proposal = (index: number): Behaviour =>
  behaviours.object({
    reason: `idea ${index}`,
    choices: [...designs[index % designs.length]!].map(Number),
    expectedAccuracyPercent: 92,
  });

async function search(
  script: readonly Behaviour[],
  more: readonly string[] = [],
  address?: string,
  model = "compatible/scripted",
) {
  server = await startModelServer({ respond: (_, number) => script[number - 1] ?? proposal(number) });
  const folder = join(await mkdtemp(join(tmpdir(), "genius-model-search-")), "run");
  const { code, error } = await genius([
    ...["search", "nas-bench-macro", "--strategy", "llm", "--model", model],
    ...["--base-url", address ?? server.baseUrl, "--trials", "3", "--out", folder, ...more],
  ]);
  return { code, error, folder };
}

const reasons = async (folder: string) =>
  (await readJournal(folder)).trials.map(({ outcome }) =>
    outcome.kind === "failed" ? outcome.reason : outcome.kind,
  );

test("rate limits, broken connections, errors and slow streams are waited out", async () => {
  const script = [
    behaviours.rateLimit("0"),
    proposal(0),
    { kind: "cut" } as const,
    behaviours.error(500, "Overloaded."),
    {
      kind: "slow",
      text: JSON.stringify({
        reason: "slowly",
        choices: [2, 2, 2, 1, 2, 2, 2, 0],
        expectedAccuracyPercent: 93,
      }),
      pieces: 5,
      pauseMs: 5,
    } as const,
    proposal(2),
  ];
  const { code, folder, error } = await search(script);
  expect(code).toBe(0);
  expect(await reasons(folder)).toEqual(["scored", "scored", "scored"]);
  expect(error).toContain("Estimate: about 3 calls");
});

test("answers that cannot be used are outcomes, and the search continues", async () => {
  const script = [
    behaviours.answer("{not json"),
    behaviours.answer("[2, 2]"),
    behaviours.html(),
    proposal(1),
    behaviours.object({ wrong: "schema" }),
    proposal(2),
  ];
  const { code, folder } = await search(script);
  expect(code).toBe(0);
  const found = await reasons(folder);
  expect(found.filter((reason) => reason === "scored").length).toBe(3);
  expect(found).toContain("unreadable");
});

/** The address of a server that is gone. */
async function nobody(): Promise<string> {
  const gone = await startModelServer({ respond: () => behaviours.empty() });
  await gone.close();
  return gone.baseUrl;
}

test.each<[name: string, script: Behaviour[], address: string | undefined, said: RegExp]>([
  ["a rejected key", [behaviours.error(401, "Invalid key.")], undefined, /key/i],
  ["an unknown model", [behaviours.error(404, "No such model.")], undefined, /404|model/i],
  ["nobody there", [], await nobody(), /127\.0\.0\.1:\d+/],
])(
  "%s ends the search with one clear paragraph, and nothing is lost",
  async (_, script, address, said) => {
    const { code, error, folder } = await search(script, [], address);
    expect(code).toBe(1);
    const paragraph = error.split("\n").find((line) => line.startsWith("genius:")) ?? "";
    expect(paragraph).toMatch(said);
    expect(error).toContain(`genius resume ${folder}`);
    expect(error).not.toContain("fault of genius");
    expect((await readJournal(folder)).trials).toEqual([]);
  },
  60_000,
);

test("a cap on calls ends the search with what was found", async () => {
  const { code, error, folder } = await search([proposal(0), proposal(1)], ["--max-calls", "2"]);
  expect(code).toBe(0);
  expect(error).toContain("ended early");
  expect((await readJournal(folder)).result).toMatchObject({ reason: "budget-spent", best: 2 });
});

test("a cap on money needs a price", async () => {
  const { code, error } = await search([], ["--max-usd", "1"]);
  expect(code).toBe(2);
  expect(error).toContain("--usd-per-million-input");
});

test("a recorded search replays without a server, byte for byte in its trials but for times", async () => {
  const first = await search([
    behaviours.answer("no design"),
    proposal(1),
    behaviours.object({ reason: "large", choices: [2, 2, 2, 2, 2, 2, 2, 2], expectedAccuracyPercent: 93 }),
    proposal(3),
  ]);
  await server?.close();
  const again = await search([], [], "http://127.0.0.1:1/v1", `replay/${first.folder}`);
  expect(again.code).toBe(0);
  const trialLines = async (folder: string) =>
    (await readFile(join(folder, "journal.jsonl"), "utf8"))
      .split("\n")
      .filter((line) => line.startsWith('{"kind":"trial"'))
      .map((line) => line.replace(/"time":"[^"]*"/, ""));
  expect(await trialLines(again.folder)).toEqual(await trialLines(first.folder));
});
