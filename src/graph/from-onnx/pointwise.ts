// Activations, arithmetic with constants, and what joins branches: sums, products and concatenations.
import { type Affine, applied, byChannel } from "./affine.ts";
import { numberAttribute, textAttribute } from "./constants.ts";
import { refuse } from "./fault.ts";
import { asMap, asVector, inLayout, layoutOf, withoutRest } from "./layout.ts";
import { boundsOf } from "./pattern.ts";
import { activated, featureAt, type Rule, type RuleSetting } from "./rule.ts";
import { axisOf, type Feature, sizeOf } from "./value.ts";

const near = (value: number, wanted: number) =>
  Math.abs(value - wanted) <= 1e-4 * Math.max(1, Math.abs(wanted));

const clip: Rule = (setting) => {
  const { node, graph, build } = setting;
  const [low, high] = boundsOf(graph, node) ?? refuse("its bounds are computed, not constant");
  if (near(low, 0) && high >= 1e30) return activated(build, featureAt(setting, 0), "relu");
  if (near(low, 0) && near(high, 6)) return activated(build, featureAt(setting, 0), "relu6");
  return refuse(`it clips to ${low} and ${high}; there are relu (from 0) and relu6 (0 to 6)`);
};

const hardSigmoid: Rule = (setting) => {
  const [alpha, beta] = [
    numberAttribute(setting.node, "alpha", 0.2),
    numberAttribute(setting.node, "beta", 0.5),
  ];
  if (!near(alpha, 1 / 6) || !near(beta, 0.5))
    return refuse(
      `its slope is ${alpha} and its shift ${beta}; the hard sigmoid here has 1/6 and 1/2, as PyTorch's`,
    );
  return activated(setting.build, featureAt(setting, 0), "hard-sigmoid");
};

const gelu: Rule = (setting) =>
  textAttribute(setting.node, "approximate") === "tanh"
    ? refuse("it is the GELU by tanh, which is not the exact one here")
    : activated(setting.build, featureAt(setting, 0), "gelu");

const swish: Rule = (setting) =>
  near(numberAttribute(setting.node, "alpha", 1), 1)
    ? activated(setting.build, featureAt(setting, 0), "silu")
    : refuse("its alpha is not 1");

/** The two inputs of arithmetic: both of the network, or one with a constant. */
function operandsOf({ inputs }: RuleSetting) {
  const [a, b] = inputs;
  if (a?.kind === "feature" && b?.kind === "feature") return { kind: "both", a, b } as const;
  if (a?.kind === "feature" && b?.kind === "constant")
    return { kind: "right", feature: a, constant: b.tensor } as const;
  if (a?.kind === "constant" && b?.kind === "feature")
    return { kind: "left", feature: b, constant: a.tensor } as const;
  return refuse("it needs two inputs");
}

const ones = (like: Float64Array) => new Float64Array(like.length).fill(1);
const none = (like: Float64Array) => new Float64Array(like.length);

const arithmetic =
  (
    withConstant: (values: Float64Array, isLeft: boolean) => Affine,
    both: (setting: RuleSetting, a: Feature, b: Feature) => Feature,
  ): Rule =>
  (setting) => {
    const operands = operandsOf(setting);
    if (operands.kind === "both") return both(setting, operands.a, operands.b);
    const { constant } = operands;
    const feature = withoutRest(setting.build, operands.feature);
    return applied(
      setting,
      feature,
      withConstant(byChannel(setting, feature, constant), operands.kind === "left"),
    );
  };

/** Joins values of one shape. */
function joined(setting: RuleSetting, kind: "add" | "multiply", features: readonly Feature[]): Feature {
  const { build } = setting;
  const [first] = features as readonly [Feature];
  const isAlike = features.every(
    (feature) =>
      feature.padding === undefined &&
      build.shape(feature.base).join() === build.shape(first.base).join() &&
      feature.dims.join() === first.dims.join() &&
      isSameView(feature.view, first.view) &&
      sizeOf(feature.dims.slice(1)) === sizeOf(build.shape(feature.base)),
  );
  if (isAlike)
    return {
      ...first,
      base: build.add(
        { kind },
        features.map(({ base }) => base),
      ),
      isSole: true,
    };
  for (const layout of ["first", "last"] as const) {
    if (
      features.some((feature) => feature.padding !== undefined || layoutOf(build, feature, layout) !== layout)
    )
      continue;
    const base = build.add(
      { kind },
      features.map((feature) => feature.base),
    );
    const like = features.reduce((long, { dims }) => (sizeOf(dims) > sizeOf(long) ? dims : long), first.dims);
    return { ...inLayout(build, base, { layout, like }), dims: like };
  }
  const base = build.add(
    { kind },
    features.map((feature) => asMap(build, feature)),
  );
  return { kind: "feature", dims: [first.dims[0] as number, ...build.shape(base)], base, isSole: true };
}

const isSameView = (a: Int32Array | undefined, b: Int32Array | undefined) =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.length === b.length &&
    a.every((value, index) => value === b[index]));

const add = arithmetic(
  (shift) => ({ factor: ones(shift), shift }),
  (setting, a, b) => joined(setting, "add", [a, b]),
);

const negative = (setting: RuleSetting, given: Feature) => {
  const feature = withoutRest(setting.build, given);
  const [channels] = setting.build.shape(feature.base);
  return applied(setting, feature, {
    factor: new Float64Array(channels).fill(-1),
    shift: new Float64Array(channels),
  });
};

const subtract = arithmetic(
  (values, isLeft) =>
    isLeft
      ? { factor: new Float64Array(values.length).fill(-1), shift: values }
      : { factor: ones(values), shift: values.map((value) => -value) },
  (setting, a, b) => joined(setting, "add", [a, negative(setting, { ...b, isSole: false })]),
);

const multiply = arithmetic(
  (factor) => ({ factor, shift: none(factor) }),
  (setting, a, b) => joined(setting, "multiply", [a, b]),
);

const divide = arithmetic(
  (values, isLeft) =>
    isLeft
      ? refuse("it divides by a value of the network")
      : { factor: values.map((value) => 1 / value), shift: none(values) },
  () => refuse("it divides by a value of the network"),
);

const sum: Rule = (setting) =>
  joined(
    setting,
    "add",
    setting.inputs.map((_, index) => featureAt(setting, index)),
  );

const concat: Rule = (setting) => {
  const { node, build } = setting;
  const features = setting.inputs.map((_, index) => featureAt(setting, index));
  const [first] = features as unknown as readonly [Feature];
  const axis = axisOf(numberAttribute(node, "axis", 1), first.dims.length);
  const total = features.reduce((count, { dims }) => count + (dims[axis] as number), 0);
  const dims = first.dims.with(axis, total);
  if (axis === 1) {
    const parts = features.map((feature) =>
      feature.dims.length === 2 ? asVector(build, feature) : asMap(build, feature),
    );
    return { kind: "feature", dims, base: build.add({ kind: "concat" }, parts), isSole: true };
  }
  const areLast =
    axis === first.dims.length - 1 &&
    features.every((feature) => layoutOf(build, feature, "last") === "last");
  if (!areLast)
    return refuse(`it joins [${first.dims.join(", ")}] along axis ${axis}, and only channels can be`);
  const base = build.add(
    { kind: "concat" },
    features.map((feature) => feature.base),
  );
  return inLayout(build, base, { layout: "last", like: dims });
};

const softmax: Rule = (setting) => {
  const { node, graph, operatorSet } = setting;
  if (!graph.endsWith(node.outputs[0] ?? ""))
    return refuse("it is not the last of the network, where scores become probabilities");
  const { dims } = featureAt(setting, 0);
  const isOfOne = operatorSet >= 13;
  const axis = axisOf(numberAttribute(node, "axis", isOfOne ? -1 : 1), dims.length);
  // Before operator set 13 it is over all axes from this one on.
  const over = isOfOne ? [dims[axis] as number] : dims.slice(axis);
  if (axis === 0 || sizeOf(over) !== sizeOf(dims.slice(1)))
    return refuse(`it is over axis ${axis} of [${dims.join(", ")}], which is not that of the classes`);
  setting.note(
    `${node.name || "The last node"} (${node.operator}): left out, since networks here end in scores; the order of the classes is the same.`,
  );
  return featureAt(setting, 0);
};

export const pointwiseRules: Readonly<Record<string, Rule>> = {
  Relu: (setting) => activated(setting.build, featureAt(setting, 0), "relu"),
  Sigmoid: (setting) => activated(setting.build, featureAt(setting, 0), "sigmoid"),
  HardSwish: (setting) => activated(setting.build, featureAt(setting, 0), "hard-swish"),
  HardSigmoid: hardSigmoid,
  Clip: clip,
  Gelu: gelu,
  Swish: swish,
  Add: add,
  Sub: subtract,
  Mul: multiply,
  Div: divide,
  Neg: (setting) => negative(setting, featureAt(setting, 0)),
  Sum: sum,
  Concat: concat,
  Softmax: softmax,
  LogSoftmax: softmax,
};
