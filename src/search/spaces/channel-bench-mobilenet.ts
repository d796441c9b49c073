// Channel-Bench-Macro's MobileNet: four inverted residuals and a head, of which seven widths are decided.
import { convNorm, invertedResidual } from "../../graph/blocks.ts";
import { defineSpace } from "../space.ts";
import { channelSpace, levelsText } from "./parts/channel-levels.ts";

const layers = [
  { role: "width of the stem and of the first two blocks (16×16)", base: 32 },
  { role: "inner (depthwise) width of block 1 (16×16)", base: 192 },
  { role: "inner (depthwise) width of block 2 (16×16)", base: 192 },
  { role: "inner (depthwise) width of block 3, which halves the feature map (8×8)", base: 192 },
  { role: "width of blocks 3 and 4 (8×8)", base: 64 },
  { role: "inner (depthwise) width of block 4 (8×8)", base: 384 },
  { role: "width of the head, the features classified (8×8)", base: 256 },
];

const text = `input 3x32x32
block ir inner c s=1: residual(conv inner norm relu dw s norm relu conv c norm)
w = ${levelsText(layers, 0)}
conv w k3 s2 norm relu
ir ${levelsText(layers, 1)} w
ir ${levelsText(layers, 2)} w
half = ${levelsText(layers, 3)}
v = ${levelsText(layers, 4)}
ir half v s2
ir ${levelsText(layers, 5)} v
conv ${levelsText(layers, 6)} norm relu
globalpool flatten linear 10
`;

export default defineSpace(
  channelSpace({
    name: "channel-bench-mobilenet",
    summary:
      "A CIFAR-10 MobileNet of four inverted residuals whose seven widths are decided, four levels each. 16,384 designs, all published with accuracy.",
    layers,
    text,
    addBlocks(build, stem, [first, inner1, inner2, inner3, last, inner4, head]) {
      let x = stem;
      for (const [number, hiddenChannels, inChannels, outChannels, stride] of [
        [1, inner1, first, first, 1],
        [2, inner2, first, first, 1],
        [3, inner3, first, last, 2],
        [4, inner4, last, last, 1],
      ] as const) {
        const shape = { inChannels, hiddenChannels, outChannels, kernel: 3, stride };
        x = invertedResidual(build, `block${number}`, x, { ...shape, activation: "relu" });
      }
      return convNorm(build, "head", x, { outChannels: head, kernel: 1, activation: "relu" });
    },
  }),
);
