// What must not be loaded, kept or answered with 500, over the routes of a dashboard without runs that can be read.
import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { keptOptions, membersOf } from "../../apps/dashboard/src/start/form-fields.ts";
import { checkRegular, loadOwnFile, readOwnText } from "../base/own-file.ts";
import { loadSpace } from "../catalog/load.ts";
import { createAnalyst } from "../runs/analyst.ts";
import { createRunStore } from "../runs/run-store.ts";
import { createProcesses } from "../runs/search-processes.ts";
import type { ApiError } from "./api.ts";
import { createApp } from "./app.ts";

const token = "test-token";
const environment = process.env;
const processes = createProcesses(environment);
// A device whose reading ends at once, should it be read after all.
const device = "/dev/null";
const onUnix = test.skipIf(process.platform === "win32");

let root = "";
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-refusals-"));
  app = createApp({
    store: createRunStore(root),
    analyst: createAnalyst(),
    processes,
    page: new Map(),
    guard: { token, isOpen: false, names: [] },
    version: "0",
    environment,
  });
});

const host = "127.0.0.1:4321";
const get = async (path: string) => answerOf(await app.request(path, { headers: { host } }));
const post = async (path: string, body: unknown) =>
  answerOf(
    await app.request(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { host, "content-type": "application/json", "x-genius-token": token },
    }),
  );
async function answerOf(response: Response) {
  const body = (await response.json()) as Partial<ApiError>;
  return { status: response.status, message: body.error?.message ?? "", body };
}

test("reading the form's options runs no file, and takes the catalog's names", async () => {
  const marker = join(root, "ran");
  const evil = join(await mkdtemp(join(tmpdir(), "genius-evil-")), "evil.mjs");
  await writeFile(
    evil,
    `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(marker)}, "");\n`,
  );
  for (const kind of ["space", "strategy", "evaluator"]) {
    for (const name of [evil, device, "./a.txt"]) {
      const { status, message } = await get(`/api/form/options?${new URLSearchParams({ [kind]: name })}`);
      expect([status, message]).toEqual([400, expect.stringContaining("checked when the search starts")]);
    }
    for (const name of ["constructor", "script:mine", "a\0"])
      expect((await get(`/api/form/options?${new URLSearchParams({ [kind]: name })}`)).status).toBe(400);
  }
  await expect(stat(marker)).rejects.toThrow();
  expect((await get("/api/form/options?space=mobile&strategy=&evaluator=train")).status).toBe(200);
});

test("the form asks for the options of built-in members only, and hands on those of a file as they were", () => {
  const chosen = { space: "/home/me/mine.ts", strategy: "random", evaluator: "" };
  const given = {
    dataset: "digits",
    options: { space: "/home/me/mine.ts", strategy: "random", depth: 3 },
    optionsOfFiles: { space: ["depth"] },
  };
  expect(membersOf(given, chosen)).toEqual({ query: { strategy: "random" }, files: ["/home/me/mine.ts"] });
  expect(membersOf(given, { ...chosen, space: "mobile" }).files).toEqual([]);
  expect(keptOptions(given, chosen)).toEqual(["depth"]);
  expect(keptOptions(given, { ...chosen, space: "mobile" })).toEqual([]);
  expect(keptOptions(undefined, { ...chosen, space: "" })).toEqual([]);
});

onUnix("a device is no file of one's own, and a text has at most 1 MB", async () => {
  for (const read of [() => loadOwnFile("space", device), () => loadSpace(device), () => readOwnText(device)])
    await expect(read()).rejects.toThrow("is a device, a pipe or a socket, not a regular file");
  const long = join(root, "long.txt");
  await writeFile(long, "# ".padEnd(1_000_001, "x"));
  await expect(loadSpace(long)).rejects.toThrow(/long\.txt: it has 1\.01 MB, and a text has at most 1 MB/);
  await writeFile(long, "# ".padEnd(3_210_000, "x"));
  await expect(loadSpace(long)).rejects.toThrow(/it has 3\.21 MB/);
  await writeFile(long, "# ".padEnd(1_000_000, "x"));
  expect(await readOwnText(long)).toHaveLength(1_000_000);
  await checkRegular(join(root, "nothing"));
  await expect(readOwnText(root)).rejects.toThrow("it is a folder, not a file");
  await expect(readOwnText("a\0.txt")).rejects.toThrow("Cannot read a\\0.txt: a path holds no NUL character");
});

test("a NUL character starts no search and leaves no folder", async () => {
  const before = await readdir(root);
  for (const order of [
    { dataset: "dig\0its", options: {} },
    { dataset: "digits", options: { seed: "1\0" } },
    { dataset: "digits", options: { space: "a\0/b.ts" } },
    { dataset: "digits", options: { "se\0ed": "1" } },
  ])
    expect((await post("/api/runs", order)).status).toBe(400);
  await expect(processes.start(root, { dataset: "dig\0its", options: {} })).rejects.toThrow();
  expect(await readdir(root)).toEqual(before);
});

test("what no path and no id can be is refused, not a fault of the server", async () => {
  expect((await post("/api/form/folders", { path: "a\0b" })).status).toBe(400);
  expect((await post("/api/form/folders", { path: "a".repeat(4096) })).status).toBe(400);
  expect((await post("/api/form/data", { dataset: "a\0b" })).status).toBe(400);
  for (const id of ["\ud800", "a".repeat(1000), "a\0b", "%"])
    expect((await post("/api/trash/restore", { id })).status).toBe(404);
  for (const id of ["%00", "%ED%A0%80", "a".repeat(1000)])
    expect((await get(`/api/runs/${id}`)).status).toBe(404);
});

test("images that cannot be read are told with all that is accepted", async () => {
  const file = join(root, "long.txt");
  await writeFile(file, "no images");
  const { status, message } = await post("/api/form/data", { dataset: file });
  expect(status).toBe(400);
  expect(message).toMatch(
    /^[^\n]*long\.txt holds no dataset that can be read\. Accepted are:\n.*digits.*class folders/s,
  );
}, 60_000);

test("names, tags and notes are kept without control characters", async () => {
  const folder = join(root, "noted");
  await mkdir(folder);
  await writeFile(join(folder, "journal.jsonl"), "{}\n");
  const note = {
    label: "a\0b\u001b[31m\nc\u009b",
    tags: ["\u001bred\0", "red"],
    text: "one\r\ntwo\u0007\tthree\0",
  };
  const kept = { label: "ab[31m c", tags: ["red"], text: "one\ntwo\tthree" };
  expect((await post("/api/runs/noted/note", note)).body).toEqual(kept);
  expect(JSON.parse(await readFile(join(folder, "about.json"), "utf8"))).toEqual(kept);
  expect((await post("/api/runs/noted/note", { tags: ["\0"] })).status).toBe(400);
});

test("looking at a run runs no program that its journal names, until a person allows it", async () => {
  const marker = join(root, "space-ran");
  const space = join(root, "space.ts");
  const library = JSON.stringify(new URL("../search/spaces/nas-bench-macro.ts", import.meta.url).href);
  await writeFile(
    space,
    `import { writeFileSync } from "node:fs";\nimport macro from ${library};\nwriteFileSync(${JSON.stringify(marker)}, "");\nexport default macro;\n`,
  );
  const { journal } = exampleJournal(space);
  await mkdir(join(root, "foreign"));
  await writeFile(join(root, "foreign", "journal.jsonl"), journal);
  const isRun = () =>
    stat(marker).then(
      () => true,
      () => false,
    );
  expect((await get("/api/runs")).status).toBe(200);
  const { status, body } = await get("/api/runs/foreign");
  expect(status).toBe(200);
  expect(body).toMatchObject({ programs: [space], evaluations: 1 });
  expect(body).not.toHaveProperty("decisions");
  for (const path of [
    ...["trials", "trials/1", "troubles", "curves", "calls", "asked"],
    ...["download?what=trials.csv", "download?what=journal.jsonl"],
  ]) {
    const answer = await app.request(`/api/runs/foreign/${path}`, { headers: { host } });
    expect([path, answer.status]).toEqual([path, 200]);
    await answer.text();
  }
  for (const path of [
    ...["network?trial=1", "worth", "early-late", "trials/1/why", "export?trial=1&format=onnx"],
    ...["download?what=report.html"],
  ]) {
    const answer = await get(`/api/runs/foreign/${path}`);
    expect([path, answer.status, answer.message]).toEqual([
      path,
      403,
      expect.stringContaining("does not run programs"),
    ]);
  }
  expect(await isRun()).toBe(false);
  // Only with the token.
  const without = await app.request("/api/runs/foreign/programs", {
    ...{ method: "POST", body: "{}", headers: { host, "content-type": "application/json" } },
  });
  expect(without.status).toBe(403);
  expect(await isRun()).toBe(false);
  expect((await post("/api/runs/foreign/programs", {})).status).toBe(200);
  const allowed = await get("/api/runs/foreign");
  expect(allowed.body).toMatchObject({ programs: [] });
  expect(allowed.body).toHaveProperty("decisions");
  expect(await isRun()).toBe(true);
});

/** One scored trial of a space that is a file. */
function exampleJournal(space: string) {
  const config = {
    ...{ dataset: "cifar10", task: "CIFAR-10", space, spaceOptions: {}, strategy: "random" },
    ...{ metric: { name: "accuracy", unit: "share", goal: "maximise" }, strategyOptions: {} },
    ...{ evaluator: "table", evaluatorOptions: {}, modelOptions: {}, trials: 1, limits: {} },
    ...{ parallel: 1, seed: 1 },
  };
  const time = "2026-11-30T12:00:00.000Z";
  const trial = {
    ...{ number: 1, proposal: { choices: [2, 2, 2, 1, 2, 2, 2, 0], fidelity: {}, by: "random" } },
    outcome: { kind: "scored", metrics: { accuracy: 0.9313 }, spent: { milliseconds: 0 } },
    cost: { paramCount: 1, macCount: 1 },
  };
  const lines = [
    { kind: "header", format: "genius-journal", version: 2, config, provenance: {}, time },
    { kind: "trial", trial, key: "22212220", time },
  ];
  return { journal: `${lines.map((line) => JSON.stringify(line)).join("\n")}\n` };
}
