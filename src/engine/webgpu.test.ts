// The same graphs on a GPU: through onnxruntime's WebGPU provider, on the software GPU that comes with Chromium
// (SwiftShader), against PyTorch's numbers. It is skipped where there is none.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { fixtures } from "./fixtures/cases.ts";
import { worstDifference } from "./fixtures/differences.ts";

const places = [dirname(process.env.GENIUS_CHROMIUM ?? ""), "/usr/lib/chromium", "/opt/google/chrome"];
const driver = "vk_swiftshader_icd.json";
const chromium = places.find((place) =>
  ["libvulkan.so.1", "libvk_swiftshader.so", driver].every((name) => existsSync(join(place, name))),
);

/** Of each kind one, the awkward ones: strides, even kernels, groups, windows that overlap. */
const operators = [
  "conv (3, 1, 1)",
  "conv (3, 2, 1)",
  "conv (2, 2, 0)",
  "depthwise (5, 2, 2)",
  "grouped",
  "depth multiplier",
  "batch-norm, relu",
  "hard-swish",
  "pool average 3 2 1 False",
  "pool max 3 1 1 False",
  "pool max 3 2 1 False",
  "concat",
  "squeeze-excite",
];

const folder = mkdtempSync(join(tmpdir(), "genius-webgpu-"));
afterAll(() => rmSync(folder, { recursive: true }));

test.skipIf(chromium === undefined)(
  "gradients on WebGPU are PyTorch's to 1e-4, and a training follows it",
  { timeout: 600_000 },
  () => {
    // The loader alone: the folder has libraries of Chromium's that Node must not take.
    symlinkSync(join(chromium!, "libvulkan.so.1"), join(folder, "libvulkan.so.1"));
    const program = fileURLToPath(new URL("./fixtures/on-webgpu.ts", import.meta.url));
    const text = execFileSync(process.execPath, [program, ...operators], {
      env: { ...process.env, LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: join(chromium!, driver) },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ name }) => name)).toEqual([...operators, "trajectory"]);
    for (const { name, loss, gradients } of lines.slice(0, -1)) {
      const expected = fixtures.operators[name]!;
      expect(loss, name).toBeCloseTo(expected.loss, 5);
      for (const [parameter, values] of Object.entries(expected.gradients)) {
        const worst = worstDifference(gradients[parameter], values, 1e-4);
        expect(worst, `${name}: ${parameter}`).toBeLessThan(1);
      }
    }
    const losses: readonly number[] = lines.at(-1).losses;
    expect(losses).toHaveLength(8);
    for (const [step, loss] of losses.entries())
      expect(Math.abs(loss - fixtures.trajectory.losses[step]!), `step ${step}`).toBeLessThan(0.003);
  },
);
