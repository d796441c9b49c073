// In training, each value is 0 with probability `rate` and divided by 1 − rate otherwise. Srivastava et al. 2014.
import { free, none, type Operator, sameShape } from "../operator.ts";
import { call, positional } from "../torch-module.ts";

export interface Dropout {
  readonly kind: "dropout";
  /** 0 to below 1. */
  readonly rate: number;
}

/** What is wrong with a rate, or nothing. */
export const rateFault = (rate: number): string | undefined =>
  rate >= 0 && rate < 1 ? undefined : `its rate must be from 0 to below 1, received ${rate}`;

export const dropout: Operator<Dropout> = {
  kind: "dropout",
  inputCount: 1,
  takes: "either",
  gives: "alike",
  commutative: false,
  channelwise: true,
  pure: false,
  identity: ({ rate }) => rate === 0,
  shape: (op, inputs) => rateFault(op.rate) ?? sameShape(op, inputs),
  parameters: none,
  macs: free,
  words: ({ rate }) => `dropout ${rate}`,
  label: ({ rate }) => `dropout ${rate}`,
  onnx: (_op, { inputs }) => inputs[0] as string,
  torch: ({ rate }) => call("nn.Dropout", positional("p", "number", rate)),
  examples: [{ op: { kind: "dropout", rate: 0.3 }, inputs: [[3, 4, 5]] }],
};
