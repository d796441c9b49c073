// Imported networks against onnxruntime's own answer to the file: files of PyTorch's exporter, what we export ourselves, and
// graphs written here for one rule each.
import { readdirSync, readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { references } from "../../catalog/_catalog.ts";
import { canonicalKey } from "../canonical.ts";
import { networkCost } from "../cost.ts";
import { exampleNetworks } from "../export/fixtures/networks.ts";
import { randomWeights } from "../export/fixtures/random-weights.ts";
import { foldBatchNorms } from "../export/fold-batch-norm.ts";
import { exportOnnx } from "../export/onnx.ts";
import { withoutZeros } from "../export/simplify.ts";
import { decodeOnnxModel } from "../onnx/decode.ts";
import { bytesField, integerField, joinChunks, messageField, textField } from "../onnx/protobuf.ts";
import {
  body,
  conv,
  fileOf,
  floats,
  head,
  integers,
  joined,
  node,
  number,
  numbers,
  type Written,
} from "./fixtures/written.ts";
import { importOnnx, type OnnxImport } from "./import-onnx.ts";
import { withNorms } from "./unfold-norms.ts";

const fixtures = new URL("./fixtures/", import.meta.url);

async function scoresOf(
  bytes: Uint8Array,
  images: Float32Array,
  dims: readonly number[],
): Promise<Float32Array> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 });
  const [input, output] = [session.inputNames[0] as string, session.outputNames[0] as string];
  const results = await session.run({ [input]: new Tensor("float32", images, dims) });
  await session.release();
  return results[output]?.data as Float32Array;
}

const shapeOf = ({ network }: OnnxImport) => {
  const op = network.nodes[0]?.op;
  return op?.kind === "input" ? op.shape : ([0, 0, 0] as const);
};

/** How far our export of an import is from the file, as a share of the largest score. */
async function difference(
  bytes: Uint8Array,
  { count = 2, isLast = false, ends = (scores: Float32Array) => scores } = {},
): Promise<number> {
  const read = importOnnx(bytes, { name: "read" });
  const shape = shapeOf(read);
  const [channels, height, width] = shape;
  const images = numbers(count * channels * height * width);
  const turned = isLast ? [count, height, width, channels] : [count, ...shape];
  // Of images with their channels behind, ours have the same numbers in our order.
  const ours = isLast
    ? images.map((_, place) => {
        const [image, within] = [
          Math.floor(place / (channels * height * width)),
          place % (channels * height * width),
        ];
        const [channel, pixel] = [Math.floor(within / (height * width)), within % (height * width)];
        return images[image * channels * height * width + pixel * channels + channel] as number;
      })
    : images;
  const { normalisation, network, weights } = read;
  const model = exportOnnx({
    network,
    weights,
    ...(normalisation && { normalisation, pixelScale: normalisation.pixelScale }),
  });
  const theirs = await scoresOf(bytes, images, turned);
  const given = ends(await scoresOf(model, ours, [count, ...shape]));
  expect(given.length).toBe(theirs.length);
  expect(new Set(theirs).size).toBeGreaterThan(1);
  const scale = Math.max(...theirs.map(Math.abs));
  return Math.max(...given.map((score, place) => Math.abs(score - (theirs[place] as number)))) / scale;
}

function softmax(scores: Float32Array): Float32Array {
  const row = (place: number) =>
    scores.subarray(10 * Math.floor(place / 10), 10 * Math.floor(place / 10) + 10);
  return scores.map(
    (score, place) => Math.exp(score) / row(place).reduce((sum, other) => sum + Math.exp(other), 0),
  );
}

describe("files of PyTorch", () => {
  for (const file of readdirSync(fixtures).filter((name) => name.endsWith(".onnx"))) {
    test(`${file} gives the same scores`, async () => {
      const ends = file === "spelled.onnx" ? { ends: softmax } : {};
      expect(await difference(readFileSync(new URL(file, fixtures)), ends)).toBeLessThan(1e-5);
    });
  }

  const operations = (file: string) =>
    importOnnx(readFileSync(new URL(file, fixtures)), { name: "x" }).network.nodes.map(({ op }) =>
      op.kind === "activation" ? op.function : op.kind,
    );
  const countOf = (file: string, kind: string) => operations(file).filter((one) => one === kind).length;

  test("what an exporter spells out is one operation again", () => {
    expect(countOf("spelled.onnx", "hard-swish")).toBe(7);
    expect(countOf("spelled.onnx", "hard-sigmoid")).toBe(3);
    expect(countOf("convnext.onnx", "gelu")).toBe(3);
    expect(countOf("convnext.onnx", "layer-norm")).toBe(6);
    expect(countOf("shuffle.onnx", "channel-shuffle")).toBe(2);
    expect(operations("convnext.onnx")).not.toContain("batch-norm");
  });

  test("norms that the exporter folded are put back without a change of the scores", async () => {
    const bytes = readFileSync(new URL("shuffle.onnx", fixtures));
    const folded = importOnnx(bytes, { name: "x" });
    const { network, weights } = withNorms(folded);
    const kinds = network.nodes.map(({ op }) => op.kind);
    expect(kinds.filter((kind) => kind === "batch-norm")).toHaveLength(7);
    expect(kinds.filter((kind) => kind === "conv")).toHaveLength(7);
    const images = numbers(2 * 3 * 144);
    const theirs = await scoresOf(bytes, images, [2, 3, 12, 12]);
    const ours = await scoresOf(exportOnnx({ network, weights }), images, [2, 3, 12, 12]);
    for (const [place, score] of ours.entries()) expect(score).toBeCloseTo(theirs[place]!, 5);
  });

  test("the file's own normalisation is kept beside the network, for pixels from 0 to 1", () => {
    const { normalisation, notes } = importOnnx(readFileSync(new URL("spelled.onnx", fixtures)), {
      name: "x",
    });
    expect(normalisation?.pixelScale).toBe(1);
    expect(normalisation?.mean01.map((value) => Number(value.toFixed(4)))).toEqual([0.485, 0.456, 0.406]);
    expect(normalisation?.sd01.map((value) => Number(value.toFixed(4)))).toEqual([0.229, 0.224, 0.225]);
    expect(notes.join()).toMatch(/\(Softmax\): left out/);
  });
});

describe("what we export is read back", () => {
  // Some are large, and of some a part depends on no image.
  for (const name of Object.keys(exampleNetworks).filter((one) => !/^genius|^tangled|-zero$/.test(one))) {
    test(name, async () => {
      const network = exampleNetworks[name]!();
      const weights = randomWeights(network, 3);
      const bytes = exportOnnx({ network, weights });
      const read = importOnnx(bytes, { name });
      const folded = foldBatchNorms(withoutZeros(network), weights).network;
      expect(networkCost(read.network).macCount).toBe(networkCost(folded).macCount);
      expect(await difference(bytes)).toBeLessThan(1e-5);
    });
  }

  for (const [name, { load }] of Object.entries(references)) {
    test(`${name}, the same network but for its folded norms`, async () => {
      const network = (await load()).build({ input: [3, 32, 32], classCount: 10, width: 0.25 });
      const weights = randomWeights(network, 3);
      const read = importOnnx(exportOnnx({ network, weights }), { name });
      expect(canonicalKey(read.network)).toBe(canonicalKey(foldBatchNorms(network, weights).network));
    });
  }
});

const cases: Readonly<Record<string, Written>> = {
  "a pooling padded by zeros behind a relu": joined(
    conv("x", "a"),
    body(
      node("Relu", "a", "b"),
      node("Pad", "b pads", "c"),
      node("MaxPool", "c", "d", { kernel_shape: [3, 3], strides: [2, 2] }),
    ),
    { nodes: [], constants: [integers("pads", 0, 0, 1, 1, 0, 0, 1, 1)] },
    head("d", 4),
  ),
  "padding by TensorFlow's rule": joined(
    conv("x", "a", { auto_pad: "SAME_UPPER", strides: [2, 2] }),
    head("a", 4),
  ),
  "padding that no window reaches": joined(
    conv("x", "a", { pads: [1, 1, 0, 0], strides: [2, 2] }),
    head("a", 4),
  ),
  "averages that do and do not count their padding": joined(
    conv("x", "a"),
    body(
      node("AveragePool", "a", "b", { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }),
      node("AveragePool", "b", "c", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
    ),
    head("c", 4),
  ),
  "an average over all there is": joined(
    conv("x", "a"),
    body(
      node("AveragePool", "a", "pooled", { kernel_shape: [6, 8] }),
      node("Flatten", "pooled", "flat"),
      node("Gemm", "flat head", "y", { transB: 1 }),
    ),
    { nodes: [], constants: [floats("head", 5, 4)] },
  ),
  "the maximum of each channel": joined(conv("x", "a"), body(node("GlobalMaxPool", "a", "b")), head("b", 4)),
  "a mean without its axes, and MatMul with Add": joined(conv("x", "a"), {
    nodes: [
      node("ReduceMean", "a", "b", { axes: [2, 3], keepdims: 0 }),
      node("MatMul", "b w", "c"),
      node("Add", "c bias", "y"),
    ],
    constants: [floats("w", 4, 5), floats("bias", 5)],
  }),
  "a shape worked out from the input's": joined(conv("x", "a"), {
    nodes: [
      node("Shape", "a", "shape"),
      node("Gather", "shape zero", "first", { axis: 0 }),
      node("Concat", "first rest", "wanted", { axis: 0 }),
      node("Reshape", "a wanted", "flat"),
      node("Gemm", "flat w bias", "y", { alpha: { float: 0.5 }, beta: { float: 2 } }),
    ],
    constants: [integers("zero", 0), integers("rest", -1), floats("w", 192, 5), floats("bias", 5)],
  }),
  "branches of a Split, one of them negative": joined(
    conv("x", "a"),
    body(
      node("Split", "a", "b c", { axis: 1 }),
      node("Sub", "b c", "d"),
      node("Neg", "c", "e"),
      node("Concat", "d e b", "f", { axis: 1 }),
    ),
    head("f", 6),
  ),
  "channels that are gathered, and every second row and column": joined(
    conv("x", "a"),
    body(node("Gather", "a some", "b", { axis: 1 }), node("Slice", "b from to axes steps", "c")),
    {
      nodes: [],
      constants: [
        integers("some", 1, 2, 3),
        integers("from", 0, 0),
        integers("to", 1000, 1000),
        integers("axes", 2, 3),
        integers("steps", 2, 2),
      ],
    },
    head("c", 3),
  ),
  "scales and shifts of each channel, before and behind a branching": joined(
    conv("x", "a"),
    body(
      node("Mul", "a scale", "b"),
      node("Add", "b shift", "c"),
      node("Relu", "c", "d"),
      node("Div", "d scale", "e"),
      node("Sub", "one c", "f"),
      node("Sum", "d e f", "g"),
      node("Mul", "g half", "h"),
    ),
    {
      nodes: [],
      constants: [
        floats("scale", 1, 4, 1, 1),
        floats("shift", 4, 1, 1),
        number("half", 0.5),
        number("one", 1),
      ],
    },
    head("h", 4),
  ),
  "gates with and without their pixels": joined(
    conv("x", "a"),
    body(
      node("GlobalAveragePool", "a", "b"),
      node("HardSigmoid", "b", "c", { alpha: { float: 1 / 6 } }),
      node("Mul", "c a", "d"),
      node("Sigmoid", "d", "e"),
      node("Mul", "d e", "f"),
    ),
    head("f", 4),
  ),
  "a map made larger": joined(
    conv("x", "a"),
    body(
      node("Resize", "a - scales", "b", {
        mode: "nearest",
        coordinate_transformation_mode: "asymmetric",
        nearest_mode: "floor",
      }),
    ),
    { nodes: [], constants: [{ name: "scales", dims: [4], data: Float32Array.of(1, 1, 2, 2) }] },
    head("b", 4),
  ),
  "bounds as attributes, as before operator set 11": {
    ...joined(conv("x", "a"), {
      nodes: [
        node("Clip", "a", "b", { min: { float: 0 }, max: { float: 6 } }),
        node("Flatten", "b", "c"),
        node("MatMul", "c w", "y"),
      ],
      constants: [floats("w", 192, 5)],
    }),
    operatorSet: 10,
  },
};

describe("rules", () => {
  for (const [name, written] of Object.entries(cases)) {
    test(name, async () => expect(await difference(fileOf(written))).toBeLessThan(1e-5));
  }

  test("channels behind, as TensorFlow has them", async () => {
    const written: Written = {
      input: ["N", 6, 8, 3],
      nodes: [
        node("Transpose", "x", "first", { perm: [0, 3, 1, 2] }),
        node("Conv", "first weight", "a", { pads: [1, 1, 1, 1] }),
        node("Transpose", "a", "b", { perm: [0, 2, 3, 1] }),
        node("Add", "b bias", "c"),
        node("Relu", "c", "d"),
        node("ReduceMean", "d", "gate", { axes: [1, 2] }),
        node("Mul", "d gate", "e"),
        node("MatMul", "e pixels", "f"),
        node("Reshape", "f wanted", "flat"),
        node("MatMul", "flat w", "y"),
      ],
      constants: [
        floats("weight", 4, 3, 3, 3),
        floats("bias", 4),
        floats("pixels", 4, 2),
        integers("wanted", -1, 96),
        floats("w", 96, 5),
      ],
    };
    expect(await difference(fileOf(written), { isLast: true })).toBeLessThan(1e-5);
  });

  test("constants of many numbers, joined and reduced, do not overflow the stack", () => {
    const count = 300_000;
    const { network } = importOnnx(
      fileOf({
        nodes: [
          node("GlobalAveragePool", "x", "pooled"),
          node("Flatten", "pooled", "flat"),
          node("Concat", "w w", "joined", { axis: 1 }),
          node("ReduceMax", "many", "most", { keepdims: 0 }),
          node("ReduceMin", "many", "least", { keepdims: 0 }),
          node("Sub", "most least", "range"),
          node("Mul", "joined range", "scaled"),
          node("MatMul", "flat scaled", "y"),
        ],
        constants: [floats("w", 3, count), floats("many", count)],
      }),
      { name: "x" },
    );
    expect(network.nodes.at(-1)?.op).toMatchObject({ kind: "linear", outFeatures: 2 * count });
    const doubles = Float64Array.from({ length: count }, (_, place) => place / 2);
    const tensor = [
      ...integerField(1, count),
      ...integerField(2, 11),
      ...textField(8, "many"),
      ...bytesField(10, new Uint8Array(doubles.buffer)),
    ];
    const decoded = decodeOnnxModel(joinChunks(messageField(7, messageField(5, tensor))));
    expect(decoded.initializers.get("many")?.data).toEqual(doubles);
  });

  test("a padding that one side has more of is zeros of the kernel, and said", () => {
    const { network, notes } = importOnnx(fileOf(cases["padding by TensorFlow's rule"]!), { name: "x" });
    expect(network.nodes[1]?.op).toMatchObject({ kernel: [4, 4], padding: [1, 1] });
    expect(notes.join()).toMatch(/4×4 with zeros in front/);
  });
});
