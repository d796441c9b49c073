// A hand-designed network as a space of one design: as it was published, for images of any size.
import { z } from "zod";
import { printNetwork, spaceOfText } from "../language/index.ts";
import type { ReferenceDefinition } from "../search/references/reference.ts";
import { defineSpace, type SpaceDefinition } from "../search/space.ts";
import { imageSizeOption, sidesOf } from "../tasks/image-size.ts";

const options = z.strictObject({
  imageSize: imageSizeOption({ min: 1, max: 4096 }).prefault(32).describe("image height and width in pixels"),
  channels: z.int().min(1).max(4096).default(3).describe("image channels: 3 for colour, 1 for grey"),
  classCount: z.int().min(2).max(100_000).default(10).describe("how many classes"),
});

export function spaceOfReference({ name, summary, source, build }: ReferenceDefinition): SpaceDefinition {
  return defineSpace({
    ...{ name, summary, source, options },
    fit: (images) => images,
    create({ imageSize, channels, classCount }) {
      const network = build({ input: [channels, ...sidesOf(imageSize)], classCount, width: 1 });
      return spaceOfText(`name ${name}\n${printNetwork(network)}`, name).create({});
    },
  }) as SpaceDefinition;
}
