// The settings of a search, as one schema: its type, defaults, validation, flags, help and docs. What belongs to a
// space, a strategy, an evaluator or a model is in that member's own schema.
import { z } from "zod";
import { maxAtOnce } from "../base/at-once.ts";
import { selectableMetrics } from "../metrics/index.ts";
import { limitSettings } from "./limit-settings.ts";

const named = (placeholder: string, description: string) =>
  z.string().optional().describe(description).meta({ placeholder });

const time = (description: string) =>
  z.number().positive().max(100_000).optional().describe(description).meta({ placeholder: "N" });

/** How long a search is that names neither: on images by the clock, elsewhere by evaluations. */
export const defaultMinutes = 10;
export const defaultTrials = 20;

/** The members of a search on images that names none. */
export const defaultMembers = { space: "mobile", strategy: "hybrid", evaluator: "train" } as const;

export const modelSettings = z.object({
  baseUrl: named("URL", "address of an OpenAI-compatible server, for --model compatible/…"),
  maxUsd: z
    .number()
    .positive()
    .optional()
    .describe("max cost of the model, in US dollars")
    .meta({ placeholder: "X" }),
  maxUsdPerDay: z
    .number()
    .positive()
    .optional()
    .describe(
      "max cost of models in US dollars in one day (UTC), over all runs of this user on this machine that have this limit",
    )
    .meta({ placeholder: "X" }),
  maxTokens: z
    .number()
    .int()
    .positive()
    .optional()
    .describe("max tokens that the model reads and writes")
    .meta({ placeholder: "N" }),
  maxCalls: z
    .number()
    .int()
    .positive()
    .optional()
    .describe("max calls of the model (default: twice the estimate)")
    .meta({ placeholder: "N" }),
  effort: z
    .enum(["none", "minimal", "low", "medium", "high"])
    .optional()
    .describe("how much a model that can think may think (default: the provider's own)"),
  usdPerMillionInput: z
    .number()
    .nonnegative()
    .optional()
    .describe("price of a million tokens read, in US dollars, for a model whose price is not known")
    .meta({ placeholder: "X" }),
  usdPerMillionOutput: z
    .number()
    .nonnegative()
    .optional()
    .describe("price of a million tokens written, in US dollars")
    .meta({ placeholder: "X" }),
});

export const searchSettings = z.object({
  space: named(
    "NAME|FILE",
    `search space; author: the model writes it before the search (default: the table's own, or ${defaultMembers.space} for images)`,
  ),
  strategy: named("NAME|FILE", `search strategy (default: ${defaultMembers.strategy})`),
  model: named(
    "PROVIDER/MODEL",
    "language model: openai/…, anthropic/…, google/…, ollama/…, compatible/…, replay/FILE, manual",
  ),
  evaluator: named(
    "train|table|…",
    `how designs are evaluated (default: table for a published table, else ${defaultMembers.evaluator})`,
  ),
  metric: named(
    "NAME|FILE",
    `what designs are selected on: ${selectableMetrics.map(({ name }) => name).join(", ")}, or a file of your own (default: accuracy)`,
  ),
  minutes: time(
    `wall time of the whole run in minutes: data, search, final training and test (default for images: ${defaultMinutes}, unless --trials is given)`,
  ),
  hours: time("the same in hours"),
  trials: z
    .number()
    .int()
    .positive()
    .optional()
    .describe(`number of evaluations, in place of --minutes (default for a table: ${defaultTrials})`)
    .meta({ placeholder: "N" }),
  baseline: named(
    "NAME,NAME",
    "strategies to compare with, such as random,largest-first: each searches as long as this one, with equal shares of --minutes, or with as many --trials",
  ),
  stopWhenDone: z
    .boolean()
    .default(false)
    .describe(
      "end early, once the surrogate of gp or hybrid expects almost no gain from further evaluations",
    ),
  experience: z
    .boolean()
    .optional()
    .describe(
      "by the clock, begin with networks that won before, from `genius list experience` (default: true, unless --space or --start is given); false: also tell no model of them",
    ),
  ...limitSettings.shape,
  parallel: z
    .number()
    .int()
    .positive()
    .max(maxAtOnce)
    .optional()
    .describe(
      "parallel evaluations (default: 1 for a table and for --strategy llm, one per core up to 4 for trainings; max 512, for trainings on this machine 4 per core)",
    ),
  seed: z
    .number()
    .int()
    .nonnegative()
    .default(1)
    .describe("random seed; the same seed gives the same search"),
  ...modelSettings.shape,
});

export type SearchSettings = z.infer<typeof searchSettings>;
export type ModelSettings = z.infer<typeof modelSettings>;
