// Channel-Bench-Macro's MobileNet: four inverted residuals and a head, of which seven widths are decided. The stem
// has stride 2, which the published prompt leaves out and the published costs need.
import { z } from "zod";
import { classifier, convNorm, invertedResidual } from "../../graph/blocks.ts";
import { createNetworkBuilder } from "../../graph/network.ts";
import { keyOf } from "../choices.ts";
import { defineSpace, type Space } from "../space.ts";
import { channelDecisions, levelsText, parseWidths, widthsOf } from "./parts/channel-levels.ts";

const layers = [
  { role: "width of the stem and of the first two blocks (16×16)", base: 32 },
  { role: "inner (depthwise) width of block 1 (16×16)", base: 192 },
  { role: "inner (depthwise) width of block 2 (16×16)", base: 192 },
  { role: "inner (depthwise) width of block 3, which halves the feature map (8×8)", base: 192 },
  { role: "width of blocks 3 and 4 (8×8)", base: 64 },
  { role: "inner (depthwise) width of block 4 (8×8)", base: 384 },
  { role: "width of the head, the features classified (8×8)", base: 256 },
] as const;

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

const space: Space = {
  name: "channel-bench-mobilenet",
  summary:
    "A CIFAR-10 MobileNet of four inverted residuals whose seven widths are decided, four levels each. 16,384 designs, all published with accuracy.",
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
    const widths = widthsOf(layers, choices);
    const [stem, last, head] = [widths[0] as number, widths[4] as number, widths[6] as number];
    const build = createNetworkBuilder(`channel-bench-mobilenet/${keyOf(space, choices)}`, space.input);
    let x = convNorm(build, "stem", "input", { outChannels: stem, kernel: 3, stride: 2, activation: "relu" });
    for (const [number, inner, inChannels, outChannels, stride] of [
      [1, widths[1] as number, stem, stem, 1],
      [2, widths[2] as number, stem, stem, 1],
      [3, widths[3] as number, stem, last, 2],
      [4, widths[5] as number, last, last, 1],
    ] as const) {
      const shape = { inChannels, hiddenChannels: inner, outChannels, kernel: 3, stride };
      x = invertedResidual(build, `block${number}`, x, { ...shape, activation: "relu" });
    }
    x = convNorm(build, "head", x, { outChannels: head, kernel: 1, activation: "relu" });
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
