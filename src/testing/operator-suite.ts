// What every operator of the graph must do, checked on its own examples: shapes, costs, words, training, prediction and
// both exports agree. Run over the registry, so that an operator is tested as soon as it is in it.
import assert from "node:assert/strict";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { GeniusError } from "../base/errors.ts";
import { createRandom } from "../base/random.ts";
import { createPredictor, createTrainer, initialWeights, type Weights } from "../engine/index.ts";
import { networkCost } from "../graph/cost.ts";
import { exportOnnx } from "../graph/export/onnx.ts";
import { exportPytorch } from "../graph/export/pytorch.ts";
import type { FeatureShape, Network, NetworkNode } from "../graph/network.ts";
import { type Operator, volume } from "../graph/operator.ts";
import { type Operation, type OperatorKind, operators } from "../graph/ops/index.ts";
import { isStatistic, parametersOf, sizeOf } from "../graph/parameters.ts";
import { inferShapes, outputShape } from "../graph/shapes.ts";

export interface OperatorCheck {
  /** `conv: gradients agree with finite differences` */
  readonly name: string;
  run(): Promise<void>;
}

/** The checks of one kind of operator, or of all. */
export function operatorChecks(kinds = Object.keys(operators) as OperatorKind[]): readonly OperatorCheck[] {
  return kinds.flatMap((kind) => {
    const operator = operators[kind] as unknown as Operator<Operation>;
    const examples = operator.examples.map((example) => ({ ...example, network: networkAround(example) }));
    const each = (what: string, check: (example: Example) => Promise<void> | void): OperatorCheck => ({
      name: `${kind}: ${what}`,
      async run() {
        for (const example of examples) await check(example);
      },
    });
    const shared = [
      each("its shape is whole and other inputs are refused by name", checkShape),
      each("what is counted is what is listed", checkCost),
      each("it is said in words", checkWords),
      each("gradients agree with finite differences", checkGradient),
    ];
    // A mixture is a choice that is still open: it can be trained, and nothing else.
    const exported =
      kind === "mixture"
        ? [each("it is refused outside training", checkRefusal)]
        : [
            each("the predictor and the ONNX file give the same scores", checkOnnx),
            each("its PyTorch source is well-formed", checkTorch),
          ];
    return [...shared, ...exported];
  });
}

interface Example {
  readonly op: Operation;
  readonly inputs: readonly FeatureShape[];
  readonly network: Network;
}

const classes = 3;
const tested = "tested";

/** The operator between convolutions that make its inputs and a linear layer that reads its output. */
function networkAround({ op, inputs }: Omit<Example, "network">): Network {
  const nodes: NetworkNode[] = [];
  const add = (id: string, operation: Operation, ...sources: string[]) => {
    nodes.push({ id, inputs: sources, op: operation });
    return id;
  };
  if (op.kind === "input") add(tested, op);
  else {
    const [height, width] = [
      Math.max(...inputs.map((shape) => shape[1])),
      Math.max(...inputs.map((shape) => shape[2])),
    ];
    add("image", { kind: "input", shape: [2, height, width] });
    const sources = inputs.map(([outChannels, ...size], index) => {
      const made = add(
        `made${index}`,
        { kind: "conv", outChannels, kernel: [1, 1], stride: [1, 1], padding: [0, 0], groups: 1, bias: true },
        "image",
      );
      return size.join() === [height, width].join()
        ? made
        : add(`mean${index}`, { kind: "global-pool" }, made);
    });
    add(tested, op, ...sources);
  }
  add("head", { kind: "linear", outFeatures: classes, bias: true }, tested);
  return { name: `around ${op.kind}`, nodes };
}

const nodeOf = ({ network }: Example) => network.nodes.find(({ id }) => id === tested) as NetworkNode;

function checkShape(example: Example): void {
  const shape = outputShape(nodeOf(example), example.inputs);
  assert.equal(shape.length, 3);
  for (const length of shape)
    assert.ok(Number.isInteger(length) && length >= 1, `shape [${shape.join(", ")}]`);
  const wrong = example.inputs.length === 0 ? [shape] : [];
  assert.throws(
    () => outputShape(nodeOf(example), wrong),
    (thrown) =>
      thrown instanceof GeniusError && thrown.message.includes(`Node "${tested}" (${example.op.kind})`),
  );
}

function checkCost({ network }: Example): void {
  const parameters = parametersOf(network.nodes);
  assert.equal(new Set(parameters.map(({ name }) => name)).size, parameters.length);
  for (const { name, dims } of parameters) {
    assert.ok(
      dims.every((length) => Number.isInteger(length) && length >= 1),
      `${name} [${dims.join(", ")}]`,
    );
  }
  const listed = parameters.filter((parameter) => !isStatistic(parameter));
  const { paramCount, macCount } = networkCost(network);
  assert.equal(
    paramCount,
    listed.reduce((sum, { dims }) => sum + sizeOf(dims), 0),
  );
  assert.ok(Number.isInteger(macCount) && macCount >= 0, `${macCount} MACs`);
  for (const [name, { data }] of initialWeights(network.nodes, 1)) {
    assert.ok(data.every(Number.isFinite), `initial ${name}`);
  }
}

function checkWords({ op, inputs }: Example): void {
  const operator = operators[op.kind] as unknown as Operator<Operation>;
  assert.match(operator.words(op, inputs[0] ?? [1, 1, 1]), /\S/);
  const label = operator.label(op);
  assert.ok(label === undefined || (label.length > 0 && label.length < 40), `label "${label}"`);
}

/** Any weights but the initial ones, in which norms do nothing. */
function weightsOf({ nodes }: Network): Weights {
  return new Map(
    parametersOf(nodes).map(({ name, role, dims }) => {
      const random = createRandom("operator suite", name);
      const draw = {
        weight: () => random.normal() * Math.sqrt(1 / sizeOf(dims.slice(1))),
        bias: () => 0.3 * random.normal(),
        "norm-scale": () => 0.6 + 0.8 * random.next(),
        "norm-shift": () => 0.3 * random.normal(),
        "running-mean": () => 0.2 * random.normal(),
        "running-variance": () => 0.5 + random.next(),
      }[role];
      return [name, { dims, data: Float32Array.from({ length: sizeOf(dims) }, draw) }];
    }),
  );
}

function imagesFor(
  { nodes }: Network,
  count: number,
): { readonly images: Float32Array; readonly dims: number[] } {
  const shape = inferShapes(nodes).get(nodes[0]?.id ?? "") as FeatureShape;
  const random = createRandom("operator suite", "images");
  const images = Float32Array.from({ length: count * volume(shape) }, () => random.normal());
  return { images, dims: [count, ...shape] };
}

/**
 * Along the gradient of each weight tensor, the loss rises as steeply as that gradient is long: one tensor at a time, so
 * that a large gradient elsewhere does not cover a wrong one. Where a gradient is zero, the loss must not change.
 */
async function checkGradient({ op, inputs, network }: Example): Promise<void> {
  const batchSize = 4;
  const trainer = await createTrainer({
    nodes: network.nodes,
    classCount: classes,
    batchSize,
    seed: 1,
    optimiser: { kind: "sgd", momentum: 0, nesterov: false, weightDecay: 0 },
  });
  try {
    const start = weightsOf(network);
    const targets = new Float32Array(batchSize * classes);
    for (let image = 0; image < batchSize; image += 1) targets[image * classes + (image % classes)] = 1;
    const batch = {
      images: imagesFor(network, batchSize).images,
      targets,
      ...(op.kind === "mixture" && {
        shares: Float32Array.from({ length: op.firstShare + inputs.length }, (_, at) => 0.4 + 0.3 * at),
      }),
    };
    const lossAt = async (weights: Weights) => {
      trainer.setWeights(weights);
      return (await trainer.gradientsOnly(batch)).loss;
    };
    const loss = await lossAt(start);
    const gradients = trainer.gradients();
    const norm = Math.hypot(...[...gradients.values()].map(({ data }) => Math.hypot(...data)));
    assert.ok(Number.isFinite(loss) && norm > 1e-3, `loss ${loss}, gradient ${norm}`);
    for (const [name, { data: gradient }] of gradients) {
      const length = Math.hypot(...gradient);
      const direction = [...gradient].map((slope, at) =>
        length > 0 ? slope / length : (at % 3 === 1 ? -1 : 1) / Math.sqrt(gradient.length),
      );
      const moved = (step: number): Weights => {
        const { dims, data } = start.get(name)!;
        return new Map([
          ...start,
          [name, { dims, data: data.map((value, at) => value + step * direction[at]!) }],
        ]);
      };
      // A large step averages over kinks, a small one over rounding: one of them must agree.
      const errors: number[] = [];
      for (const step of [0.02, 0.005, 0.002]) {
        const rise = ((await lossAt(moved(step))) - (await lossAt(moved(-step)))) / (2 * step);
        errors.push(Math.abs(rise - length) / (0.02 * length + (4e-7 * loss) / step));
      }
      assert.ok(
        Math.min(...errors) < 1,
        `${name}: the loss changes otherwise than the gradient says: ${errors.join(", ")}`,
      );
    }
  } finally {
    await trainer.dispose();
  }
}

async function checkOnnx({ network }: Example): Promise<void> {
  const weights = weightsOf(network);
  const { images, dims } = imagesFor(network, 2);
  const predictor = await createPredictor({ nodes: network.nodes, weights });
  const predicted = await predictor.run(images);
  await predictor.dispose();
  const session = await InferenceSession.create(exportOnnx({ network, weights }));
  const { scores } = await session.run({ images: new Tensor("float32", images, dims) });
  await session.release();
  const written = scores?.data as Float32Array;
  assert.equal(written.length, predicted.length);
  assert.ok(new Set(written).size > 1, "the scores are all the same");
  const scale = Math.max(1, ...predicted.map(Math.abs));
  const worst = Math.max(...predicted.map((value, at) => Math.abs(value - written[at]!))) / scale;
  assert.ok(worst < 1e-5, `predictor and file differ by ${worst}`);
}

function checkTorch({ network }: Example): void {
  const text = exportPytorch(network);
  assert.match(text, /^class Network\(nn\.Module\):$/m);
  assert.doesNotMatch(text, /undefined|\[object|NaN|[^\S\n]\n/);
  for (const line of text.split("\n")) assert.ok(line.length <= 100, line);
  const depth = { "(": 0, "[": 0, "{": 0 };
  for (const sign of text) {
    if (sign in depth) depth[sign as keyof typeof depth] += 1;
    const opened = { ")": "(", "]": "[", "}": "{" }[sign] as keyof typeof depth | undefined;
    if (opened !== undefined) depth[opened] -= 1;
  }
  assert.deepEqual(depth, { "(": 0, "[": 0, "{": 0 });
}

async function checkRefusal({ network }: Example): Promise<void> {
  const weights = weightsOf(network);
  const refused = { name: "GeniusError", message: /"tested" \(mixture\)|mixture/ };
  await assert.rejects(createPredictor({ nodes: network.nodes, weights }), refused);
  assert.throws(() => exportOnnx({ network, weights }), refused);
  assert.throws(() => exportPytorch(network), refused);
}
