// What the dashboard says of trials that were trained to their end apart from the search, and who may begin one.
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { search } from "../index.ts";
import { createAnalyst } from "../runs/analyst.ts";
import { shelfOf } from "../runs/export-design.ts";
import { openRun } from "../runs/open-run.ts";
import { createRunStore } from "../runs/run-store.ts";
import { createProcesses } from "../runs/search-processes.ts";
import { createApp } from "./app.ts";

const environment = process.env;
const token = "test-token";
let root = "";
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-apart-views-"));
  const trials = { ...{ data: "nas-bench-macro", strategy: "random" }, budget: { trials: 4 }, environment };
  await search({ ...trials, out: join(root, "table") });
  app = createApp({
    store: createRunStore(root),
    analyst: createAnalyst(),
    processes: createProcesses(environment),
    page: new Map(),
    guard: { token, isOpen: false, names: [] },
    version: "0",
    environment,
  });
}, 60_000);

const host = "127.0.0.1:4321";
const get = async (path: string) => app.request(path, { headers: { host } });
const post = async (path: string, headers: Record<string, string> = { "x-genius-token": token }) => {
  const sent = { host, "content-type": "application/json", ...headers };
  const response = await app.request(path, { method: "POST", body: "{}", headers: sent });
  return [
    response.status,
    ((await response.json()) as { error: { message: string } }).error.message,
  ] as const;
};

test("only a person with the token begins one, of a trial that there is", async () => {
  const path = "/api/runs/table/trials";
  expect((await post(`${path}/1/finish`, {}))[0]).toBe(403);
  expect(await post(`${path}/99/finish`)).toEqual([404, "There is no trial 99 in this run."]);
  expect((await post(`${path}/..%2F1/finish`))[0]).toBe(404);
  expect(await (await get("/api/runs/table/apart")).json()).toEqual({ trials: [] });
}, 60_000);

test("figures, files and weights are of whole trainings only", async () => {
  const trials = join(root, "table", "trials");
  for (const name of ["2/best", "3/best", "no number/best"])
    await mkdir(join(trials, name), { recursive: true });
  const test = JSON.stringify({ metrics: { accuracy: 0.9 }, epochs: 3 });
  for (const name of ["2", "no number"]) await writeFile(join(trials, name, "best", "test.json"), test);
  for (const name of ["2", "3"]) await writeFile(join(trials, name, "best", "model.onnx"), "a model");
  expect(await (await get("/api/runs/table/apart")).json()).toEqual({
    trials: [{ trial: 2, files: ["model.onnx", "test.json"], score: 0.9 }],
  });
  const model = await get("/api/runs/table/trials/2/trained/model.onnx");
  expect([model.status, await model.text()]).toEqual([200, "a model"]);
  expect(model.headers.get("content-disposition")).toBe('attachment; filename="table-trial-2-model.onnx"');
  for (const place of ["2/trained/..%2F..%2Fjournal.jsonl", "2/trained/weights", "99/trained/model.onnx"])
    expect((await get(`/api/runs/table/trials/${place}`)).status).toBe(404);
  // An export gives the weights of a whole training, and of no other.
  const { journal, folder } = await openRun(join(root, "table"));
  const shelf = (number: number) => {
    const trial = journal.trials.find(
      (each) => each.number === number && number !== journal.selected?.number,
    );
    return trial === undefined ? undefined : shelfOf({ folder, journal }, trial).isOfNetwork;
  };
  expect([shelf(2) ?? true, shelf(3) ?? false]).toEqual([true, false]);
});
