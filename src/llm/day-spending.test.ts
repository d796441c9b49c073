// The cap for a day over runs that know nothing of each other, with a clock that is set by hand.
import { appendFile, mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startModelServer } from "../testing/model-server.ts";
import { createConversation } from "./conversation.ts";
import { openDaySpending } from "./day-spending.ts";

const day = 86_400_000;

test("runs side by side share a day, a new day begins at nothing, and a torn line counts nothing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "genius-day-"));
  let now = Date.UTC(2026, 10, 30, 23, 59);
  const [one, other] = [openDaySpending(folder, () => now), openDaySpending(folder, () => now)];
  expect(one.spentUsd()).toBe(0);
  one.enter(0.25);
  other.enter(0.5);
  expect([one.spentUsd(), other.spentUsd()]).toEqual([0.75, 0.75]);
  await appendFile(join(folder, "spent", "2026-11-30.jsonl"), '{"time":"2026-11-30T23:59');
  expect(one.spentUsd()).toBe(0.75);
  now += day / 2;
  expect(one.spentUsd()).toBe(0);
  one.enter(0.1);
  expect((await readdir(join(folder, "spent"))).sort()).toEqual(["2026-11-30.jsonl", "2026-12-01.jsonl"]);
});

test("a conversation stops before the day's limit, whichever run spent it, and a resumed one pays nothing twice", async () => {
  const server = await startModelServer({
    respond: () => ({ kind: "answer", text: "yes", usage: { input: 1000, output: 100 } }),
  });
  try {
    const cache = await mkdtemp(join(tmpdir(), "genius-day-"));
    const open = (folder: string) =>
      createConversation({
        model: "compatible/x",
        baseUrl: server.baseUrl,
        environment: { GENIUS_CACHE_DIR: cache },
        folder,
        pricePerMillion: { input: 100, output: 1000 },
        caps: { maxUsdPerDay: 0.9 },
      });
    const ask = async (folder: string, purpose: string) => {
      const conversation = await open(folder);
      try {
        const messages = [{ role: "user", content: purpose }] as const;
        return await conversation.ask(
          { messages, purpose, maxOutputTokens: 200 },
          new AbortController().signal,
        );
      } finally {
        await conversation.close();
      }
    };
    const folders = await Promise.all([1, 2].map(() => mkdtemp(join(tmpdir(), "genius-run-"))));
    // Each costs $0.20, and $0.20 is reserved for the longest reply.
    for (const n of [1, 2]) for (const folder of folders) await ask(folder, `question ${n}`);
    await expect(ask(folders[0]!, "question 3")).rejects.toMatchObject({
      code: "budget-exhausted",
      message: expect.stringContaining("$0.8000 today in all runs"),
    });
    expect((await ask(folders[1]!, "question 1")).from).toBe("cache");
    expect(server.requests.length).toBe(4);
    expect(openDaySpending(cache, Date.now).spentUsd()).toBeCloseTo(0.8, 9);
  } finally {
    await server.close();
  }
});

test("a limit for a day needs a price", async () => {
  await expect(
    createConversation({
      model: "compatible/x",
      baseUrl: "http://127.0.0.1:1/v1",
      environment: { GENIUS_CACHE_DIR: tmpdir() },
      caps: { maxUsdPerDay: 1 },
    }),
  ).rejects.toMatchObject({ code: "wrong-use", message: expect.stringContaining("price") });
});
