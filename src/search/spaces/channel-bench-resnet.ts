// Channel-Bench-Macro's ResNet: five residual blocks of two 3×3 convolutions, of which seven widths are decided.
// The stem has stride 2, which the published prompt leaves out and the published costs need.
import { z } from "zod";
import { classifier, conv, convNorm, norm } from "../../graph/blocks.ts";
import { createNetworkBuilder, type NetworkBuilder } from "../../graph/network.ts";
import { keyOf } from "../choices.ts";
import { defineSpace, type Space } from "../space.ts";
import { channelDecisions, levelsText, parseWidths, widthsOf } from "./parts/channel-levels.ts";

const layers = [
  { role: "width of the stem and of the first two blocks (16×16)", base: 64 },
  { role: "inner width of block 1 (16×16)", base: 64 },
  { role: "inner width of block 2 (16×16)", base: 64 },
  { role: "inner width of block 3, which halves the feature map (8×8)", base: 128 },
  { role: "width of the last three blocks and of the features classified (8×8)", base: 128 },
  { role: "inner width of block 4 (8×8)", base: 128 },
  { role: "inner width of block 5 (8×8)", base: 128 },
] as const;

function residual(
  build: NetworkBuilder,
  id: string,
  input: string,
  block: { readonly inner: number; readonly out: number; readonly stride: number },
): string {
  const { inner, out, stride } = block;
  let x = convNorm(build, `${id}.first`, input, {
    outChannels: inner,
    kernel: 3,
    stride,
    activation: "relu",
  });
  x = conv(build, `${id}.second.conv`, x, { outChannels: out, kernel: 3 });
  x = norm(build, `${id}.second.norm`, x);
  if (stride === 1) x = build.add(`${id}.add`, { kind: "add" }, input, x);
  return build.add(`${id}.act`, { kind: "activation", function: "relu" }, x);
}

const text = `input 3x32x32
block res inner c s=1: residual(conv inner k3 s norm relu conv c k3 norm) relu
w = ${levelsText(layers, 0)}
conv w k3 s2 norm relu
res ${levelsText(layers, 1)} w
res ${levelsText(layers, 2)} w
half = ${levelsText(layers, 3)}
v = ${levelsText(layers, 4)}
res half v s2
res ${levelsText(layers, 5)} v
res ${levelsText(layers, 6)} v
globalpool flatten linear 10
`;

const space: Space = {
  name: "channel-bench-resnet",
  summary:
    "A CIFAR-10 ResNet of five blocks whose seven widths are decided, four levels each. 16,384 designs, all published with accuracy; wider is not always better.",
  input: [3, 32, 32],
  classCount: 10,
  decisions: channelDecisions(layers),
  firstDigit: 1,
  costScopes: [
    [0, 1],
    [0, 2],
    [0, 3],
    [3, 4],
    [4, 5],
    [4, 6],
  ],
  asText: () => ({ text }),
  decode(choices) {
    const [stem, first, second, third, last, fourth, fifth] = widthsOf(layers, choices) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const build = createNetworkBuilder(`channel-bench-resnet/${keyOf(space, choices)}`, space.input);
    let x = convNorm(build, "stem", "input", { outChannels: stem, kernel: 3, stride: 2, activation: "relu" });
    x = residual(build, "block1", x, { inner: first, out: stem, stride: 1 });
    x = residual(build, "block2", x, { inner: second, out: stem, stride: 1 });
    x = residual(build, "block3", x, { inner: third, out: last, stride: 2 });
    x = residual(build, "block4", x, { inner: fourth, out: last, stride: 1 });
    x = residual(build, "block5", x, { inner: fifth, out: last, stride: 1 });
    classifier(build, x, space.classCount);
    return build.build();
  },
  parse: (text) => parseWidths(layers, text),
};

export default defineSpace({
  name: space.name,
  summary: space.summary,
  source:
    "Zheng et al. 2023 (GENIUS), https://arxiv.org/abs/2304.10970; table and prompt of github.com/mingkai-zheng/GENIUS",
  options: z.object({}),
  create: () => space,
});
