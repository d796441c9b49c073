// Mixes the channels of `groups` groups: channel c of group g becomes channel c · groups + g.
// @see https://arxiv.org/abs/1707.01083
import { type FeatureShape, free, none, type Operator } from "../operator.ts";
import { call, positional } from "../torch-module.ts";

export interface ChannelShuffle {
  readonly kind: "channel-shuffle";
  readonly groups: number;
}

export const channelShuffle: Operator<ChannelShuffle> = {
  kind: "channel-shuffle",
  inputCount: 1,
  takes: "map",
  gives: "map",
  commutative: false,
  channelwise: false,
  pure: true,
  identity: ({ groups }) => groups === 1,
  shape({ groups }, [input]) {
    const [channels] = input as FeatureShape;
    return channels % groups === 0
      ? (input as FeatureShape)
      : `${channels} channels do not divide into ${groups} groups`;
  },
  parameters: none,
  macs: free,
  words: ({ groups }) => `channels of ${groups} groups shuffled`,
  label: ({ groups }) => `shuffle ${groups}`,
  onnx({ groups }, { id, graph, inputs, shape: [channels, height, width] }) {
    const reshape = (part: string, input: string, dims: readonly number[]) =>
      graph.emit("Reshape", part, [
        input,
        graph.constant(`${part}.shape`, [dims.length], BigInt64Array.from(dims, BigInt)),
      ]);
    const split = reshape(`${id}.split`, inputs[0] as string, [0, groups, channels / groups, height * width]);
    const swapped = graph.emit("Transpose", `${id}.swap`, [split], { perm: [0, 2, 1, 3] });
    return reshape(id, swapped, [0, channels, height, width]);
  },
  torch: ({ groups }) => call("nn.ChannelShuffle", positional("groups", "number", groups)),
  examples: [{ op: { kind: "channel-shuffle", groups: 3 }, inputs: [[6, 4, 5]] }],
};
