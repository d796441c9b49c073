import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, test } from "vitest";
import { activationAgreement, logPathFlow, type Weights } from "../../engine/index.ts";
import type { NetworkNode } from "../../graph/network.ts";
import { parseChoices } from "../choices.ts";
import cells from "../spaces/nas-bench-201.ts";
import { logDeterminant, naswot } from "./naswot.ts";
import { synflow } from "./synflow.ts";

const fixtures = new URL("../../engine/fixtures/", import.meta.url);
type Scores = { readonly logDeterminant: number; readonly logPathFlow: number };
const committed = JSON.parse(readFileSync(new URL("untrained_scores.json", fixtures), "utf8")) as Scores;

/** The network of untrained_scores.py. */
const conv = {
  kind: "conv",
  kernel: [3, 3],
  stride: [1, 1],
  padding: [1, 1],
  groups: 1,
  bias: false,
} as const;
const norm = { kind: "batch-norm", epsilon: 1e-5, momentum: 0.1 } as const;
const relu = { kind: "activation", function: "relu" } as const;
const nodes: readonly NetworkNode[] = [
  { id: "x", inputs: [], op: { kind: "input", shape: [3, 8, 8] } },
  { id: "a", inputs: ["x"], op: { ...conv, outChannels: 8 } },
  { id: "aNorm", inputs: ["a"], op: norm },
  { id: "aRelu", inputs: ["aNorm"], op: relu },
  { id: "b", inputs: ["aRelu"], op: { ...conv, outChannels: 8, groups: 2 } },
  { id: "bNorm", inputs: ["b"], op: norm },
  { id: "bRelu", inputs: ["bNorm"], op: relu },
  {
    id: "pool",
    inputs: ["aRelu"],
    op: {
      kind: "pool",
      mode: "average",
      kernel: [3, 3],
      stride: [1, 1],
      padding: [1, 1],
      countPadding: false,
    },
  },
  { id: "sum", inputs: ["aRelu", "bRelu", "pool"], op: { kind: "add" } },
  {
    id: "c",
    inputs: ["sum"],
    op: { ...conv, outChannels: 12, kernel: [1, 1], stride: [2, 2], padding: [0, 0] },
  },
  { id: "cNorm", inputs: ["c"], op: norm },
  { id: "cRelu", inputs: ["cNorm"], op: relu },
  { id: "mean", inputs: ["cRelu"], op: { kind: "global-pool" } },
  { id: "head", inputs: ["mean"], op: { kind: "linear", outFeatures: 5, bias: true } },
];
const sines = (count: number, phase: number, scale: number) =>
  Float32Array.from({ length: count }, (_, index) => scale * Math.sin(0.7 * index + phase));
const sizes = { a: [8, 3, 3, 3], b: [8, 4, 3, 3], c: [12, 8, 1, 1], head: [5, 12] };
const weights: Weights = new Map(
  Object.entries(sizes).map(([id, dims], phase) => {
    const count = dims.reduce((product, length) => product * length, 1);
    return [`${id}.weight`, { dims, data: sines(count, phase, 0.5) }];
  }),
);

it("agrees with PyTorch's hooks and autograd", async () => {
  const agreement = await activationAgreement({ nodes, weights }, sines(6 * 3 * 64, 0.3, 1));
  expect(logDeterminant(agreement, 6)).toBeCloseTo(committed.logDeterminant, 3);
  expect(await logPathFlow({ nodes, weights })).toBeCloseTo(committed.logPathFlow, 4);
});

const python = process.env.GENIUS_PYTHON ?? "python3";
const present = spawnSync(python, ["-c", "import torch, numpy"]).status === 0;
test.skipIf(!present)(
  "the committed numbers are those of the installed PyTorch",
  { timeout: 120_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "genius-scores-"));
    const script = new URL("untrained_scores.py", fixtures).pathname;
    const run = spawnSync(python, [script, join(folder, "scores.json")], { encoding: "utf8" });
    expect(run.status, run.stderr).toBe(0);
    const live = JSON.parse(readFileSync(join(folder, "scores.json"), "utf8")) as Scores;
    rmSync(folder, { recursive: true });
    expect(live.logDeterminant).toBeCloseTo(committed.logDeterminant, 6);
    expect(live.logPathFlow).toBeCloseTo(committed.logPathFlow, 6);
  },
);

it("scores a cell that conducts above one that hardly does, and one that does not below all", async () => {
  const space = cells.create(cells.options.parse({ classCount: 10, imageSize: 32 }));
  const networkOf = (digits: string) => space.decode(parseChoices(space, digits));
  const [rich, poor, dead] = ["333333", "001010", "000000"].map(networkOf);
  for (const score of [naswot, synflow]) {
    const [best, middle, worst] = [await score(rich!, 1), await score(poor!, 1), await score(dead!, 1)];
    expect(best).toBeGreaterThan(middle);
    expect(middle).toBeGreaterThanOrEqual(worst);
    expect(Number.isFinite(worst)).toBe(true);
  }
}, 60_000);
