// What the figures of a person's own table are, as options: accuracy in percent unless said otherwise.
import { z } from "zod";
import { accuracy, type Metric, metricOf } from "../metrics/index.ts";

export const ownMetricSettings = z.object({
  tableMetric: z
    .string()
    .optional()
    .describe("what your own table's figures are, such as loss or latency (default: accuracy, in percent)")
    .meta({ placeholder: "NAME" }),
  tableGoal: z
    .enum(["maximise", "minimise"])
    .default("maximise")
    .describe("whether a higher or a lower figure of --table-metric is better"),
  tableUnit: z
    .string()
    .default("")
    .describe("unit of --table-metric, said after its figures")
    .meta({ placeholder: "UNIT" }),
});

type OwnMetric = z.output<typeof ownMetricSettings>;

/** The metric that the options name; accuracy where they name none. */
export function ownMetricOf({ tableMetric, tableGoal, tableUnit }: OwnMetric): Metric {
  if (tableMetric === undefined || tableMetric === accuracy.name) return metricOf(accuracy);
  return { name: tableMetric, unit: tableUnit, goal: tableGoal };
}
