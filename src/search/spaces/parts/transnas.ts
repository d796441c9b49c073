// What both spaces of TransNAS-Bench-101 share: the images of its tasks, the stem, the shapes of its modules and the
// frame of their definitions.
import { z } from "zod";
import { classifier, conv, norm } from "../../../graph/blocks.ts";
import { createNetworkBuilder, type NetworkBuilder } from "../../../graph/network.ts";
import { imageSizeOption, sidesOf, sizeText } from "../../../tasks/image-size.ts";
import type { Choices, Space, SpaceDefinition, SpaceText } from "../../space.ts";
import { reluConvNorm } from "./cell-blocks.ts";

const transnasOptions = z.object({
  classCount: z
    .int()
    .min(2)
    .max(100_000)
    .default(47)
    .describe("classes: 47 for class_scene, 75 for class_object, 17 for segmentsemantic"),
  imageSize: imageSizeOption({ min: 32, max: 1024 })
    .prefault(256)
    .describe("image size in pixels: 256 in the paper; 192x256 is height x width"),
});

/** Channels of the stem; a quarter of the image's height and width remain behind it. */
export const stemChannels = 64;

function transnasStem(build: NetworkBuilder): string {
  const half = conv(build, "stem.first.conv", "input", {
    outChannels: stemChannels / 2,
    kernel: 3,
    stride: 2,
  });
  const normed = norm(build, "stem.first.norm", half);
  return reluConvNorm(build, "stem.second", normed, { outChannels: stemChannels, kernel: 3, stride: 2 });
}

export interface ModuleShape {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: 1 | 2;
}

/** Adds the modules of a skeleton: twice what `add` builds in each, of which the first changes the shape. */
export function addModules(
  input: string,
  skeleton: string,
  add: (
    place: { readonly module: number; readonly part: number },
    input: string,
    shape: ModuleShape,
  ) => string,
): string {
  let x = input;
  for (const [index, shape] of modulesOf(skeleton).entries()) {
    const again = { inChannels: shape.outChannels, outChannels: shape.outChannels, stride: 1 } as const;
    x = add({ module: index + 1, part: 1 }, x, shape);
    x = add({ module: index + 1, part: 2 }, x, again);
  }
  return x;
}

/** A space of TransNAS-Bench-101: what is the same in both, around decisions, keys and a network's modules. */
export function transnasSpace(given: {
  readonly name: string;
  readonly summary: string;
  /** The summary of a space that was made for images and classes, before these are said. */
  readonly words: string;
  readonly members: Omit<Space, "name" | "summary" | "input" | "classCount" | "asText" | "decode">;
  readonly asText: (input: Space["input"]) => SpaceText;
  /** As in the name of a network. */
  readonly keyOf: (space: Space, choices: Choices) => string;
  /** Builds the modules behind the stem; the id of the output. */
  readonly addBody: (build: NetworkBuilder, stem: string, choices: Choices) => string;
}): SpaceDefinition<z.output<typeof transnasOptions>> {
  const { name, summary, words, members, asText, keyOf, addBody } = given;
  return {
    name,
    summary,
    source:
      "Duan et al. 2021 (TransNAS-Bench-101), https://arxiv.org/abs/2105.11871; network as in github.com/yawen-d/TransNASBench, validation figures as in github.com/automl/NASLib. For segmentsemantic the searched encoder is counted, with a linear classifier in place of the decoder",
    options: transnasOptions,
    fit: ({ imageSize, classCount }) => ({ imageSize, classCount }),
    create({ classCount, imageSize }) {
      const space: Space = {
        name,
        summary: `${words}; ${classCount} classes, ${sizeText(imageSize)} images.`,
        input: [3, ...sidesOf(imageSize)],
        classCount,
        ...members,
        asText: () => asText(space.input),
        decode(choices) {
          const build = createNetworkBuilder(`${name}/${keyOf(space, choices)}`, space.input);
          classifier(build, addBody(build, transnasStem(build), choices), classCount);
          return build.build();
        },
      };
      return space;
    },
  };
}

/** The modules of a skeleton such as `41414`: 1 keeps, 2 doubles the channels, 3 halves the map, 4 does both. */
export function modulesOf(skeleton: string): readonly ModuleShape[] {
  let inChannels = stemChannels;
  return [...skeleton].map((type) => {
    const outChannels = type === "2" || type === "4" ? 2 * inChannels : inChannels;
    const shape = { inChannels, outChannels, stride: type === "3" || type === "4" ? 2 : 1 } as const;
    inChannels = outChannels;
    return shape;
  });
}
