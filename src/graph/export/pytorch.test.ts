// The exported model.py: what it says, without Python, and what it computes, wherever Python has PyTorch – found
// through GENIUS_PYTHON or .venv/bin/python (npm run setup:python makes it). fixtures/check.py is the judge.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { networkCost } from "../cost.ts";
import type { Network } from "../network.ts";
import { parametersOf } from "../parameters.ts";
import type { Weights } from "../weights.ts";
import { exampleNetworks } from "./fixtures/networks.ts";
import { randomImages, randomWeights } from "./fixtures/random-weights.ts";
import { exportOnnx } from "./onnx.ts";
import { exportPytorch, stateDictNames } from "./pytorch.ts";
import { encodeSafetensors } from "./safetensors.ts";
import { decodeWeights, encodeWeights } from "./weights-file.ts";

const names = Object.keys(exampleNetworks);
const network = (name: string): Network => exampleNetworks[name]!();

/** Bit for bit; comparing millions of numbers with toEqual takes many seconds. */
function expectSame(actual: Weights, expected: Weights): void {
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [name, { dims, data }] of expected) {
    const other = actual.get(name)!;
    expect(other.dims).toEqual(dims);
    expect(Buffer.from(other.data.buffer).equals(Buffer.from(data.buffer)), name).toBe(true);
  }
}

describe("without Python", () => {
  test("NAS-Bench-Macro is named blocks with their arguments, shapes and costs", () => {
    const text = exportPytorch(network("nas-bench-macro"));
    expect(text).toContain(
      "        self.layer3 = InvertedResidual(64, 384, 128, kernel_size=5, stride=2)  # [128, 8, 8]\n",
    );
    expect(text).toContain("    layer8  [256, 4, 4]      831,488  13,197,312\n");
    expect(text).toContain("classifier=nn.Linear(1280, num_classes),");
    expect(text.match(/^class (\w+)/gm)).toEqual([
      "class ConvNormAct",
      "class InvertedResidual",
      "class Network",
    ]);
  });

  test("fifteen equal cells are one class", () => {
    const text = exportPytorch(network("nas-bench-201"));
    expect(text.match(/^class Cell/gm)).toHaveLength(1);
    expect(text.match(/= Cell\(channels\)/g)).toHaveLength(5);
    expect(text).toContain("return self.edge1to3(out) + self.edge2to3(x + self.edge1to2(out))");
  });

  test("what does not reach the output is kept for its parameters and not called", () => {
    const text = exportPytorch(network("nas-bench-201-dead"));
    expect(text).toContain("self.edge1to2 = ActConvNorm(channels, channels)  # not called");
    expect(text).not.toContain("self.edge1to2(");
  });

  test.for(names)(
    "%s: lines are short and nothing is written that a docstring or name cannot hold",
    (name) => {
      const text = exportPytorch(network(name));
      for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(100);
      expect(text).not.toMatch(/[^\S\n]\n|\t|undefined|\[object|NaN/);
      expect(text).not.toMatch(/self\.(?![a-z]\w*[\s.,:()[\]=])/i);
      expect(text.match(/"""/g)!.length % 2).toBe(0);
    },
  );

  test.for(names)("%s: every tensor has one name of its own in the state_dict", (name) => {
    const stateNames = stateDictNames(network(name));
    expect([...stateNames.keys()]).toEqual(parametersOf(network(name).nodes).map((spec) => spec.name));
    expect(new Set(stateNames.values()).size).toBe(stateNames.size);
  });

  test("state_dict names are the network's own, where Python allows them", () => {
    const imagenet = stateDictNames(network("genius-329"));
    expect(imagenet.get("stage3.layer4.excite.reduce.bias")).toBe("stage3.layer4.excite.reduce.bias");
    expect(imagenet.get("stage3.layer4.project.norm.runningVariance")).toBe(
      "stage3.layer4.project.norm.running_var",
    );
    const tangled = stateDictNames(network("tangled"));
    expect(tangled.get("a.train.weight")).toBe("a_train.weight");
    expect(tangled.get("a_train.weight")).toBe("a_train_2.weight");
    expect(tangled.get("b.forward.bias")).toBe("b_forward.bias");
  });

  test.for(names)("%s: weights come back from their file", (name) => {
    const weights = randomWeights(network(name), 1);
    expectSame(decodeWeights(network(name), encodeWeights(network(name), weights)), weights);
  });

  test("a file for another network is refused by the tensor's name", () => {
    const bytes = encodeWeights(network("mobile"), randomWeights(network("mobile"), 1));
    expect(() => decodeWeights(network("nas-bench-macro"), bytes)).toThrow(
      /"stem.conv.weight" has \[16, 1, 3, 3\].*must be \[32, 3, 3, 3\]/,
    );
  });
});

const python = [process.env.GENIUS_PYTHON, ".venv/bin/python"].find(
  (path) => path !== undefined && existsSync(path) && hasTorch(path),
);

function hasTorch(path: string): boolean {
  try {
    execFileSync(path, ["-c", "import torch"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

interface Findings {
  readonly parameters: number;
  readonly buffers: number;
  readonly names: readonly string[];
  readonly torch: number;
  readonly flops: number;
  readonly export?: number;
  readonly compile?: number;
  readonly checked?: true;
  readonly onnxruntime?: number;
  readonly returned?: true;
}

const title =
  python === undefined
    ? "with PyTorch (skipped: neither GENIUS_PYTHON nor .venv/bin/python has torch; run npm run setup:python)"
    : "with PyTorch";

describe.skipIf(python === undefined)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), "genius-export-"));
  let findings: Readonly<Record<string, Findings>> = {};
  let script = "";
  // Tracing takes long on deep networks; these hold every form of module and expression.
  const traced = ["mobile", "nas-bench-macro", "everything", "unflattened", "tangled", "modern"];

  beforeAll(async () => {
    for (const name of names) await writeCase(join(folder, name), network(name));
    const plan = Object.fromEntries(names.map((name) => [name, traced.includes(name)]));
    writeFileSync(join(folder, "plan.json"), JSON.stringify(plan));
    const checker = join(import.meta.dirname, "fixtures", "check.py");
    const output = execFileSync(python as string, [checker, folder], {
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    ({ results: findings, script } = JSON.parse(output.trim().split("\n").at(-1) as string));
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function writeCase(at: string, example: Network): Promise<void> {
    mkdirSync(at);
    const weights = randomWeights(example, 7);
    const onnx = exportOnnx({ network: example, weights });
    const shape = (example.nodes[0]!.op as { shape: readonly number[] }).shape;
    const images = randomImages(example, 2, 8);
    const session = await InferenceSession.create(onnx, { intraOpNumThreads: 1 });
    const { scores } = await session.run({ images: new Tensor("float32", images, [2, ...shape]) });
    await session.release();
    const tensors = new Map([
      ["images", { dims: [2, ...shape], data: images }],
      ["scores", { dims: scores!.dims as number[], data: scores!.data as Float32Array }],
    ]);
    writeFileSync(join(at, "model.py"), exportPytorch(example));
    writeFileSync(join(at, "model.onnx"), onnx);
    writeFileSync(join(at, "weights.safetensors"), encodeWeights(example, weights));
    writeFileSync(join(at, "io.safetensors"), encodeSafetensors({ tensors, metadata: {} }));
  }

  test.for(names)("%s: parameters, MACs, names and scores agree, and weights come back", (name) => {
    const found = findings[name]!;
    const example = network(name);
    const specs = parametersOf(example.nodes);
    const running = specs.filter(({ part }) => part.startsWith("running"));
    // Without what a space may count for norms, as PyTorch counts none.
    const { paramCount, macCount } = networkCost({ name, nodes: example.nodes });
    expect(found.parameters).toBe(paramCount);
    expect(found.buffers).toBe(running.reduce((sum, { dims }) => sum + dims[0]!, 0));
    expect(found.names.toSorted()).toEqual([...stateDictNames(example).values()].toSorted());
    // PyTorch counts two operations a MAC, and only what is called.
    if (/dead|zero|tangled/.test(name)) expect(found.flops).toBeLessThan(2 * macCount);
    else expect(found.flops).toBe(2 * macCount);
    expect(found.torch).toBeLessThan(1e-5);
    for (const way of ["export", "compile"] as const) {
      if (traced.includes(name)) expect(found[way]).toBeLessThan(1e-5);
      else expect(found[way]).toBeUndefined();
    }
    if (found.onnxruntime !== undefined) expect(found.onnxruntime).toBeLessThan(1e-5);
    if (found.returned) {
      const returned = decodeWeights(example, readFileSync(join(folder, name, "returned.safetensors")));
      expectSame(returned, randomWeights(example, 7));
    }
  });

  test("model.py run as a program prints its parameters", () => {
    expect(script).toBe("6,967,464 parameters, scores [1, 1000]\n");
  });
});
