// What both spaces of TransNAS-Bench-101 share: the images of its tasks, the stem and the shapes of its modules.
import { z } from "zod";
import { conv, norm } from "../../../graph/blocks.ts";
import type { NetworkBuilder } from "../../../graph/network.ts";
import { imageSizeOption } from "../../../tasks/image-size.ts";
import { reluConvNorm } from "./cell-blocks.ts";

export const transnasOptions = z.object({
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

export const transnasSource =
  "Duan et al. 2021 (TransNAS-Bench-101), https://arxiv.org/abs/2105.11871; network as in github.com/yawen-d/TransNASBench, validation figures as in github.com/automl/NASLib. For segmentsemantic the searched encoder is counted, with a linear classifier in place of the decoder";

/** Channels of the stem; a quarter of the image's height and width remain behind it. */
export const stemChannels = 64;

export function transnasStem(build: NetworkBuilder): string {
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
