// Weight sharing: the sum of its inputs, input i times share `firstShare` + i of the numbers that come with each step.
// It exists while a supernet is trained; a network that is exported has one of the inputs in its place.
import { GeniusError } from "../../base/errors.ts";
import { free, none, type Operator } from "../operator.ts";
import { commonShape } from "./add.ts";

export interface Mixture {
  readonly kind: "mixture";
  readonly firstShare: number;
}

/** Refuses to predict with, or to export, a network in which nothing was chosen yet. */
export function unchosen(id: string): GeniusError {
  return new GeniusError(
    "wrong-use",
    `Node "${id}" (mixture) has no form outside training: choose one of its inputs first.`,
  );
}

export const mixture: Operator<Mixture> = {
  kind: "mixture",
  inputCount: "any",
  takes: "either",
  gives: "alike",
  commutative: false,
  channelwise: true,
  pure: false,
  identity: () => false,
  shape: (_op, inputs) => commonShape(inputs),
  parameters: none,
  macs: free,
  words: () => "mixture of options",
  label: () => "mixture",
  onnx(_op, { id }) {
    throw unchosen(id);
  },
  torch() {
    throw unchosen("mixture");
  },
  examples: [
    {
      op: { kind: "mixture", firstShare: 0 },
      inputs: [
        [3, 4, 5],
        [3, 4, 5],
      ],
    },
  ],
};
