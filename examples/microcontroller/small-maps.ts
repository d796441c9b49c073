// Plain convolutions whose feature maps fit a memory of a given size at one byte a value: where a choice would be too
// wide, the width is brought down to the widest that fits. So every vector of choices is a network that runs on the board.
import {
  classifier,
  convNorm,
  createNetworkBuilder,
  defineSpace,
  imageSizeOption,
  type Network,
  peakActivationBytes,
  sidesOf,
} from "genius-nas";
import { z } from "zod";

const widths = [4, 8, 12, 16, 24, 32];

export default defineSpace({
  name: "small-maps",
  summary:
    "Four 3×3 convolutions, the first three of which halve the image, within a memory for feature maps.",
  source: "an example",
  options: z.object({
    imageSize: imageSizeOption({ min: 8, max: 1024 }).prefault(28),
    channels: z.int().min(1).default(1),
    classCount: z.int().min(2).default(10),
    memoryKb: z.number().positive().default(32).describe("memory for feature maps, at one byte a value"),
  }),
  fit: (images) => images,
  create({ imageSize, channels, classCount, memoryKb }) {
    const input = [channels, ...sidesOf(imageSize)] as const;
    const build = (chosen: readonly number[]): Network => {
      const builder = createNetworkBuilder(`small-maps/${chosen.join("-")}`, input);
      let x = "input";
      for (const [layer, outChannels] of chosen.entries()) {
        const stride = layer < 3 ? 2 : 1;
        x = convNorm(builder, `layer${layer + 1}`, x, { outChannels, kernel: 3, stride, activation: "relu" });
      }
      classifier(builder, x, classCount);
      return builder.build();
    };
    /** Our counts are in float32, four bytes a value. */
    const fits = (network: Network) => peakActivationBytes(network) / 4 <= 1000 * memoryKb;
    return {
      name: "small-maps",
      summary: `Four 3×3 convolutions whose maps fit ${memoryKb} kB.`,
      input,
      classCount,
      firstDigit: 0,
      decisions: [1, 2, 3, 4].map((layer) => ({
        name: `layer${layer}.width`,
        meaning: `Channels of convolution ${layer}; brought down where the maps would not fit the memory.`,
        kind: "ordinal" as const,
        about: "architecture" as const,
        options: widths.map((width) => ({ label: `${width} channels`, value: width })),
      })),
      decode(choices) {
        const chosen = choices.map((choice) => widths[choice]!);
        let network = build(chosen);
        while (!fits(network) && chosen.some((width) => width > widths[0]!)) {
          const widest = chosen.indexOf(Math.max(...chosen));
          chosen[widest] = widths[widths.indexOf(chosen[widest]!) - 1]!;
          network = build(chosen);
        }
        return network;
      },
    };
  },
});
