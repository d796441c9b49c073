// Rules that join or rescale maps: add, multiply (gates), concat, scale, flatten. All work in either layout; concat
// stays blocked only when every part fills whole blocks.
import { concat, multiply, reshape, slice } from "../graph/operations.ts";
import type { MapShape } from "../model.ts";
import { dotPerImage } from "./channels.ts";
import type { FeatureMap, Layout, Lowered, LoweringContext } from "./context.ts";
import {
  commonLayout,
  exposeBlocks,
  featureMap,
  layoutOf,
  read,
  sumMaps,
  tensorShape,
  zeroMap,
} from "./feature-map.ts";

export function lowerAdd(context: LoweringContext, inputs: readonly FeatureMap[]): Lowered {
  const [first, ...rest] = inputs as readonly [FeatureMap, ...FeatureMap[]];
  return {
    output: rest.reduce((sum, map) => sumMaps(context, sum, map), first),
    backward: (gradient) => inputs.map(() => gradient),
  };
}

/** The product of two maps of one shape, or of a map and a gate [C, 1, 1]. */
export function lowerMultiply(context: LoweringContext, inputs: readonly [FeatureMap, FeatureMap]): Lowered {
  const { graph } = context;
  const [a, b] = inputs;
  if (a.shape.join() === b.shape.join()) {
    const layout = commonLayout(inputs);
    const [left, right] = [read(context, a, layout), read(context, b, layout)];
    return {
      output: featureMap(a.shape, layout, multiply(graph, left, right)),
      backward(gradient) {
        const d = read(context, gradient, layout);
        return [
          featureMap(a.shape, layout, multiply(graph, d, right)),
          featureMap(b.shape, layout, multiply(graph, d, left)),
        ];
      },
    };
  }
  const gateFirst = a.shape[1] * a.shape[2] < b.shape[1] * b.shape[2];
  const [map, gate] = gateFirst ? [b, a] : [a, b];
  const layout = layoutOf(map);
  const x = read(context, map, layout);
  const s = read(context, gate, layout);
  const gated = (tensor: typeof x) =>
    layout === "plain"
      ? multiply(graph, tensor, s)
      : reshape(graph, multiply(graph, exposeBlocks(context, tensor), exposeBlocks(context, s)), x.shape);
  return {
    output: featureMap(map.shape, layout, gated(x)),
    backward(gradient) {
      const d = read(context, gradient, layout);
      const dx = featureMap(map.shape, layout, gated(d));
      const ds = featureMap(gate.shape, layout, dotPerImage(context, d, x, layout));
      return gateFirst ? [ds, dx] : [dx, ds];
    },
  };
}

export function lowerConcat(
  context: LoweringContext,
  inputs: readonly FeatureMap[],
  shape: MapShape,
): Lowered {
  const { graph } = context;
  const whole = inputs.every((map) => map.shape[0] % context.target.blockSize === 0);
  const layout: Layout = whole ? commonLayout(inputs) : "plain";
  const tensors = inputs.map((map) => read(context, map, layout));
  return {
    output: featureMap(shape, layout, concat(graph, tensors, 1)),
    backward(gradient) {
      const d = read(context, gradient, layout);
      let start = 0;
      return inputs.map((map) => {
        const part = slice(graph, d, 1, [start, start + map.shape[0]]);
        start += map.shape[0];
        return featureMap(map.shape, layout, part);
      });
    },
  };
}

export function lowerScale(context: LoweringContext, factor: number, input: FeatureMap): Lowered {
  const scaled = (map: FeatureMap): FeatureMap => {
    if (factor === 1 || map.zero) return map;
    if (factor === 0) return zeroMap(map.shape);
    const layout = layoutOf(map);
    return featureMap(map.shape, layout, multiply(context.graph, read(context, map, layout), factor));
  };
  return { output: scaled(input), backward: (gradient) => [scaled(gradient)] };
}

export function lowerFlatten(context: LoweringContext, input: FeatureMap, shape: MapShape): Lowered {
  const { graph } = context;
  const reshaped = (map: FeatureMap, to: MapShape) =>
    featureMap(to, "plain", reshape(graph, read(context, map, "plain"), tensorShape(context, to, "plain")));
  if (input.shape.join() === shape.join()) return { output: input, backward: (gradient) => [gradient] };
  return { output: reshaped(input, shape), backward: (gradient) => [reshaped(gradient, input.shape)] };
}
