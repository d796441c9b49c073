import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isMessageList, openReplay } from "./replay-source.ts";

const folder = await mkdtemp(join(tmpdir(), "genius-replay-"));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const letter = await file("letter.txt", "Dear model,\nwhat do you think?\n");
const photograph = await file("photo.jpg", Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70]));
const journal = await file(
  "journal.jsonl",
  '{"kind":"header","format":"genius-journal"}\n{"kind":"trial"}\n',
);
const empty = await file("empty.jsonl", "");
const runWithoutModel = join(folder, "run");
await mkdir(runWithoutModel);

test.each([
  [letter, "letter.txt is not a recorded conversation: it is not JSON. Allowed: a JSON array of messages"],
  [photograph, "photo.jpg is not a recorded conversation: it is not JSON. Allowed: a JSON array of messages"],
  [journal, 'journal.jsonl is not a recorded conversation: its lines have no field "role"'],
  [empty, "empty.jsonl is not a recorded conversation: it is empty"],
  [runWithoutModel, "holds no conversation.jsonl"],
  ["/dev/null", "/dev/null is neither a file nor the folder of a run"],
])("%s is no recording, and the error says so and what is allowed", async (path, words) => {
  const refusal = expect.objectContaining({ code: "bad-file", message: expect.stringContaining(words) });
  // Before anything is chosen by what was recorded, and where it is opened.
  await expect(isMessageList(path)).rejects.toEqual(refusal);
  await expect(openReplay(path)).rejects.toEqual(refusal);
});

test("a missing recording is named", async () => {
  const path = join(folder, "missing.json");
  await expect(isMessageList(path)).rejects.toThrow(`Cannot read ${path}: it does not exist.`);
});
