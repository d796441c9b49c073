// The dashboard in a real process, on a real port: a search is started, seen live, stopped and resumed through it.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunDetail, RunEvent, StartForm } from "../dashboard/api.ts";

const dataFolder = process.env.GENIUS_DATA_DIR ?? resolve(import.meta.dirname, "../../../shared/data");
const bin = resolve(import.meta.dirname, "../../bin/genius.js");
let child: ChildProcess;
let root = "";
let base = "";
let token = "";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-serve-"));
  child = spawn(process.execPath, [bin, "dashboard", root, "--port", "0", "--json"], {
    env: { ...process.env, GENIUS_DATA_DIR: dataFolder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const text of child.stdout!.setEncoding("utf8")) {
    const said = JSON.parse(text) as { port: number; token: string };
    [base, token] = [`http://127.0.0.1:${said.port}`, said.token];
    break;
  }
}, 180_000);
afterAll(() => child?.kill("SIGINT"));

const get = async <T>(path: string) => (await (await fetch(base + path)).json()) as T;
const post = (path: string, body: unknown) =>
  fetch(base + path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-genius-token": token },
    body: JSON.stringify(body),
  });

async function* eventsOf(path: string): AsyncGenerator<RunEvent> {
  const response = await fetch(base + path);
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const parts = text.split("\n\n");
    text = parts.pop()!;
    for (const part of parts) {
      const data = part.split("\n").find((line) => line.startsWith("data: "));
      if (data !== undefined) yield JSON.parse(data.slice(6)) as RunEvent;
    }
  }
}

test("the page comes with a policy that refuses foreign script", async () => {
  const response = await fetch(`${base}/`);
  expect(response.headers.get("content-security-policy")).toContain("script-src 'self'");
  expect(await response.text()).toContain('<div id="root"');
});

test("the form is made of the options' schemas", async () => {
  const form = await get<StartForm>("/api/form");
  expect(form.options.find(({ field }) => field === "trials")).toMatchObject({
    kind: "number",
    fallback: 20,
    flag: "--trials",
  });
  expect(form.datasets.map(({ name }) => name)).toContain("digits");
  const { groups } = await get<{ groups: { title: string; options: { field: string }[] }[] }>(
    "/api/form/options?evaluator=train&strategy=llm",
  );
  expect(groups.map(({ title }) => title)).toEqual(["Strategy llm", "Evaluator train"]);
});

test("a search that cannot start says why, in its own words", async () => {
  const response = await post("/api/runs", { dataset: "nas-bench-macro", options: { maxMacs: "1" } });
  expect(response.status).toBe(400);
  expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(
    /No design of nas-bench-macro/,
  );
});

test("a training is started, its curve grows live, it is stopped and resumed", async () => {
  const options = {
    strategy: "random",
    trials: 3,
    epochs: 2,
    finalEpochs: 1,
    dataFraction01: 0.05,
    maxParams: "8k",
    maxMacs: "1M",
    parallel: 1,
    seed: 4,
  };
  const started = await post("/api/runs", { dataset: "digits", options });
  const answer = (await started.json()) as { id: string };
  expect([started.status, answer]).toEqual([201, { id: expect.stringContaining("-random-") }]);
  const { id } = answer;
  const run = `/api/runs/${encodeURIComponent(id)}`;
  let sawCurve = false;
  let rows = 0;
  for await (const event of eventsOf(`${run}/events?from=0`)) {
    if (event.kind === "live" && event.live !== null)
      sawCurve ||= event.live.evaluating.some(({ curve, macCount }) => curve.length > 0 && macCount > 0);
    if (event.kind === "trials") rows += event.trials.number.length;
    if (sawCurve && rows >= 1) break;
  }
  expect((await post(`${run}/stop`, {})).status).toBe(200);
  for await (const event of eventsOf(`${run}/events?from=0`))
    if (event.kind === "summary" && event.run.state === "stopped") break;
  const stopped = await get<RunDetail>(run);
  expect(stopped.notes.at(-1)).toMatchObject({ about: "stopped" });
  expect((await post(`${run}/stop`, {})).status).toBe(404);
  expect((await post(`${run}/resume`, {})).status).toBe(200);
  let final = 0;
  for await (const event of eventsOf(`${run}/events?from=0`)) {
    if (event.kind === "live") final = Math.max(final, event.live?.finalTraining?.curve.length ?? 0);
    if (event.kind === "summary" && event.run.state === "finished") break;
  }
  const finished = await get<RunDetail>(run);
  expect(finished).toMatchObject({ evaluations: 3, state: "finished" });
  expect(finished.testAccuracy01).toBeGreaterThan(0.1);
  const { curves } = await get<{ curves: { points: unknown[] }[] }>(`${run}/curves`);
  expect(curves).toHaveLength(3);
}, 180_000);
