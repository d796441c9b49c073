// The dashboard in a real process, on a real port: a search is started, seen live, stopped and resumed through it.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunDetail, RunEvent, StartForm, TrialColumns, Turn } from "../dashboard/api.ts";
import { endSearchesBelow } from "../testing/end-searches.ts";

const bin = resolve(import.meta.dirname, "../../bin/genius.js");
let child: ChildProcess;
let root = "";
let base = "";
let token = "";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-serve-"));
  child = spawn(
    process.execPath,
    [bin, "dashboard", root, "--port", "0", "--token-to-read=false", "--json"],
    {
      env: process.env,
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  for await (const text of child.stdout!.setEncoding("utf8")) {
    const said = JSON.parse(text) as { port: number; token: string };
    [base, token] = [`http://127.0.0.1:${said.port}`, said.token];
    break;
  }
}, 180_000);
afterAll(async () => {
  child?.kill("SIGINT");
  // A test that failed leaves the search that it started.
  if (root !== "") await endSearchesBelow(root);
});

const get = async <T>(path: string) => (await (await fetch(base + path)).json()) as T;
const post = (path: string, body: unknown) =>
  fetch(base + path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-genius-token": token },
    body: JSON.stringify(body),
  });

async function* eventsOf(path: string): AsyncGenerator<RunEvent> {
  const abort = new AbortController();
  try {
    const response = await fetch(base + path, { signal: abort.signal });
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
  } finally {
    abort.abort();
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

/** Resolves to the first event that is looked for. */
async function seen<Found>(path: string, find: (event: RunEvent) => Found | undefined): Promise<Found> {
  for await (const event of eventsOf(path)) {
    const found = find(event);
    if (found !== undefined) return found;
  }
  throw new Error("The events ended.");
}
const isState = (state: string) => (event: RunEvent) =>
  event.kind === "summary" && event.run.state === state ? event.run : undefined;

test("a training is started, its curve is seen while it grows, and it is stopped", async () => {
  const options = {
    strategy: "random",
    trials: 20,
    epochs: 3,
    dataFraction01: 0.02,
    maxParams: "8k",
    maxMacs: "600k",
  };
  const started = await post("/api/runs", {
    dataset: "digits",
    options: { ...options, parallel: 1, seed: 4 },
  });
  const answer = (await started.json()) as { id: string };
  expect([started.status, answer]).toEqual([201, { id: expect.stringMatching(/-random(-\d+)?$/) }]);
  const run = `/api/runs/${encodeURIComponent(answer.id)}`;
  const growing = await seen(`${run}/events?from=0`, (event) =>
    event.kind === "live" ? event.live?.evaluating.find(({ curve }) => curve.length > 0) : undefined,
  );
  expect(growing.macCount).toBeGreaterThan(0);
  expect(growing.curve[0]).toMatchObject({ epoch: 1, validation: expect.any(Number) });
  expect((await post(`${run}/stop`, {})).status).toBe(200);
  await seen(`${run}/events?from=0`, isState("stopped"));
  expect((await get<RunDetail>(run)).notes.at(-1)).toMatchObject({ about: "stopped" });
  expect((await post(`${run}/stop`, {})).status).toBe(404);
}, 180_000);

test("a person answers in the model's place, adds a design and a remark, stops, resumes, and finishes", async () => {
  const started = await post("/api/runs", {
    dataset: "nas-bench-macro",
    options: { strategy: "llm", model: "manual", trials: 3, lessons: true },
  });
  const run = `/api/runs/${encodeURIComponent(((await started.json()) as { id: string }).id)}`;
  const question = () =>
    seen(`${run}/events?from=0`, (event) => (event.kind === "live" ? event.live?.question : undefined));
  const take = async (turn: Turn) => expect((await post(`${run}/turns`, turn)).status).toBe(201);
  const first = await question();
  expect(first.prompt).toContain("You design neural networks");
  await take({ kind: "insight", text: "Late layers matter most. <b>" });
  await take({ kind: "lessons", text: "Width <b> pays late." });
  await take({ kind: "trial", choices: [2, 2, 2, 1, 2, 2, 2, 0], reason: "known to be good" });
  await take({
    kind: "answer",
    question: first.id,
    text: '{"reason":"even","choices":[1,1,1,1,1,1,1,1],"expectedAccuracyPercent":92}',
  });
  await seen(`${run}/events?from=0`, (event) =>
    event.kind === "live" && event.live?.question !== undefined && event.live.question.id !== first.id
      ? true
      : undefined,
  );
  expect((await post(`${run}/stop`, {})).status).toBe(200);
  await seen(`${run}/events?from=0`, isState("stopped"));
  expect((await post(`${run}/turns`, { kind: "hold", on: true })).status).toBe(409);
  expect((await post(`${run}/resume`, {})).status).toBe(200);
  const last = await question();
  expect(last.prompt).toContain("Late layers matter most. <b>");
  expect(last.prompt).toContain("has edited them:\n  Width <b> pays late.");
  expect((await get<RunDetail>(run)).inForce.lessons).toEqual({
    text: "Width <b> pays late.",
    isEdited: true,
  });
  await take({
    kind: "answer",
    question: last.id,
    text: '{"reason":"late","choices":[0,0,0,0,2,2,2,2],"expectedAccuracyPercent":92}',
  });
  await seen(`${run}/events?from=0`, isState("finished"));
  const { proposers, by, score } = await get<TrialColumns>(`${run}/trials`);
  expect(by.map((place) => proposers[place])).toEqual(["llm", "person", "llm"]);
  expect(score[1]).toBeCloseTo(0.9313, 4);
}, 180_000);
