// Whether a result is at chance level: no better than always answering the most frequent class, within the noise of the
// images that it was measured on. What chance gives is in the journal's header, where the evaluator writes it.
import { z } from "zod";
import type { JsonObject } from "../base/json.ts";
import {
  type ChanceLevel,
  formatMetric,
  type Metric,
  type Metrics,
  metricWords,
  scoreIn,
  scoreOf,
} from "../metrics/index.ts";
import type { JournalState } from "./fold.ts";

const level = z.object({ value: z.number(), sd: z.number().min(0), images: z.number().min(1) });
const levels = z.object({ validation: level.optional(), test: level.optional() });

/** Standard deviations within which a result is not told apart from chance: 95 of 100 measurements are. */
const width = 1.96;

export interface Measured {
  readonly metric: Metric;
  /** On validation data. */
  readonly score: number;
  /** On test data, which counts where it was measured: the best of many on validation data is flattered. */
  readonly testMetrics?: Metrics | undefined;
}

/** The level that the result does not exceed; undefined where it does, or where nothing is known of chance. */
function chanceReached(
  provenance: JsonObject,
  { metric, score, testMetrics }: Measured,
): ChanceLevel | undefined {
  const { evaluator } = provenance as { readonly evaluator?: { readonly chance?: unknown } };
  const known = levels.safeParse(evaluator?.chance);
  if (!known.success) return undefined;
  const { validation, test } = known.data;
  const tested = testMetrics === undefined ? Number.NaN : scoreIn(metric, testMetrics);
  const [chance, reached] =
    test !== undefined && Number.isFinite(tested) ? [test, tested] : [validation, score];
  if (chance === undefined) return undefined;
  return reached <= scoreOf(metric, chance.value) + width * chance.sd ? chance : undefined;
}

/** A run's best, as it is measured so far. */
export function chanceOfRun({
  header,
  selected,
  result,
}: Pick<JournalState, "header" | "selected" | "result">) {
  if (header === undefined || selected === undefined) return undefined;
  const { metric } = header.config;
  const measured = { metric, score: selected.outcome.score, testMetrics: result?.testMetrics };
  return chanceWords(header.provenance, measured);
}

/** Whether the result is at chance level. */
export const isAtChance = (provenance: JsonObject, measured: Measured): boolean =>
  chanceReached(provenance, measured) !== undefined;

/** What to say of a result at chance level; undefined for any other. */
export function chanceWords(provenance: JsonObject, measured: Measured): string | undefined {
  const chance = chanceReached(provenance, measured);
  if (chance === undefined) return undefined;
  const { metric } = measured;
  const figure = `${metric.name === "accuracy" ? "" : `${metricWords(metric)} `}${formatMetric(metric, chance.value)}`;
  return `At chance level: no better than always answering the most frequent class (${figure} of ${chance.images.toLocaleString("en")} images). Give it more time or epochs, more images, or larger limits, and check that the labels are right.`;
}
