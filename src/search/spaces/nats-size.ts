// NATS-Bench's size space: NAS-Bench-201's skeleton with one cell a stack, the best cell on CIFAR-100, and five widths
// that are decided. Widths may fall as well as rise, so an identity between two widths becomes a 1×1 convolution.
// The key of a design is its widths, joined by colons.
import { z } from "zod";
import { classifier, convNorm, norm } from "../../graph/blocks.ts";
import { createNetworkBuilder, type NetworkBuilder } from "../../graph/network.ts";
import { imageSizeOption, sidesOf, sizeText } from "../../tasks/image-size.ts";
import { keyOf } from "../choices.ts";
import { type Choices, type Decision, defineSpace, type Space } from "../space.ts";
import { reduction, reluConvNorm } from "./parts/cell-blocks.ts";
import { alternatives } from "./parts/texts.ts";

const widths = [8, 16, 24, 32, 40, 48, 56, 64] as const;
const layers = [
  { stride: 1, role: "the stem and of the first cell, at the full image size" },
  { stride: 2, role: "the first residual block, which halves the map" },
  { stride: 1, role: "the second cell, at half the image size" },
  { stride: 2, role: "the second residual block, which halves the map again" },
  { stride: 1, role: "the third cell and of the features classified, at a quarter of the image size" },
] as const;

const decisions: readonly Decision[] = layers.map(({ role }, index) => ({
  name: `width${index + 1}`,
  meaning: `The width of ${role}, in channels.`,
  kind: "ordinal",
  about: "architecture",
  options: widths.map((width) => ({ label: `${width} channels`, value: width })),
}));

const options = z.object({
  classCount: z.int().min(2).max(100_000).default(10).describe("classes: 10, 100 and 120 in the paper"),
  imageSize: imageSizeOption({ min: 8, max: 512 })
    .prefault(32)
    .describe("image size in pixels: 32, or 16 for ImageNet16-120; 24x32 is height x width"),
});

export default defineSpace({
  name: "nats-size",
  summary:
    "Five widths of 8 to 64 channels in a network of three fixed cells and two residual blocks. 32,768 designs, all published with validation accuracy only on CIFAR-10, CIFAR-100 and ImageNet16-120.",
  source:
    "Dong et al. 2021 (NATS-Bench), https://arxiv.org/abs/2009.00437; network as in github.com/D-X-Y/AutoDL-Projects, validation figures of 90 epochs as in github.com/lightonai/contrastive-embeddings-for-neural-architectures",
  options,
  fit: ({ imageSize, classCount }) => ({ imageSize, classCount }),
  create: createSpace,
});

function createSpace({ classCount, imageSize }: z.output<typeof options>): Space {
  const space: Space = {
    name: "nats-size",
    summary: `Five widths of 8 to 64 channels in a network of three fixed cells and two residual blocks; ${classCount} classes, ${sizeText(imageSize)} images.`,
    input: [3, ...sidesOf(imageSize)],
    classCount,
    decisions,
    firstDigit: 0,
    costScopes: [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
    ],
    tableKey: (choices) => widthsOf(choices).join(":"),
    parse: parseWidths,
    asText: () => ({ text: textOf(space.input) }),
    decode(choices) {
      const build = createNetworkBuilder(`nats-size/${keyOf(space, choices)}`, space.input);
      let inChannels = widthsOf(choices)[0] as number;
      let x = convNorm(build, "stem", "input", { outChannels: inChannels, kernel: 3 });
      layers.forEach(({ stride }, index) => {
        const outChannels = widthsOf(choices)[index] as number;
        x =
          stride === 2
            ? reduction(build, `layer${index + 1}`, x, outChannels)
            : cell(build, `layer${index + 1}`, x, { inChannels, outChannels });
        inChannels = outChannels;
      });
      x = norm(build, "head.norm", x);
      x = build.add("head.act", { kind: "activation", function: "relu" }, x);
      classifier(build, x, classCount);
      return build.build();
    },
  };
  return space;
}

const textOf = (input: Space["input"]) => `input ${input.join("x")}
block c3 n: relu conv n k3 norm
block fit n: residual(zero n else conv n norm)  # nothing, where the width stays
block cell n:
  a = c3 n
  b = add(c3 n, a c3 n)
  add(fit n, a c3 n, b c3 n)
block half n: add(avgpool 2 conv n, relu conv n k3 s2 norm relu conv n k3 norm)
w = ${alternatives(widths)}
conv w k3 norm
cell w
half ${alternatives(widths)}
cell ${alternatives(widths)}
half ${alternatives(widths)}
cell ${alternatives(widths)}
norm relu globalpool flatten linear classes
`;

const widthsOf = (choices: Choices) => choices.map((choice) => widths[choice] as number);

/** The cell `|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|`. */
function cell(
  build: NetworkBuilder,
  id: string,
  input: string,
  { inChannels, outChannels }: { readonly inChannels: number; readonly outChannels: number },
): string {
  const edge = (from: number, to: number, source: string) =>
    reluConvNorm(build, `${id}.edge${from}to${to}`, source, { outChannels, kernel: 3 });
  const first = edge(0, 1, input);
  const second = build.add(`${id}.node2`, { kind: "add" }, edge(0, 2, input), edge(1, 2, first));
  const skip =
    inChannels === outChannels ? input : convNorm(build, `${id}.edge0to3`, input, { outChannels, kernel: 1 });
  return build.add(`${id}.node3`, { kind: "add" }, skip, edge(1, 3, first), edge(2, 3, second));
}

/** Reads `64:48:64:56:56`; a list of digits is read by the index of each width instead. */
function parseWidths(text: string): Choices | undefined {
  if (!/^\d+(:\d+){4}$/.test(text)) return undefined;
  const choices = text.split(":").map((width) => (widths as readonly number[]).indexOf(Number(width)));
  return choices.includes(-1) ? undefined : choices;
}
