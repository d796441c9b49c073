// Constants that are multiplied with or added to a map, one for each channel: folded into the layer before where nothing else reads
// it, a multiplication by one number, or a batch norm that normalises by 0 and 1.

import type { ConstantTensor } from "../onnx/decode.ts";
import { volume } from "../operator.ts";
import { broadcastDims, spreadIndices } from "./constants.ts";
import { refuse } from "./fault.ts";
import { floats, type RuleSetting } from "./rule.ts";
import { type Feature, sizeOf } from "./value.ts";

/** y = x · factor + shift, by channels of the base. */
export interface Affine {
  readonly factor: Float64Array;
  readonly shift: Float64Array;
}

/** The numbers of a constant by channels of the feature's base. */
export function byChannel({ build }: RuleSetting, feature: Feature, constant: ConstantTensor): Float64Array {
  const { dims, base, view } = feature;
  const shape = build.shape(base);
  const [channels] = shape;
  if (constant.data.length === 1) return new Float64Array(channels).fill(constant.data[0] as number);
  const text = `[${constant.dims.join(", ")}]`;
  if (sizeOf(broadcastDims(constant.dims, dims)) !== sizeOf(dims))
    return refuse(`its constant ${text} is larger than its input [${dims.join(", ")}]`);
  const area = volume(shape) / channels;
  const from = spreadIndices(constant.dims, dims);
  const values = new Float64Array(channels).fill(Number.NaN);
  for (let index = 0; index < volume(shape); index += 1) {
    const channel = Math.floor((view?.[index] ?? index) / area);
    const value = constant.data[from[index] as number] as number;
    const known = values[channel] as number;
    if (!Number.isNaN(known) && known !== value)
      return refuse(
        `its constant ${text} differs within a channel, and only one number for each channel, or for all, can be kept`,
      );
    values[channel] = value;
  }
  return values;
}

/** The feature times `factor` plus `shift`. It has all of its base. */
export function applied(setting: RuleSetting, feature: Feature, { factor, shift }: Affine): Feature {
  const { build } = setting;
  if (feature.padding !== undefined)
    return refuse("zeros are added around a map and no convolution or pooling follows");
  const { base } = feature;
  const [channels] = build.shape(base);
  if (factor.length !== channels) return refuse("its constant does not fit the channels");
  if (![...factor, ...shift].every(Number.isFinite)) return refuse("its constant is not finite");
  const node = build.node(base);
  const { op } = node;
  const isShifted = shift.some((value) => value !== 0);
  const isUniform = factor.every((value) => value === factor[0]);
  const weights = build.weights(base);
  const scaled = (data: Float32Array) => {
    const each = data.length / channels;
    return data.map((value, index) => value * (factor[Math.floor(index / each)] as number));
  };
  const bias = (before: Float32Array | undefined) => ({
    dims: [channels],
    data: Float32Array.from(
      shift,
      (value, channel) => (before?.[channel] ?? 0) * (factor[channel] as number) + value,
    ),
  });
  const isOne = isUniform && factor[0] === 1;
  if (!isShifted && isUniform && base !== build.input)
    return isOne
      ? feature
      : { ...feature, base: build.add({ kind: "scale", factor: factor[0] as number }, [base]), isSole: true };
  if (feature.isSole && (op.kind === "conv" || op.kind === "linear") && weights.weight !== undefined) {
    const { weight } = weights;
    const folded = build.add({ ...op, bias: op.bias || isShifted }, node.inputs, {
      weight: isOne ? weight : { ...weight, data: scaled(weight.data) },
      ...((op.bias || isShifted) && { bias: bias(weights.bias?.data) }),
    });
    return { ...feature, base: folded, isSole: true };
  }
  if (
    feature.isSole &&
    (op.kind === "batch-norm" || op.kind === "layer-norm") &&
    weights.weight !== undefined
  ) {
    const folded = build.add(op, node.inputs, {
      ...weights,
      weight: { dims: [channels], data: scaled(weights.weight.data) },
      bias: bias(weights.bias?.data),
    });
    return { ...feature, base: folded, isSole: true };
  }
  return { ...feature, base: plainNorm(setting, base, { factor, shift }), isSole: true };
}

/** PyTorch's. */
const epsilon = 1e-5;

function plainNorm({ build }: RuleSetting, base: string, { factor, shift }: Affine): string {
  const channels = factor.length;
  const tensor = (data: Float32Array) => ({ dims: [channels], data });
  return build.add({ kind: "batch-norm", epsilon, momentum: 0.1 }, [base], {
    weight: tensor(Float32Array.from(factor, (value) => value * Math.sqrt(1 + epsilon))),
    bias: tensor(floats(shift)),
    runningMean: tensor(new Float32Array(channels)),
    runningVariance: tensor(new Float32Array(channels).fill(1)),
  });
}
