// Layers with weights: Conv, Gemm, MatMul, BatchNormalization, LayerNormalization.
import type { ConstantTensor } from "../onnx/decode.ts";
import type { WeightTensor } from "../weights.ts";
import { numberAttribute } from "./constants.ts";
import { refuse } from "./fault.ts";
import { asMap, asVector, inLayout, layoutOf } from "./layout.ts";
import { constantAt, featureAt, floats, type Rule, type RuleSetting, weightAt } from "./rule.ts";
import { axisOf, type Feature, sizeOf } from "./value.ts";
import { addedPadding, type EvenWindow, evenWindow, windowOf } from "./window.ts";

const vectorOf = (tensor: ConstantTensor, length: number, what: string): WeightTensor =>
  tensor.data.length === length
    ? { dims: [length], data: floats(tensor.data) }
    : refuse(`its ${what} has ${tensor.data.length} numbers, and ${length} are needed`);

const conv: Rule = (setting) => {
  const { node, build } = setting;
  const { padding, ...unpadded } = featureAt(setting, 0);
  const inner =
    padding === undefined ? unpadded : { ...unpadded, dims: withoutPadding(unpadded.dims, padding) };
  const weight = weightAt(setting, 1, "weight");
  const [outChannels, inChannels, ...kernel] = weight.dims as [number, number, ...number[]];
  if (kernel.length !== 2) return refuse(`its window has ${kernel.length} sides, and images have two`);
  const input = asMap(build, inner);
  const shape = build.shape(input);
  const written = windowOf(node, shape, kernel);
  const window = evenWindow({ ...written, padding: addedPadding(written.padding, padding) }, shape, true);
  if (window.zeros[0] + window.zeros[1] > 0) {
    setting.note(
      `${node.name || "A node"} (Conv): padded more behind than before, so its kernel has ${window.kernel.join("×")} with zeros in front here.`,
    );
  }
  const bias = constantAt(setting, 2);
  if (bias === undefined && setting.inputs[2] !== undefined)
    return refuse("its bias is computed, not constant");
  const base = build.add(
    {
      ...{ kind: "conv", outChannels, kernel: window.kernel, stride: window.stride, padding: window.padding },
      ...{ groups: numberAttribute(node, "group", 1), bias: bias !== undefined },
    },
    [input],
    {
      weight: withZeros(
        {
          dims: [outChannels, inChannels, kernel[0] as number, kernel[1] as number],
          data: floats(weight.data),
        },
        window,
      ),
      ...(bias !== undefined && { bias: vectorOf(bias, outChannels, "bias") }),
    },
  );
  return mapOf(base, setting, inner);
};

const withoutPadding = (
  dims: readonly number[],
  { top, left, bottom, right }: NonNullable<Feature["padding"]>,
) => [...dims.slice(0, 2), (dims[2] as number) - top - bottom, (dims[3] as number) - left - right];

/** A new map [N, C, H, W]. */
export const mapOf = (base: string, { build }: RuleSetting, like: Feature): Feature => ({
  ...{ kind: "feature", dims: [like.dims[0] as number, ...build.shape(base)], base, isSole: true },
});

function withZeros(weight: WeightTensor, { kernel, zeros }: EvenWindow): WeightTensor {
  if (zeros[0] + zeros[1] === 0) return weight;
  const [outer, inner, height, width] = weight.dims as [number, number, number, number];
  const data = new Float32Array(outer * inner * kernel[0] * kernel[1]);
  for (let filter = 0; filter < outer * inner; filter += 1)
    for (let row = 0; row < height; row += 1)
      for (let column = 0; column < width; column += 1)
        data[(filter * kernel[0] + row + zeros[0]) * kernel[1] + column + zeros[1]] = weight.data[
          (filter * height + row) * width + column
        ] as number;
  return { dims: [outer, inner, kernel[0], kernel[1]], data };
}

/** [out, in] from [in, out]. */
function transposed({ dims, data }: ConstantTensor): ConstantTensor {
  const [rows, columns] = dims as [number, number];
  const turned = new Float32Array(data.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      turned[column * rows + row] = data[row * columns + column] as number;
  return { dims: [columns, rows], data: turned, isInteger: false };
}

const gemm: Rule = (setting) => {
  const { node } = setting;
  if (numberAttribute(node, "transA", 0) === 1) return refuse("it transposes its input");
  const given = weightAt(setting, 1, "weight");
  if (given.dims.length !== 2) return refuse(`its weight has the shape [${given.dims.join(", ")}]`);
  const weight = numberAttribute(node, "transB", 0) === 1 ? given : transposed(given);
  const [alpha, beta] = [numberAttribute(node, "alpha", 1), numberAttribute(node, "beta", 1)];
  const bias = constantAt(setting, 2);
  if (bias === undefined && setting.inputs[2] !== undefined)
    return refuse("its bias is computed, not constant");
  const outFeatures = weight.dims[0] as number;
  const spread =
    bias?.data.length === 1 ? new Float32Array(outFeatures).fill(bias.data[0] as number) : bias?.data;
  return linear(setting, {
    weight:
      alpha === 1 ? weight : { ...weight, data: weight.data.map((value) => value * alpha) as Float32Array },
    ...(spread !== undefined && { bias: floats(spread).map((value) => value * beta) }),
  });
};

const matMul: Rule = (setting) => {
  const weight = constantAt(setting, 1);
  if (weight === undefined)
    return refuse("it multiplies two values of the network, as attention does, and no layer here does that");
  if (weight.dims.length !== 2) return refuse(`its weight has the shape [${weight.dims.join(", ")}]`);
  return linear(setting, { weight: transposed(weight) });
};

/** A linear layer of the last axis: of a vector, or of each pixel where the channels come last, which is a 1×1 convolution. */
function linear(
  setting: RuleSetting,
  { weight, bias }: { readonly weight: ConstantTensor; readonly bias?: Float32Array },
): Feature {
  const { build } = setting;
  const feature = featureAt(setting, 0);
  const { dims, base } = feature;
  const [outFeatures, inFeatures] = weight.dims as [number, number];
  if (dims.at(-1) !== inFeatures)
    return refuse(`its weight is for ${inFeatures} features, and its input has ${dims.at(-1)}`);
  const given = {
    weight: { dims: [outFeatures, inFeatures], data: floats(weight.data) },
    ...(bias !== undefined && {
      bias: {
        dims: [outFeatures],
        data: bias.length === outFeatures ? bias : refuse(`its bias has ${bias.length} numbers`),
      },
    }),
  };
  const hasBias = bias !== undefined;
  const isVector = sizeOf(dims.slice(1)) === inFeatures;
  if (!isVector) {
    if (layoutOf(build, feature, "last") !== "last")
      return refuse(`its input [${dims.join(", ")}] is neither a vector nor a map with its channels last`);
    const op = {
      kind: "conv",
      outChannels: outFeatures,
      kernel: 1,
      stride: 1,
      padding: 0,
      groups: 1,
      bias: hasBias,
    } as const;
    const pixelWeight = { ...given.weight, dims: [outFeatures, inFeatures, 1, 1] };
    const pixels = build.add(op, [base], { ...given, weight: pixelWeight });
    return inLayout(build, pixels, { layout: "last", like: dims });
  }
  const op = { kind: "linear", outFeatures, bias: hasBias } as const;
  const out = (id: string): Feature => ({
    ...{ kind: "feature", dims: [...dims.slice(0, -1), outFeatures], base: id, isSole: true },
  });
  const { view } = feature;
  if (view === undefined || feature.padding !== undefined)
    return out(build.add(op, [asVector(build, feature)], given));
  // Features in another order, as from channels that come last: the columns of the weight are put into ours.
  const { view: _, ...whole } = feature;
  const shape = build.shape(base);
  const size = shape[0] * shape[1] * shape[2];
  const columns = new Float32Array(outFeatures * size);
  for (let row = 0; row < outFeatures; row += 1)
    for (let column = 0; column < inFeatures; column += 1)
      columns[row * size + (view[column] as number)] = given.weight.data[row * inFeatures + column] as number;
  const input = asVector(build, { ...whole, dims: [dims[0] as number, size] });
  return out(build.add(op, [input], { ...given, weight: { dims: [outFeatures, size], data: columns } }));
}

const batchNormalization: Rule = (setting) => {
  const { node, build } = setting;
  if (numberAttribute(node, "training_mode", 0) !== 0)
    return refuse("it is in training mode: export the network after model.eval()");
  const feature = featureAt(setting, 0);
  const { dims } = feature;
  const base = dims.length === 2 ? asVector(build, feature) : asMap(build, feature);
  const [channels] = build.shape(base);
  const tensor = (index: number, what: string) => vectorOf(weightAt(setting, index, what), channels, what);
  // ONNX keeps this share of the old statistics, PyTorch this share of the new.
  const momentum = Math.round(1e6 * (1 - numberAttribute(node, "momentum", 0.9))) / 1e6;
  const variance = tensor(4, "variance");
  const negative = variance.data.find((value) => value < 0);
  if (negative !== undefined) return refuse(`its variance is negative: ${negative}`);
  const epsilon = numberAttribute(node, "epsilon", 1e-5);
  if (!(epsilon >= 0 && epsilon < Number.POSITIVE_INFINITY)) return refuse(`its epsilon is ${epsilon}`);
  const id = build.add(
    {
      kind: "batch-norm",
      epsilon: readable(epsilon),
      momentum: momentum >= 0 && momentum <= 1 ? momentum : 0.1,
    },
    [base],
    {
      weight: tensor(1, "scale"),
      bias: tensor(2, "shift"),
      runningMean: tensor(3, "mean"),
      runningVariance: variance,
    },
  );
  return { kind: "feature", dims, base: id, isSole: true };
};

/** A number that was stored in 32 bits, as it was written: 0.00001 for 0.000009999999747378752. */
export const readable = (value: number): number => Number(value.toPrecision(6));

const layerNormalization: Rule = (setting) => {
  const { node, build } = setting;
  const feature = featureAt(setting, 0);
  const { dims } = feature;
  const axis = axisOf(numberAttribute(node, "axis", -1), dims.length);
  const layout = axis === dims.length - 1 ? layoutOf(build, feature, "last") : undefined;
  const isVector = dims.length === 2 && layout === "first";
  if (layout !== "last" && !isVector)
    return refuse(
      `it normalises over more than the channels of a pixel: its input is [${dims.join(", ")}], from axis ${axis} on`,
    );
  const [channels] = build.shape(feature.base);
  const bias = constantAt(setting, 2);
  const base = build.add(
    { kind: "layer-norm", epsilon: readable(numberAttribute(node, "epsilon", 1e-5)) },
    [feature.base],
    {
      weight: vectorOf(weightAt(setting, 1, "scale"), channels, "scale"),
      bias:
        bias === undefined
          ? { dims: [channels], data: new Float32Array(channels) }
          : vectorOf(bias, channels, "shift"),
    },
  );
  return { ...feature, base, isSole: true };
};

export const layerRules: Readonly<Record<string, Rule>> = {
  Conv: conv,
  Gemm: gemm,
  MatMul: matMul,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
};
