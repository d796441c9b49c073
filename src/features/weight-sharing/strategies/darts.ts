// DARTS: all options at once, weighted by softmax; the weights learn on one half of the images, the weighting on the
// other, by gradient. The most probable design is proposed first.
import { z } from "zod";
import { defineStrategy } from "../../../search/strategy.ts";
import { createWeightSharing, supernetOptions } from "../strategy.ts";

const options = z.object({
  ...supernetOptions,
  order: z
    .enum(["first", "second"])
    .default("first")
    .describe("second looks one step of the weights ahead, at about two and a half times the cost"),
  architectureRate: z
    .number()
    .min(0)
    .default(3e-3)
    .describe("Adam's rate for the architecture: 3e-4 in the paper, whose trainings are longer"),
});

export default defineStrategy({
  name: "darts",
  summary:
    "A supernet of all options, weighted by softmax and learned by gradient; proposes the most probable.",
  source: "Liu, Simonyan and Yang 2019, https://arxiv.org/abs/1806.09055",
  model: "none",
  needs: "images",
  options,
  create: (setting, given) =>
    createWeightSharing(setting, given, {
      by: "darts",
      method: given.order === "first" ? "darts-1" : "darts-2",
      architectureRate: given.architectureRate,
    }),
});
