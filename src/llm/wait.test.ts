// A machine's date may be set back at any time; a duration is none the less what it was.
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { behaviours, startModelServer } from "../testing/model-server.ts";
import { createConversation } from "./conversation.ts";
import { parseRecord } from "./record-lines.ts";
import type { Clock } from "./wait.ts";

test("a call's duration is right although the date goes back during it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "genius-clock-"));
  let [date, ticks] = [1_800_000_000_000, 0];
  const clock: Clock = {
    now() {
      date -= 3_600_000;
      return date;
    },
    monotonic() {
      ticks += 1500;
      return ticks;
    },
    sleep: () => new Promise(() => {}),
  };
  const server = await startModelServer({ respond: () => behaviours.answer("x") });
  onTestFinished(() => server.close());
  const conversation = await createConversation({
    model: "compatible/test-model",
    baseUrl: server.baseUrl,
    environment: { COMPATIBLE_API_KEY: "sk-test" },
    clock,
    folder,
  });
  onTestFinished(() => conversation.close());
  await conversation.ask(
    { messages: [{ role: "user", content: "Design one." }], purpose: "proposal 1" },
    new AbortController().signal,
  );
  const [line] = parseRecord(await readFile(join(folder, "conversation.jsonl")), "record").lines;
  expect(line).toMatchObject({ kind: "call", exchanges: [{ milliseconds: 1500 }] });
});
