// Layer norm over the channels of each pixel, as ConvNeXt uses it. @see https://arxiv.org/abs/2201.03545
import { type FeatureShape, free, type Operator, ones, sameShape, zeros } from "../operator.ts";
import { call, keyword, positional } from "../torch-module.ts";

export interface LayerNorm {
  readonly kind: "layer-norm";
  readonly epsilon: number;
}

const source = `class LayerNorm2d(nn.Module):
    """Normalises the channels of each pixel (arXiv:2201.03545)."""

    def __init__(self, channels: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        pixels = x.permute(0, 2, 3, 1)
        shape = (x.shape[1],)
        normed = nn.functional.layer_norm(pixels, shape, self.weight, self.bias, self.eps)
        return normed.permute(0, 3, 1, 2)
`;

export const layerNorm: Operator<LayerNorm> = {
  kind: "layer-norm",
  inputCount: 1,
  takes: "map",
  gives: "map",
  commutative: false,
  channelwise: false,
  pure: false,
  identity: () => false,
  shape: (op, inputs) =>
    op.epsilon > 0 ? sameShape(op, inputs) : `its epsilon must be above 0, received ${op.epsilon}`,
  parameters: (_op, [channels]: FeatureShape) => [
    { part: "weight", role: "norm-scale", dims: [channels], initial: ones },
    { part: "bias", role: "norm-shift", dims: [channels], initial: zeros },
  ],
  macs: free,
  words: () => "layer norm of each pixel's channels",
  label: () => undefined,
  onnx({ epsilon }, { id, graph, inputs }) {
    const pixels = graph.emit("Transpose", `${id}.pixels`, inputs, { perm: [0, 2, 3, 1] });
    const normed = graph.emit("LayerNormalization", `${id}.norm`, [pixels, `${id}.weight`, `${id}.bias`], {
      axis: -1,
      epsilon: { float: epsilon },
    });
    return graph.emit("Transpose", id, [normed], { perm: [0, 3, 1, 2] });
  },
  torch: ({ epsilon }, { inputShape }) => ({
    ...call(
      "LayerNorm2d",
      positional("channels", "channels", inputShape[0]),
      keyword("eps", "number", [epsilon, 1e-6]),
    ),
    source,
  }),
  examples: [{ op: { kind: "layer-norm", epsilon: 1e-6 }, inputs: [[5, 3, 4]] }],
};
