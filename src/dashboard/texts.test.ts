// A text read by the dashboard while it is written: mistakes with places, costs equal to the command's, limits, spaces, and what is refused.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { costOf } from "../api/cost.ts";
import { readNetwork } from "../language/index.ts";
import { createAnalyst } from "../runs/analyst.ts";
import { createRunStore } from "../runs/run-store.ts";
import { createProcesses } from "../runs/search-processes.ts";
import type { ApiError, TextCheck, TextFacts, TextFaults, TextOrder } from "./api.ts";
import { createApp } from "./app.ts";

const token = "test-token";
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  app = createApp({
    store: createRunStore(await mkdtemp(join(tmpdir(), "genius-texts-"))),
    analyst: createAnalyst(),
    processes: createProcesses(process.env),
    page: new Map(),
    guard: { token, isOpen: false, names: [] },
    version: "0",
    environment: process.env,
  });
});

const request = (order: unknown, headers: Readonly<Record<string, string>> = { "x-genius-token": token }) =>
  app.request("/api/text", {
    method: "POST",
    body: JSON.stringify(order),
    headers: { host: "127.0.0.1:4321", "content-type": "application/json", ...headers },
  });
const check = async (order: TextOrder) => {
  const response = await request(order);
  expect(response.status).toBe(200);
  return (await response.json()) as TextCheck;
};
const facts = async (order: TextOrder) => (await check(order)) as TextFacts;

const net = "conv 8 k3 s2 norm relu\nconv 16 k3 s2 norm relu\nglobalpool flatten linear classes\n";

test("mistakes have their line, their column and the nearest right word", async () => {
  expect(await check({ text: "conv 8 k3 nrm\nrelu conw 4\nglobalpool flatten linear classes" })).toEqual({
    kind: "faults",
    faults: [
      { line: 1, column: 11, message: expect.stringContaining('Did you mean "norm"?') },
      { line: 2, column: 6, message: expect.stringContaining('Did you mean "conv"?') },
    ],
  });
  const [whole] = ((await check({ text: "conv 8 k3" })) as TextFaults).faults;
  expect(whole).toEqual({ message: expect.stringContaining("must give one score a class") });
});

test("a network has the command's costs, for the images that are named, and says what it breaks", async () => {
  const input = [1, 28, 28] as const;
  const found = await facts({ text: net, input, classCount: 7, limits: { maxParams: "1k", maxRam: "1M" } });
  expect(found.kind).toBe("network");
  expect(found.costs).toEqual(costOf(readNetwork(net, { input, classCount: 7 })));
  expect(found.violations).toEqual([expect.stringMatching(/parameters/)]);
  expect(found.limits).toHaveLength(2);
  expect(found.stages.flatMap(({ blocks }) => blocks).length).toBeGreaterThan(2);
  const onDevice = await facts({ text: net, limits: { device: "stm32f746" } });
  expect(onDevice.violations).toEqual([]);
  expect(onDevice.latency).toMatch(/ms/);
});

test("a text with alternatives is a space, of which any design is drawn", async () => {
  const text = net.replace("conv 8 k3", "conv {8|12|16} k{3|5}");
  const space = await facts({ text, limits: { maxParams: "2k" } });
  expect(space.kind).toBe("space");
  expect(space.space).toMatchObject({ designs: 6, choices: [0, 0] });
  expect(space.space?.inside).toMatch(/of 6 designs are within the limits/);
  const largest = await facts({ text, choices: [2, 1, 5] });
  expect(largest.space?.choices).toEqual([2, 1]);
  expect(largest.costs.paramCount).toBe(space.space?.reach?.maxParamCount);
});

test("without the token, too long, and against limits that cannot be: refused in words", async () => {
  expect((await request({ text: net }, {})).status).toBe(403);
  const refused = async (order: unknown) => {
    const response = await request(order);
    return [response.status, ((await response.json()) as ApiError).error.message];
  };
  expect(await refused({ text: "#".repeat(100_001) })).toEqual([
    400,
    expect.stringContaining("a text has at most 100,000 characters"),
  ]);
  expect(await refused({ text: net, limits: { maxParams: "many" } })).toEqual([400, expect.any(String)]);
  expect(await refused({ text: net, limits: { minParams: "2k", maxParams: "1k" } })).toEqual([
    400,
    expect.stringContaining("no network is between them"),
  ]);
  expect((await refused({ text: net, run: "no-such-run" }))[0]).toBe(404);
});
