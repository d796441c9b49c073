import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run as genius } from "../cli/main.ts";
import { createAnalyst } from "../runs/analyst.ts";
import { createRunStore } from "../runs/run-store.ts";
import { createProcesses } from "../runs/search-processes.ts";
import { madeUpConversation } from "../testing/made-up-conversation.ts";
import type {
  ApiError,
  CallDetail,
  CallSummary,
  Comparison,
  DataSurvey,
  Page,
  RunDetail,
  RunEvent,
  TrialColumns,
  Trouble,
} from "./api.ts";
import { createApp } from "./app.ts";
import { joinIds } from "./run-ids.ts";
import { type Serving, serveDashboard } from "./serve.ts";

const environment = process.env;
const token = "test-token";
const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(2)>"'\u202e`;
const hostileName = "<img src=x onerror=alert(3)>";

let root = "";
let app: ReturnType<typeof createApp>;
let serving: Serving;
const analyst = createAnalyst();

async function search(line: string) {
  let said = "";
  const code = await genius(line.split(" "), {
    environment,
    isInteractive: false,
    columns: 100,
    out: () => {},
    error: (text) => {
      said += text;
    },
    readStandardInput: async function* () {},
    signal: new AbortController().signal,
  });
  if (code !== 0) throw new Error(said);
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-dashboard-"));
  await search(
    `search nas-bench-macro --strategy random --max-macs 80M --trials 30 --out ${join(root, "table")}`,
  );
  const transcript = join(root, "talk.json");
  await writeFile(transcript, JSON.stringify(madeUpConversation()));
  await search(`search --model replay/${transcript} --space nas-bench-macro --out ${join(root, "replay")}`);
  // A journal that a stranger sent: every text in it is hostile.
  const lines = (await readFile(join(root, "table", "journal.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .slice(0, 25);
  const spoilt = lines.map((line) => {
    const value = JSON.parse(line);
    if (value.kind === "header") value.config.task = hostile;
    if (value.kind === "trial") {
      Object.assign(value.trial.proposal, { rationale: hostile, by: hostile });
      value.key = hostile;
      if (value.trial.number === 3)
        value.trial.outcome = {
          kind: "failed",
          reason: "crashed",
          detail: hostile,
          spent: { milliseconds: 1 },
        };
    }
    return JSON.stringify(value);
  });
  await mkdir(join(root, hostileName));
  await writeFile(join(root, hostileName, "journal.jsonl"), `${spoilt.join("\n")}\n`);
  const dashboard = {
    store: createRunStore(root),
    analyst,
    processes: createProcesses(environment),
    page: new Map([
      ["/index.html", { bytes: new TextEncoder().encode("<!doctype html>page"), type: "text/html" }],
    ]),
    guard: { token, isOpen: false, names: [] },
    version: "0",
    environment,
  };
  app = createApp(dashboard);
  serving = await serveDashboard(dashboard, { host: "127.0.0.1", port: 0 });
}, 120_000);

afterAll(async () => {
  await serving?.close();
});

const ask = (path: string, init: RequestInit = {}) =>
  app.request(path, {
    ...init,
    headers: { host: "127.0.0.1:4321", ...(init.headers as Record<string, string>) },
  });
async function get<T>(path: string): Promise<T> {
  const response = await ask(path);
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
const post = (path: string, body: unknown, headers: Record<string, string> = { "x-genius-token": token }) =>
  ask(path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });

test("the runs are there with what they found, and one of them whole", async () => {
  const { runs } = await get<{ runs: { id: string; state: string; evaluations: number }[] }>("/api/runs");
  expect(runs.map(({ id }) => id).sort()).toEqual([hostileName, "replay", "table"].sort());
  const detail = await get<RunDetail>("/api/runs/table");
  expect(detail).toMatchObject({
    state: "finished",
    evaluations: 30,
    tabular: true,
    trialCount: 30,
    firstDigit: 0,
  });
  expect(detail.decisions).toHaveLength(8);
  // The best within the limits, of the whole table it is 0.9313.
  expect(detail.optimum01).toBeCloseTo(0.9308, 4);
  const random = detail.baselines.find(({ strategy }) => strategy === "random")!;
  expect(random.runs).toBe(25);
  for (const [index, low] of random.low01.entries()) {
    expect(low).toBeLessThanOrEqual(random.median01[index]!);
    expect(random.high01[index]).toBeGreaterThanOrEqual(random.median01[index]!);
  }
  expect(detail.command).toContain("--max-macs 80000000");
});

test("columns say the same as the journal, in pages too", async () => {
  const lines = (await readFile(join(root, "table", "journal.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const trials = lines.filter(({ kind }) => kind === "trial").map(({ trial }) => trial);
  const all = await get<TrialColumns>("/api/runs/table/trials");
  expect(all.total).toBe(30);
  expect(all.score).toEqual(trials.map((trial) => trial.outcome.metrics.accuracy));
  expect(all.choices).toEqual(trials.flatMap((trial) => trial.proposal.choices));
  expect(all.macCount).toEqual(trials.map((trial) => trial.cost.macCount));
  const page = await get<TrialColumns>("/api/runs/table/trials?from=10&limit=5");
  expect([page.from, page.number]).toEqual([10, all.number.slice(10, 15)]);
  expect((await ask("/api/runs/table/trials?from=-1")).status).toBe(400);
});

test("a replayed conversation: calls, prompts, replies and what came of them", async () => {
  const rows = await get<Page<CallSummary>>("/api/runs/replay/calls");
  expect(rows.total).toBeGreaterThan(10);
  const columns = await get<TrialColumns>("/api/runs/replay/trials");
  const words = columns.outcome.map((place) => columns.outcomeWords[place]);
  expect(words.filter((word) => word === "scored").length).toBe(
    (await get<RunDetail>("/api/runs/replay")).evaluations,
  );
  const second = await get<CallDetail>("/api/runs/replay/calls/1");
  expect(second.messages.at(-1)?.content.length).toBeGreaterThan(50);
  expect(second.text.length).toBeGreaterThan(20);
  expect(second.outcomes.map(({ number }) => number)).toEqual(second.trials);
  expect((await ask("/api/runs/replay/calls/9999")).status).toBe(404);
  const found = async (text: string) =>
    (await get<{ calls: number[] }>(`/api/runs/replay/search?${new URLSearchParams({ text })}`)).calls;
  expect(await found(second.text.slice(0, 30).toUpperCase())).toContain(1);
  expect(await found("no such words in any call")).toEqual([]);
  const { rows: trouble } = await get<Page<Trouble>>("/api/runs/replay/troubles");
  expect(trouble.length).toBe(words.filter((word) => word !== "scored" && word !== "made-up").length);
});

test("analyses come from the worker: worth, early and late, and a surrogate's view", async () => {
  const worth = await get<{ decisions: { worth01: number; ci95: [number, number] }[] }>(
    "/api/runs/table/worth",
  );
  expect(worth.decisions).toHaveLength(8);
  for (const { worth01 } of worth.decisions) expect(worth01).toBeGreaterThan(0);
  expect(await get("/api/runs/table/early-late")).toMatchObject({ kind: "answer", feasibleDesigns: 400 });
  expect(await get("/api/runs/replay/early-late")).toHaveProperty("kind");
  const why = await get<{ predicted: { score: number }; changes: unknown[] }>(
    "/api/runs/table/trials/25/why",
  );
  expect(why.predicted.score).toBeGreaterThan(0.8);
  const detail = await get<{ changes: unknown[] }>("/api/runs/table/trials/25");
  expect(why.changes.length).toBe(detail.changes.length);
});

test("networks and their differences, and exports that other programs read", async () => {
  const view = await get<{
    macCount: number;
    stages: { blocks: { difference?: string }[] }[];
    against: { changes: unknown[]; stages: { blocks: { difference?: string }[] }[] };
  }>("/api/runs/table/network?choices=22212220&against=22212221");
  expect(view.macCount).toBe(85_164_544);
  expect(view.against.changes).toHaveLength(1);
  const blocksOf = (stages: typeof view.stages) => stages.flatMap((stage) => stage.blocks);
  expect(blocksOf(view.stages).filter(({ difference }) => difference === "same").length).toBeGreaterThan(5);
  // The other network has one block more: its last layer is none in this one.
  expect(blocksOf(view.against.stages).filter(({ difference }) => difference === "only-here")).toHaveLength(
    1,
  );
  expect((await ask("/api/runs/table/network?choices=<script>")).status).toBe(400);
  for (const [format, begins] of [
    ["onnx", "\u0008"],
    ["pytorch", ""],
    ["mermaid", "flow"],
    ["text", "name "],
    ["safetensors", ""],
  ] as const) {
    const response = await ask(`/api/runs/table/export?trial=3&format=${format}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="[\w.-]+"$/);
    const text = await response.text();
    expect(text.startsWith(begins)).toBe(true);
    // A network as a text is a few hundred characters; all other forms are longer.
    expect(text.length).toBeGreaterThan(200);
  }
  const csv = await (await ask("/api/runs/table/download?what=trials.csv")).text();
  expect(csv.trim().split("\r\n")).toHaveLength(31);
  const report = await (await ask("/api/runs/table/download?what=report.html")).text();
  expect(report).toContain("<!doctype html>");
});

test("a hostile journal is shown as text: JSON only, never as markup, never as a file name", async () => {
  const id = encodeURIComponent(hostileName);
  const detail = await ask(`/api/runs/${id}`);
  expect(detail.headers.get("content-type")).toMatch(/^application\/json/);
  expect(detail.headers.get("x-content-type-options")).toBe("nosniff");
  expect(((await detail.json()) as RunDetail).task).toBe(hostile);
  const { rows } = await get<Page<Trouble>>(`/api/runs/${id}/troubles`);
  expect(rows.find(({ trial }) => trial === 3)?.why).toContain("<script>");
  for (const what of ["report.html", "trials.csv", "journal.jsonl"]) {
    const response = await ask(`/api/runs/${id}/download?what=${what}`);
    expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="[\w.-]+"$/);
    const text = await response.text();
    if (what === "report.html") expect(text).not.toMatch(/<script|<img src=x/);
  }
  expect((await ask("/")).headers.get("content-security-policy")).toMatch(
    /default-src 'none'; script-src 'self'/,
  );
});

test("other origins, other names, missing tokens and paths are refused", async () => {
  expect((await ask("/api/runs", { headers: { origin: "http://evil.example" } })).status).toBe(403);
  expect((await ask("/api/runs", { headers: { origin: "null" } })).status).toBe(403);
  expect((await ask("/api/runs", { headers: { "sec-fetch-site": "cross-site" } })).status).toBe(403);
  expect((await ask("/api/runs", { headers: { origin: "http://127.0.0.1:4321" } })).status).toBe(200);
  for (const host of [
    "evil.example",
    "evil.example:4321",
    "127.0.0.1.evil.example",
    "localhost@evil.example",
    "",
  ])
    expect((await ask("/api/runs", { headers: { host } })).status).toBe(403);
  for (const host of ["localhost:4321", "[::1]:4321", "127.0.0.1"])
    expect((await ask("/api/runs", { headers: { host } })).status).toBe(200);
  for (const path of [
    "/api/runs",
    "/api/runs/table/stop",
    "/api/runs/table/resume",
    "/api/runs/table/turns",
    "/api/runs/table/guesses",
  ]) {
    expect((await post(path, {}, {})).status).toBe(403);
    expect((await post(path, {}, { "x-genius-token": "wrong-token" })).status).toBe(403);
    expect((await post(`${path}?token=${token}`, {}, {})).status).toBe(403);
    expect((await post(path, {}, { "x-genius-token": token, "content-type": "text/plain" })).status).toBe(
      415,
    );
  }
  expect(
    (await ask("/api/runs/table", { method: "DELETE", headers: { "x-genius-token": token } })).status,
  ).toBe(403);
  for (const id of ["..%2F..", "%2Fetc", "table%2F..%2F..%2Fx", "nothing"])
    expect((await ask(`/api/runs/${id}`)).status).toBe(404);
  for (const path of ["/../package.json", "/..%2fpackage.json", "/assets/../../x", "/journal.jsonl"])
    expect((await ask(path)).status).toBe(404);
  expect((await post("/api/runs", { options: { out: "/tmp/elsewhere" } })).status).toBe(400);
  expect((await post("/api/runs", { options: { trials: { $gt: 1 } } })).status).toBe(400);
  expect((await post("/api/runs/table/turns", { kind: "hold", on: true })).status).toBe(409);
  const big = await post("/api/runs/table/guesses", { trial: 1, score: 0.5, more: "x".repeat(2 << 20) });
  expect(big.status).toBe(413);
});

test("runs are compared only with runs that were asked the same, and one run gets no interval", async () => {
  await cp(join(root, "table"), join(root, "again"), { recursive: true });
  // Trials that ran at once end in another order than they were proposed in.
  const path = join(root, "again", "journal.jsonl");
  const lines = (await readFile(path, "utf8")).trim().split("\n");
  const isTrial = (line: string) => JSON.parse(line).kind === "trial";
  const times = lines.filter(isTrial).map((line) => JSON.parse(line).time as string);
  const backwards = lines.filter(isTrial).reverse();
  const turned = backwards.map((line, place) => JSON.stringify({ ...JSON.parse(line), time: times[place] }));
  let next = 0;
  await writeFile(path, `${lines.map((line) => (isTrial(line) ? turned[next++] : line)).join("\n")}\n`);
  const { runs, questions, differences } = await get<Comparison>("/api/compare?runs=table,again,replay");
  expect(questions.map(({ runs: own }) => own)).toEqual([["table", "again"], ["replay"]]);
  expect(differences).toContain("limits");
  const [both, single] = questions.map(({ groups }) => groups[0]!);
  // Both runs ended level: an interval would have no width.
  expect([both?.runs, both?.ci95, both?.interval]).toEqual([2, undefined, "none: all runs ended level"]);
  expect([single?.runs, single?.ci95]).toEqual([1, undefined]);
  for (const { ended, risen } of runs) {
    for (const [place, point] of ended.entries()) {
      expect(point.ms).toBeGreaterThanOrEqual(ended[place - 1]?.ms ?? 0);
      expect(point.score).toBeGreaterThan(ended[place - 1]?.score ?? 0);
    }
    expect(ended.at(-1)?.score).toBe(risen.at(-1)?.score);
  }
  await rm(join(root, "again"), { recursive: true });
});

test("a run is named, tagged, put away, deleted and taken back, and another is started like it", async () => {
  await cp(join(root, "table"), join(root, "kept"), { recursive: true });
  const key = { "x-genius-token": token };
  const note = { label: "  The one  ", tags: ["good", "good"], text: "", isArchived: true };
  expect(await (await post("/api/runs/kept/note", note, key)).json()).toEqual({
    ...{ label: "The one", tags: ["good"], isArchived: true },
  });
  const list = async () => (await get<{ runs: RunDetail[] }>("/api/runs")).runs;
  expect((await list()).find(({ id }) => id === "kept")?.note?.label).toBe("The one");
  const asked = await get<{ dataset: string; options: object }>("/api/runs/kept/asked");
  expect(asked).toMatchObject({
    dataset: "cifar10",
    options: { space: "nas-bench-macro", trials: 30, maxMacs: 80_000_000 },
  });
  expect((await post("/api/runs/kept/delete", {}, key)).status).toBe(200);
  expect((await list()).map(({ id }) => id)).not.toContain("kept");
  expect((await post("/api/trash/restore", { id: "../kept" }, key)).status).toBe(404);
  expect((await post("/api/trash/restore", { id: ".." }, key)).status).toBe(404);
  expect((await post("/api/trash/restore", { id: "kept" }, key)).status).toBe(200);
  expect((await list()).find(({ id }) => id === "kept")?.note?.tags).toEqual(["good"]);
  expect((await post("/api/runs/kept/note", note, {})).status).toBe(403);
  await rm(join(root, "kept"), { recursive: true });
});

test("a run with a member that is a file says which of its options the form does not know", async () => {
  const journal = (await readFile(join(root, "table", "journal.jsonl"), "utf8"))
    .replace('"space":"nas-bench-macro"', '"space":"/none/mine.ts"')
    .replace('"spaceOptions":{}', '"spaceOptions":{"depth":3}');
  await mkdir(join(root, "own"));
  await writeFile(join(root, "own", "journal.jsonl"), journal);
  expect(await get("/api/runs/own/asked")).toMatchObject({
    options: { space: "/none/mine.ts", depth: 3 },
    optionsOfFiles: { space: ["depth"] },
  });
  await rm(join(root, "own"), { recursive: true });
});

test("what is in a folder and what a model costs is known before a search", async () => {
  const key = { "x-genius-token": token };
  const view = await (await post("/api/form/folders", { path: root }, key)).json();
  expect(view).toMatchObject({ folders: expect.arrayContaining(["replay", "table"]) });
  expect((await post("/api/form/folders", { path: root }, {})).status).toBe(403);
  expect((await post("/api/form/folders", { path: join(root, "nothing") }, key)).status).toBe(404);
  const price = await get<{ usd?: number }>("/api/form/price?model=openai/gpt-4o&calls=100");
  expect(price.usd).toBeGreaterThan(0.1);
  expect((await get<{ usd?: number }>("/api/form/price?model=some/other&calls=100")).usd).toBeUndefined();
  const digits = (await (await post("/api/form/data", { dataset: "digits" }, key)).json()) as DataSurvey;
  expect(digits.classes).toHaveLength(10);
  expect(digits.samples[0]?.images[0]).toMatch(/^data:image\/png;base64,/);
  const bad = await post("/api/form/data", { dataset: join(root, "nothing") }, key);
  const { error } = (await bad.json()) as ApiError;
  expect([bad.status, error.message]).toEqual([400, expect.stringMatching(/nothing/)]);
}, 60_000);

test("runs whose names hold a comma or a per cent sign are compared", async () => {
  const odd = "a,b 50%";
  await cp(join(root, "table"), join(root, odd), { recursive: true });
  const query = new URLSearchParams({ runs: joinIds([odd, "table"]) });
  const { runs } = (await (await ask(`/api/compare?${query}`)).json()) as Comparison;
  expect(runs.map(({ id }) => id)).toEqual([odd, "table"]);
  await rm(join(root, odd), { recursive: true });
});

test("open to the network, reading needs the token too", async () => {
  const open = createApp({
    store: createRunStore(root),
    analyst,
    processes: createProcesses(environment),
    page: new Map(),
    guard: { token, isOpen: true, names: ["workstation"] },
    version: "0",
    environment,
  });
  const from = (path: string, host: string) => open.request(path, { headers: { host } });
  expect((await from("/api/runs", "192.168.1.7:4321")).status).toBe(403);
  expect((await from(`/api/runs?token=${token}`, "192.168.1.7:4321")).status).toBe(200);
  expect((await from(`/api/runs?token=${token}`, "workstation:4321")).status).toBe(200);
  expect((await from(`/api/runs?token=${token}`, "evil.example:4321")).status).toBe(403);
});

test("where others have accounts, reading needs the token too", async () => {
  const shared = createApp({
    store: createRunStore(root),
    analyst,
    processes: createProcesses(environment),
    page: new Map(),
    guard: { token, isOpen: false, guardsReading: true, names: [] },
    version: "0",
    environment,
  });
  const from = (path: string) => shared.request(path, { headers: { host: "127.0.0.1:4321" } });
  expect((await from("/api/runs")).status).toBe(403);
  expect((await from("/api/runs/table/download?what=trials.csv")).status).toBe(403);
  expect((await from(`/api/runs?token=${token}`)).status).toBe(200);
});

test("guesses are kept once, beside the figures of the others", async () => {
  const made = await post("/api/runs/table/guesses", { trial: 20, score: 0.91 });
  expect(made.status).toBe(201);
  expect(await made.json()).toMatchObject({
    person01: 0.91,
    measured01: expect.any(Number),
    surrogate01: expect.any(Number),
  });
  expect((await post("/api/runs/table/guesses", { trial: 20, score: 0.92 })).status).toBe(400);
  expect(await get("/api/runs/table/guesses")).toMatchObject({ guesses: [{ trial: 20, person01: 0.91 }] });
});

test("a trial that is appended reaches the page within a second, and nothing is sent twice", async () => {
  const folder = join(root, "growing");
  await mkdir(folder);
  const lines = (await readFile(join(root, "table", "journal.jsonl"), "utf8")).trim().split("\n");
  const path = join(folder, "journal.jsonl");
  await writeFile(path, `${lines.slice(0, 4).join("\n")}\n`);
  const abort = new AbortController();
  const response = await fetch(`http://127.0.0.1:${serving.port}/api/runs/growing/events?from=1`, {
    signal: abort.signal,
  });
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  const numbers: number[] = [];
  const delays: number[] = [];
  let appended = performance.now();
  let next = 4;
  for await (const event of eventsOf(response)) {
    if (event.kind !== "trials") continue;
    numbers.push(...event.trials.number);
    if (next > 4) delays.push(performance.now() - appended);
    if (next === 9) break;
    appended = performance.now();
    await appendFile(path, `${lines[next]}\n`);
    next += 1;
  }
  abort.abort();
  expect(numbers).toEqual([2, 3, 4, 5, 6, 7, 8]);
  expect(delays).toHaveLength(5);
});

async function* eventsOf(response: Response): AsyncGenerator<RunEvent> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk, { stream: true });
    const parts = text.split("\n\n");
    text = parts.pop()!;
    for (const part of parts) {
      const data = part.split("\n").find((line) => line.startsWith("data: "));
      if (data !== undefined) yield JSON.parse(data.slice(6)) as RunEvent;
    }
  }
}
