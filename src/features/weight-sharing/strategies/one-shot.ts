// Single-path one-shot: a supernet whose paths are trained alike, drawn uniformly from the allowed designs; then
// evolution over designs that are measured with the shared weights. The best of those are proposed.
import { z } from "zod";
import { defineStrategy } from "../../../search/strategy.ts";
import { createWeightSharing, supernetOptions } from "../strategy.ts";

const options = z.object({
  ...supernetOptions,
  measured: z.int().min(1).default(200).describe("designs measured with shared weights"),
  population: z.int().min(2).default(50).describe("of them drawn at random, before evolution begins"),
  measuredImages: z.int().min(128).default(1024).describe("validation images of each such measurement"),
});

export default defineStrategy({
  name: "one-shot",
  summary: "A supernet of uniformly drawn paths, then evolution on the selected metric with shared weights.",
  source: "Guo et al. 2020, https://arxiv.org/abs/1904.00420",
  model: "none",
  needs: "images",
  options,
  create: (setting, given) =>
    createWeightSharing(setting, given, {
      by: "one-shot",
      method: "one-shot",
      evolution: {
        measured: given.measured,
        population: given.population,
        imageCount: given.measuredImages,
      },
    }),
});
