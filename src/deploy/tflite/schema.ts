// The part of TensorFlow Lite's published schema that our files use: numbers of operators, and the fields of their options by
// their place in the table. Written by hand from schema.fbs, since a generated reader of all 200 tables would be a hundred
// times as long. It must not know networks.
// @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/lite/schema/schema.fbs

export type TfliteType = "float32" | "int32" | "int8";

export const typeCodes = { float32: 0, int32: 2, int8: 9 } as const satisfies Record<TfliteType, number>;

/** The fields of an operator's options by their place; `default` is what a reader takes for an absent field. */
interface OptionsTable {
  readonly code: number;
  readonly fields: Readonly<
    Record<
      string,
      { readonly slot: number; readonly type: "int8" | "int32" | "bool"; readonly default?: number }
    >
  >;
}

export const fusedCodes = { none: 0, relu: 1, relu6: 3 } as const;
export const paddingCodes = { same: 0, valid: 1 } as const;

const fused = (slot: number) => ({ slot, type: "int8" }) as const;
const pool: OptionsTable = {
  code: 5,
  fields: {
    padding: { slot: 0, type: "int8" },
    strideW: { slot: 1, type: "int32" },
    strideH: { slot: 2, type: "int32" },
    filterW: { slot: 3, type: "int32" },
    filterH: { slot: 4, type: "int32" },
  },
};

interface OperatorFacts {
  readonly code: number;
  /** The version of the operator that has the 8-bit form, and of the one for floats. */
  readonly versions: readonly [int8: number, float32: number];
  readonly options?: OptionsTable;
}

const plain = (code: number): OptionsTable => ({ code, fields: {} });

export const tfliteOperators = {
  ADD: { code: 0, versions: [2, 1], options: { code: 11, fields: { fused: fused(0) } } },
  AVERAGE_POOL_2D: { code: 1, versions: [2, 1], options: pool },
  CONCATENATION: {
    code: 2,
    versions: [2, 1],
    options: { code: 10, fields: { axis: { slot: 0, type: "int32" } } },
  },
  CONV_2D: {
    code: 3,
    versions: [3, 1],
    options: {
      code: 1,
      fields: {
        padding: { slot: 0, type: "int8" },
        strideW: { slot: 1, type: "int32" },
        strideH: { slot: 2, type: "int32" },
        fused: fused(3),
      },
    },
  },
  DEPTHWISE_CONV_2D: {
    code: 4,
    versions: [3, 1],
    options: {
      code: 2,
      fields: {
        padding: { slot: 0, type: "int8" },
        strideW: { slot: 1, type: "int32" },
        strideH: { slot: 2, type: "int32" },
        depthMultiplier: { slot: 3, type: "int32" },
        fused: fused(4),
      },
    },
  },
  LOGISTIC: { code: 14, versions: [2, 1] },
  MAX_POOL_2D: { code: 17, versions: [2, 1], options: pool },
  MUL: { code: 18, versions: [2, 1], options: { code: 21, fields: { fused: fused(0) } } },
  RELU: { code: 19, versions: [2, 1] },
  RELU6: { code: 21, versions: [2, 1] },
  RESHAPE: { code: 22, versions: [1, 1] },
  PAD: { code: 34, versions: [2, 1], options: plain(22) },
  TRANSPOSE: { code: 39, versions: [2, 1], options: plain(26) },
  MEAN: {
    code: 40,
    versions: [2, 1],
    options: { code: 27, fields: { keepDims: { slot: 0, type: "bool" } } },
  },
  SUB: { code: 41, versions: [2, 1], options: { code: 28, fields: { fused: fused(0) } } },
  PADV2: { code: 60, versions: [2, 1], options: plain(43) },
  SLICE: { code: 65, versions: [2, 1], options: plain(48) },
  RSQRT: { code: 76, versions: [2, 1] },
  RESIZE_NEAREST_NEIGHBOR: {
    code: 97,
    versions: [3, 3],
    options: { code: 74, fields: { halfPixelCenters: { slot: 1, type: "bool" } } },
  },
  SQUARED_DIFFERENCE: { code: 99, versions: [2, 1], options: plain(76) },
  QUANTIZE: { code: 114, versions: [2, 1], options: plain(89) },
  HARD_SWISH: { code: 117, versions: [1, 1], options: plain(91) },
  GELU: {
    code: 150,
    versions: [2, 1],
    options: { code: 116, fields: { approximate: { slot: 0, type: "bool" } } },
  },
} as const satisfies Readonly<Record<string, OperatorFacts>>;

export type TfliteOperatorName = keyof typeof tfliteOperators;

/** The facts of an operator, without the types of its own. */
export const factsOf = (name: TfliteOperatorName): OperatorFacts => tfliteOperators[name];
