// GDAS: a supernet as in DARTS, but each step trains one path, drawn by its probability with Gumbel noise that cools, so
// options cannot lean on each other. The most probable design is proposed first.
import { z } from "zod";
import { defineStrategy } from "../../../search/strategy.ts";
import { createWeightSharing, supernetOptions } from "../strategy.ts";

const options = z.object({
  ...supernetOptions,
  architectureRate: z
    .number()
    .min(0)
    .default(3e-3)
    .describe("Adam's rate for the architecture: 3e-4 in the paper, whose trainings are longer"),
});

export default defineStrategy({
  name: "gdas",
  summary: "A supernet trained path by path, drawn with Gumbel noise and learned by gradient.",
  source: "Dong and Yang 2019, https://arxiv.org/abs/1910.04465",
  model: "none",
  needs: "images",
  options,
  create: (setting, given) =>
    createWeightSharing(setting, given, {
      by: "gdas",
      method: "gdas",
      architectureRate: given.architectureRate,
    }),
});
