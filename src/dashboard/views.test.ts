// What the dashboard's server shows beside figures: the pictures that a model saw, and which blocks of two networks differ.
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { search } from "../index.ts";
import { createAnalyst } from "../runs/analyst.ts";
import { createRunStore } from "../runs/run-store.ts";
import { createProcesses } from "../runs/search-processes.ts";
import { madeUpConversation } from "../testing/made-up-conversation.ts";
import type { CallDetail, NetworkView, StageView } from "./api.ts";
import { createApp } from "./app.ts";

const environment = process.env;
const [hash, bytes] = ["ab".repeat(32), Buffer.from("not really a picture")];
const image = { hash, width: 64, height: 32 };
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), "genius-views-"));
  const transcript = join(root, "talk.json");
  await writeFile(transcript, JSON.stringify(madeUpConversation()));
  const out = join(root, "seen");
  await search({ space: "nas-bench-macro", model: `replay/${transcript}`, environment, out });
  // As `--images` records it: the hash in the message, the picture in the run's folder.
  const path = join(out, "conversation.jsonl");
  const lines = (await readFile(path, "utf8")).trim().split("\n");
  const shown = lines.map((line) => {
    const value = JSON.parse(line);
    const message = value.request?.messages?.at(-1);
    if (message !== undefined) message.images = [image];
    return JSON.stringify(value);
  });
  await writeFile(path, `${shown.join("\n")}\n`);
  await mkdir(join(out, "pictures"));
  await writeFile(join(out, "pictures", `${hash.slice(0, 32)}.png`), bytes);
  app = createApp({
    store: createRunStore(root),
    analyst: createAnalyst(),
    processes: createProcesses(environment),
    page: new Map(),
    guard: { token: "test-token", isOpen: false, names: [] },
    version: "0",
    environment,
  });
}, 60_000);

const get = async (path: string) =>
  app.request(`/api/runs/seen/${path}`, { headers: { host: "127.0.0.1:4321" } });

test("a picture that a model was shown stands beside its message, and comes from the run's pictures only", async () => {
  const { messages } = (await (await get("calls/1")).json()) as CallDetail;
  expect(messages.at(-1)?.images).toEqual([image]);
  const response = await get(`pictures/${hash}`);
  expect(response.headers.get("content-type")).toBe("image/png");
  expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
  for (const other of ["cd".repeat(32), "..%2Fjournal.jsonl", "ab"])
    expect((await get(`pictures/${other}`)).status).toBe(404);
});

test("of two layers that are alike in one network, only the one that is another in the other is said to differ", async () => {
  const asked = await get("network?choices=22222111&against=22212111");
  const { stages, against } = (await asked.json()) as NetworkView;
  const named = (of: readonly StageView[], wanted: string) =>
    of.flatMap(({ blocks }) =>
      blocks.flatMap(({ name, difference }) => (difference === wanted ? [name] : [])),
    );
  expect(named(stages, "changed")).toEqual(["layer4"]);
  expect(named(against!.stages, "changed")).toEqual(["layer4"]);
  // What is alike in both still stands together.
  expect(named(stages, "same")).toContain("layer7–layer8");
  const alone = (await (await get("network?choices=22222111")).json()) as NetworkView;
  expect(alone.stages.flatMap(({ blocks }) => blocks.map(({ name }) => name))).toContain("layer4–layer5");
});
