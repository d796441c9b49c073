// Zeros in the (strided) input's shape with `outChannels` channels: NAS-Bench-201's `none`.
import { type FeatureShape, free, none, type Operator, type Pair } from "../operator.ts";
import { call, keyword, positional } from "../torch-module.ts";
import { torchPair } from "../window.ts";

export interface Zero {
  readonly kind: "zero";
  readonly outChannels: number;
  readonly stride: Pair;
}

const source = `class Zero(nn.Module):
    """Zeros in the shape of the (strided) input with \`out_channels\` channels."""

    def __init__(self, out_channels: int, stride: int | tuple[int, int] = 1) -> None:
        super().__init__()
        self.out_channels = out_channels
        self.stride = stride if isinstance(stride, tuple) else (stride, stride)

    def forward(self, x: Tensor) -> Tensor:
        zeros = torch.zeros_like(x[:, :1, :: self.stride[0], :: self.stride[1]])
        return zeros.expand(-1, self.out_channels, -1, -1)
`;

export const zero: Operator<Zero> = {
  kind: "zero",
  inputCount: 1,
  takes: "map",
  gives: "map",
  commutative: false,
  channelwise: false,
  pure: true,
  identity: () => false,
  shape({ outChannels, stride }, [input]) {
    const [, height, width] = input as FeatureShape;
    if (!(stride[0] >= 1 && stride[1] >= 1))
      return `its stride must be at least 1, received ${stride.join("×")}`;
    return [outChannels, Math.ceil(height / stride[0]), Math.ceil(width / stride[1])];
  },
  parameters: none,
  macs: free,
  words: () => "zeros",
  label: () => "zeros",
  onnx(_op, { id, graph, inputs, shape }) {
    const batch = graph.emit("Shape", `${id}.batch`, inputs, { start: 0, end: 1 });
    const rest = graph.constant(`${id}.shape`, [3], BigInt64Array.from(shape, BigInt));
    const size = graph.emit("Concat", `${id}.size`, [batch, rest], { axis: 0 });
    return graph.emit("ConstantOfShape", id, [size]);
  },
  torch: ({ outChannels, stride }) => ({
    ...call(
      "Zero",
      positional("out_channels", "channels", outChannels),
      keyword("stride", "number", [torchPair(stride), 1]),
    ),
    source,
  }),
  examples: [{ op: { kind: "zero", outChannels: 4, stride: [1, 2] }, inputs: [[3, 4, 5]] }],
};
