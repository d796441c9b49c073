// Stochastic depth: in training, a whole image's map is 0 with probability `rate` and divided by 1 − rate otherwise.
// @see https://arxiv.org/abs/1603.09382
import { free, none, type Operator, sameShape } from "../operator.ts";
import { call, positional } from "../torch-module.ts";
import { rateFault } from "./dropout.ts";

export interface DropPath {
  readonly kind: "drop-path";
  /** 0 to below 1. */
  readonly rate: number;
}

const source = `class DropPath(nn.Module):
    """Stochastic depth: in training, zeroes whole images with probability \`rate\`."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return x
        kept = torch.rand(x.shape[0], 1, 1, 1, device=x.device) >= self.rate
        return x * kept.to(x.dtype) / (1 - self.rate)
`;

export const dropPath: Operator<DropPath> = {
  kind: "drop-path",
  inputCount: 1,
  takes: "map",
  gives: "map",
  commutative: false,
  channelwise: true,
  pure: false,
  identity: ({ rate }) => rate === 0,
  shape: (op, inputs) => rateFault(op.rate) ?? sameShape(op, inputs),
  parameters: none,
  macs: free,
  words: ({ rate }) => `drop path ${rate}`,
  label: ({ rate }) => `drop path ${rate}`,
  onnx: (_op, { inputs }) => inputs[0] as string,
  torch: ({ rate }) => ({ ...call("DropPath", positional("rate", "number", rate)), source }),
  examples: [{ op: { kind: "drop-path", rate: 0.3 }, inputs: [[3, 4, 5]] }],
};
