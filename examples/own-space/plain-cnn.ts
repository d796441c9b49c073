// A search space of your own in one file: a plain convolutional network whose depth and widths are decided.
//
//   npx genius search digits --space ./examples/own-space/plain-cnn.ts --max-params 20k --trials 5
import {
  classifier,
  convNorm,
  createNetworkBuilder,
  defineSpace,
  imageSizeOption,
  sidesOf,
} from "genius-nas";
import { z } from "zod";

const widths = [4, 8, 12, 16, 24];
const depths = [1, 2, 3];

export default defineSpace({
  name: "plain-cnn",
  summary: "Three stages of plain 3×3 convolutions; each stage halves the image and has a width and a depth.",
  source: "an example",
  options: z.object({
    imageSize: imageSizeOption({ min: 8, max: 1024 }).prefault(28),
    channels: z.int().min(1).default(1),
    classCount: z.int().min(2).default(10),
  }),
  // The command opens the data set first and asks which options suit it.
  fit: (images) => images,
  create({ imageSize, channels, classCount }) {
    const input = [channels, ...sidesOf(imageSize)] as const;
    return {
      name: "plain-cnn",
      summary: `Three stages of 3×3 convolutions for ${input.join(" × ")} images.`,
      input,
      classCount,
      firstDigit: 0,
      decisions: [1, 2, 3].flatMap((stage) => [
        {
          name: `stage${stage}.width`,
          meaning: `Channels of stage ${stage}; wider stages cost quadratically.`,
          kind: "ordinal" as const,
          about: "architecture" as const,
          options: widths.map((width) => ({ label: `${width} channels`, value: width })),
        },
        {
          name: `stage${stage}.depth`,
          meaning: `Convolutions in stage ${stage}.`,
          kind: "ordinal" as const,
          about: "architecture" as const,
          options: depths.map((depth) => ({ label: `${depth} convolutions`, value: depth })),
        },
      ]),
      // Total: every vector of choices is a network.
      decode(choices) {
        const build = createNetworkBuilder(`plain-cnn/${choices.join("")}`, input);
        let x = "input";
        for (let stage = 0; stage < 3; stage += 1) {
          const outChannels = widths[choices[2 * stage]!]!;
          const depth = depths[choices[2 * stage + 1]!]!;
          for (let layer = 0; layer < depth; layer += 1) {
            const stride = layer === 0 ? 2 : 1;
            x = convNorm(build, `stage${stage + 1}.conv${layer + 1}`, x, {
              outChannels,
              kernel: 3,
              stride,
              activation: "relu",
            });
          }
        }
        classifier(build, x, classCount);
        return build.build();
      },
    };
  },
});
