// The settings of a bench, as one schema: its type, defaults, validation, flags, help and docs.
import { z } from "zod";
import { ownMetricSettings } from "../../evaluators/own-metric.ts";
import { limitSettings } from "../../study/limit-settings.ts";

/** A list, or the text of one with commas. */
const list = z
  .union([z.string(), z.array(z.union([z.string(), z.number()]))])
  .transform((value) =>
    (typeof value === "string" ? value.split(",") : value.map(String))
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );
const counts = list.transform((parts, context) => {
  const numbers = parts.map(Number).sort((a, b) => a - b);
  if (numbers.length > 0 && numbers.every((count) => Number.isInteger(count) && count > 0)) return numbers;
  context.addIssue({ code: "custom", message: "must be a list of counts, such as 10,25,50" });
  return z.NEVER;
});

export const benchSettings = z.object({
  space: z
    .string()
    .optional()
    .describe("a space with a published table; with --table or --evaluator any space")
    .meta({ placeholder: "NAME|FILE" }),
  dataset: z
    .string()
    .optional()
    .describe("the table's dataset (default: the space's first)")
    .meta({ placeholder: "NAME" }),
  table: z
    .string()
    .optional()
    .describe(
      "your own table: JSON, or CSV with the columns design,validation,test; either figure may be missing",
    )
    .meta({ placeholder: "FILE" }),
  ...ownMetricSettings.shape,
  evaluator: z
    .string()
    .optional()
    .describe("an evaluator of your own that is asked for each design, instead of a table")
    .meta({ placeholder: "FILE" }),
  ...limitSettings.shape,
  strategies: list
    .prefault("hybrid")
    .describe("strategies to compare, separated by commas; a strategy may be a file")
    .meta({ placeholder: "A,B,C" }),
  evaluations: counts
    .prefault("10,25,50")
    .describe("budgets to report, separated by commas")
    .meta({ placeholder: "N,N,N" }),
  seeds: z.number().int().positive().max(100_000).default(20).describe("runs of each strategy"),
  noise01: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("standard deviation of noise added to what a search sees"),
  sameStart: z
    .boolean()
    .default(false)
    .describe("every strategy of a seed begins with the same random design"),
  workers: z
    .number()
    .int()
    .positive()
    .optional()
    .describe("parallel runs, max 4 per core (default: one per core)"),
  out: z
    .string()
    .optional()
    .describe("also write the comparison, as .html, .md or .json by the file's ending")
    .meta({ placeholder: "FILE" }),
});
