// Maps of one size behind each other, channel by channel.
import { type FeatureShape, free, none, type Operator, shapeText } from "../operator.ts";

export interface Concat {
  readonly kind: "concat";
}

export const concat: Operator<Concat> = {
  kind: "concat",
  inputCount: "any",
  takes: "either",
  gives: "alike",
  commutative: false,
  channelwise: false,
  pure: true,
  identity: (_op, inputs) => inputs.length === 1,
  shape(_op, inputs) {
    const [first] = inputs as readonly [FeatureShape];
    let channels = 0;
    for (const other of inputs) {
      if (other[1] !== first[1] || other[2] !== first[2])
        return `shapes ${inputs.map(shapeText).join(", ")} do not fit: heights and widths must be the same`;
      channels += other[0];
    }
    return [channels, first[1], first[2]];
  },
  parameters: none,
  macs: free,
  words: () => "concatenation",
  label: () => undefined,
  onnx: (_op, { id, graph, inputs }) => graph.emit("Concat", id, inputs, { axis: 1 }),
  torch: () => ({
    kind: "expression",
    brackets: false,
    write: (inputs) => ({
      text: `torch.cat([${inputs.join(", ")}], dim=1)`,
      broken: [
        "torch.cat(",
        "    [",
        ...inputs.map((input) => `        ${input},`),
        "    ],",
        "    dim=1,",
        ")",
      ],
    }),
  }),
  examples: [
    {
      op: { kind: "concat" },
      inputs: [
        [2, 3, 4],
        [3, 3, 4],
        [1, 3, 4],
      ],
    },
  ],
};
