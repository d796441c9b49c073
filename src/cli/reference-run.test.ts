// A run whose winner is a reference, a network from outside the space: every surface names it, draws it and gives it as a
// file, and none takes its missing choices for a design.
import { cp, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { beforeAll, expect, test } from "vitest";
import { openReference } from "../api/reference.ts";
import type { NetworkView, RunDetail, TrialColumns, TrialDetail } from "../dashboard/api.ts";
import { createApp } from "../dashboard/app.ts";
import { initialWeights } from "../engine/index.ts";
import { exportOnnx } from "../graph/export/onnx.ts";
import { encodeWeights } from "../graph/export/weights-file.ts";
import { createMcpServer } from "../mcp/server.ts";
import { createAnalyst } from "../runs/analyst.ts";
import { createRunStore } from "../runs/run-store.ts";
import { createProcesses } from "../runs/search-processes.ts";
import type { Trial } from "../search/trial.ts";
import { openJournal } from "../study/journal.ts";
import { readModelMetadata } from "../training/model-metadata.ts";
import { genius as command } from "./fixtures/terminal.ts";

const environment = process.env;
const genius = (...args: readonly string[]) => command(args, { environment });

let root = "";
let folder = "";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "genius-reference-run-"));
  folder = join(root, "run");
  const done = await genius(
    ...["search", "nas-bench-macro", "--strategy", "random", "--trials", "1", "--out", folder],
  );
  expect(done.code, done.error).toBe(0);
  const { journal } = await openJournal(folder);
  await journal.addNote({ about: "resumed", text: "resumed after 1 trial" });
  const images = { imageSize: 32, channels: 3, classCount: 10 };
  for (const [index, reference] of ["ds-cnn", "resnet-8"].entries()) {
    const fitted = await openReference({ reference, limits: { maxParams: 20_000 } }, images);
    const { network, paramCount, macCount } = fitted;
    const trial: Trial = {
      number: index + 2,
      proposal: { choices: [], network, fidelity: {}, by: "reference" },
      outcome: {
        kind: "scored",
        metrics: { accuracy: 0.98 + index / 100 },
        score: 0.98 + index / 100,
        spent: { milliseconds: 1000 },
      },
      cost: { paramCount, macCount },
    };
    await journal.addTrial(trial, network.name);
  }
  await journal.addResult({ reason: "trials-spent", best: 3 });
  await journal.close();
});

const parts = (folder = root) => ({
  store: createRunStore(folder),
  analyst: createAnalyst(),
  processes: createProcesses(environment),
});

test("the terminal names it and draws it", async () => {
  const { code, out } = await genius("show", folder);
  expect(code).toBe(0);
  expect(out).toMatch(/resnet-8 at \d\d % width, 8-layer residual, \d/);
  expect(out).toMatch(/99\.00 % accuracy on test data\n[\s\S]*trial 3 · [\d.]+k parameters/);
  expect(out).toMatch(/#2 98\.00 % ds-cnn/);
  const shown = JSON.parse((await genius("show", folder, "--json")).out);
  expect(shown.best).toMatchObject({ number: 3, choices: [] });
  expect(shown.best.proposal.network).toMatch(/^resnet-8 ×/);
});

test("the report names it and draws it", async () => {
  expect((await genius("report", folder)).code).toBe(0);
  const page = await readFile(join(folder, "report.html"), "utf8");
  expect(
    /resnet-8 at \d\d\s% width, 8-layer residual, [\d.]+k parameters: 99\.00\s% accuracy on test data/.test(
      page,
    ),
  ).toBe(true);
  expect(/The best network: resnet-8 at \d\d\s% width/.test(page)).toBe(true);
  expect(page.includes(">no design<")).toBe(false);
  expect(await readFile(join(folder, "report.md"), "utf8")).toMatch(/\| 2 \| ds-cnn/);
});

test("it is exported as code, diagram and model", async () => {
  const python = await genius("export", folder, "--format", "pytorch");
  expect(python.out).toMatch(/^"""The network resnet-8 ×0\.\d\d,/);
  expect((await genius("export", folder, "--format", "mermaid")).out).toMatch(/^flowchart TD/);
});

test("random weights are called random, and what was handed over is given as it is", async () => {
  const path = join(root, "out.onnx");
  const untrained = await genius("export", folder, "--format", "onnx", "--out", path);
  expect(untrained.code).toBe(0);
  expect(untrained.error).toMatch(/WARNING: .* weights are RANDOM/);
  expect(readModelMetadata(await readFile(path)).weights).toBe("untrained");
  // As a final training leaves it: the file of best/ is what an export gives.
  const trained = join(root, "trained");
  await cp(folder, join(trained, "run"), { recursive: true });
  const images = { imageSize: 32, channels: 3, classCount: 10 };
  const { network } = await openReference({ reference: "resnet-8", limits: { maxParams: 20_000 } }, images);
  const weights = initialWeights(network.nodes, 7);
  const normalisation = { mean01: [0, 0, 0], sd01: [1, 1, 1] };
  const model = exportOnnx({ network, weights, normalisation });
  await mkdir(join(trained, "run", "best"));
  await writeFile(join(trained, "run", "best", "model.onnx"), model);
  await writeFile(join(trained, "run", "best", "weights.safetensors"), encodeWeights(network, weights));
  const given = await genius("export", join(trained, "run"), "--format", "onnx", "--out", path);
  expect(given.error).not.toContain("WARNING");
  expect((await readFile(path)).equals(model)).toBe(true);

  const { store, analyst, processes } = parts(trained);
  const guard = { token: "t", isOpen: false, names: [] };
  const app = createApp({
    ...{ store, analyst, processes, page: new Map(), guard, version: "0", environment: process.env },
  });
  const get = (at: string) => app.request(`/api/runs/run${at}`, { headers: { host: "127.0.0.1" } });
  const detail = (await (await get("")).json()) as RunDetail;
  expect(detail.trained).toEqual({ trial: 3, files: ["model.onnx", "weights.safetensors"] });
  expect(Buffer.from(await (await get("/trained/model.onnx")).arrayBuffer()).equals(model)).toBe(true);
  expect((await get("/trained/..%2Fjournal.jsonl")).status).toBe(404);
  const nameOf = async (trial: number) =>
    (await get(`/export?trial=${trial}&format=onnx`)).headers.get("content-disposition");
  expect(await nameOf(1)).toContain("-untrained.onnx");
  expect(await nameOf(3)).toContain("run-trial-3.onnx");
  await analyst.close();
});

test("the dashboard's views name it, and its lists do not carry its graph", async () => {
  const { store, analyst, processes } = parts();
  const guard = { token: "t", isOpen: false, names: [] };
  const app = createApp({
    ...{ store, analyst, processes, page: new Map(), guard, version: "0", environment: process.env },
  });
  const headers = { host: "127.0.0.1" };
  const get = async <Body>(path: string) => {
    const reply = await app.request(`/api/runs/run${path}`, { headers });
    expect(reply.status, path).toBe(200);
    return (await reply.json()) as Body;
  };
  const detail = await get<RunDetail>("");
  expect(detail.best?.key).toMatch(/^resnet-8 ×/);
  const columns = await get<TrialColumns>("/trials");
  expect(columns.networks).toEqual([expect.stringMatching(/^ds-cnn/), expect.stringMatching(/^resnet-8/)]);
  expect(columns.network).toEqual([0, 1, 2]);
  expect(JSON.stringify(columns)).not.toContain("nodes");
  const trial = await get<TrialDetail>("/trials/3");
  expect(trial).toMatchObject({ choices: [], changes: [], parent: { trial: 2 } });
  expect(trial.network).toMatch(/^resnet-8/);
  const network = await get<NetworkView>("/network?trial=3&againstTrial=1");
  expect(network).toMatchObject({ trial: 3, choices: [], violations: [], against: { trial: 1 } });
  expect(await get("/trials/3/why")).toMatchObject({ trial: 3, changes: [] });
  const csv = await (await app.request("/api/runs/run/download?what=trials.csv", { headers })).text();
  expect(csv).toMatch(/\r\n3,resnet-8 ×/);
  await analyst.close();
});

test("an assistant is told its name, and no choices", async () => {
  const { store, analyst, processes } = parts();
  const bounds = { maxTrials: 10, maxUsd: 1, maxRunning: 1 };
  const server = createMcpServer({ store, analyst, processes, bounds, version: "0" });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "1" });
  await Promise.all([server.connect(ours), client.connect(theirs)]);
  const called = await client.callTool({ name: "best", arguments: { run: "run" } });
  const [{ text }] = called.content as [{ text: string }];
  expect(JSON.parse(text)).toMatchObject({ choices: [], best: { key: expect.stringMatching(/^resnet-8/) } });
  await client.close();
  await analyst.close();
});

test("a run whose winner was not trained is neither refined nor transferred", async () => {
  expect((await genius("refine", folder, "--minutes", "1")).error).toMatch(/no trained network to refine/);
  const transferred = await genius("transfer", folder, "digits");
  expect(transferred.error).toMatch(/no trained weights of trial 3/);
});

test("a journal with a damaged network is refused with its line and field", async () => {
  const damaged = join(root, "damaged");
  await cp(folder, damaged, { recursive: true });
  const path = join(damaged, "journal.jsonl");
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace('"groups":1', '"groups":3'));
  const { code, error } = await genius("show", damaged);
  expect(code).toBe(1);
  expect(error).toMatch(/line \d+.*proposal\.network.*do not divide into 3 groups/s);
});
