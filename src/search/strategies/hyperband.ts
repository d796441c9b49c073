// Hyperband: successive halving that hedges between many short trainings and few long ones. Designs are drawn at
// random; bohb is the same with a model that proposes them.
import { z } from "zod";
import { createBracketStrategy } from "../sampling/brackets.ts";
import { defineStrategy } from "../strategy.ts";

const options = z.object({
  factor: z
    .number()
    .min(2)
    .default(3)
    .describe("reduction factor η: the top 1/η advance to η × longer training"),
});

export default defineStrategy({
  name: "hyperband",
  summary: "Brackets of short trainings whose best continue, from many short to few long ones.",
  source: "Li et al. 2018, https://jmlr.org/papers/v18/16-558.html",
  model: "none",
  options,
  create: (setting, { factor }) => createBracketStrategy(setting, { by: "hyperband", factor }),
});
