// Channel-Bench-Macro's ResNet: five residual blocks of two 3×3 convolutions, of which seven widths are decided.
import { conv, convNorm, norm } from "../../graph/blocks.ts";
import type { NetworkBuilder } from "../../graph/network.ts";
import { defineSpace } from "../space.ts";
import { channelSpace, levelsText } from "./parts/channel-levels.ts";

const layers = [
  { role: "width of the stem and of the first two blocks (16×16)", base: 64 },
  { role: "inner width of block 1 (16×16)", base: 64 },
  { role: "inner width of block 2 (16×16)", base: 64 },
  { role: "inner width of block 3, which halves the feature map (8×8)", base: 128 },
  { role: "width of the last three blocks and of the features classified (8×8)", base: 128 },
  { role: "inner width of block 4 (8×8)", base: 128 },
  { role: "inner width of block 5 (8×8)", base: 128 },
];

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

export default defineSpace(
  channelSpace({
    name: "channel-bench-resnet",
    summary:
      "A CIFAR-10 ResNet of five blocks whose seven widths are decided, four levels each. 16,384 designs, all published with accuracy; wider is not always better.",
    layers,
    text,
    addBlocks(build, stem, [width, first, second, third, last, fourth, fifth]) {
      let x = residual(build, "block1", stem, { inner: first, out: width, stride: 1 });
      x = residual(build, "block2", x, { inner: second, out: width, stride: 1 });
      x = residual(build, "block3", x, { inner: third, out: last, stride: 2 });
      x = residual(build, "block4", x, { inner: fourth, out: last, stride: 1 });
      return residual(build, "block5", x, { inner: fifth, out: last, stride: 1 });
    },
  }),
);
