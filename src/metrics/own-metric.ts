// A metric from a file of the user's own, checked before anything is trained on it. Trainings run in processes of their
// own, so it goes to them as the file's path and is loaded there once more.
import { GeniusError, messageOf } from "../base/errors.ts";
import { checkForm, loadOwnFile } from "../base/own-file.ts";
import { classMetrics, isSelectable } from "./classification.ts";
import type { Metric, MetricDefinition } from "./metric.ts";

const form = {
  name: "string",
  label: "string",
  unit: "string",
  goal: "string",
  range: "object",
  measure: "function",
} as const;

/**
 * The metric that a file defines, as one that a search can select on.
 * @throws GeniusError `bad-file` that says what is missing or wrong.
 */
export async function loadOwnMetric(file: string): Promise<MetricDefinition> {
  const what = `${file}: its default export`;
  const metric = checkForm<MetricDefinition>("metric", await loadOwnFile("metric", file), { what, form });
  const refuse = (why: string, cause?: unknown) => new GeniusError("bad-file", `${file}: ${why}`, { cause });
  const { name } = metric;
  if (classMetrics.some((one) => one.name === name))
    throw refuse(
      `a metric "${name}" comes with genius, and its figures would be mixed up. Choose another name.`,
    );
  if (!isSelectable(metric)) {
    const said = `goal "${metric.goal}" and range ${JSON.stringify(metric.range)}`;
    throw refuse(
      `a search selects on a metric with goal "maximise" and range [0, 1], and "${name}" has ${said}. Measure 1 − x in place of a share x that is minimised.`,
    );
  }
  for (const [words, logits] of Object.entries(examples)) {
    let value: unknown;
    try {
      value = metric.measure({ logits: Float32Array.from(logits), labels: [0, 1, 2], classCount: 3 });
    } catch (thrown) {
      throw refuse(`"measure" failed on three examples of three classes: ${messageOf(thrown)}`, thrown);
    }
    if (typeof value === "number" && value >= 0 && value <= 1) continue;
    throw refuse(`"measure" gave ${String(value)} for ${words}; allowed is a number from 0 to 1.`);
  }
  return metric;
}

/**
 * How a study's metric is measured: by its own file, or as the one of its name; undefined where no metric of
 * classification has that name, as those of a person's own table.
 * @throws GeniusError as `loadOwnMetric`.
 */
export async function definitionOf({ name, file }: Metric): Promise<MetricDefinition | undefined> {
  return file === undefined ? classMetrics.find((metric) => metric.name === name) : loadOwnMetric(file);
}

const examples = {
  "three right answers": [5, 0, 0, 0, 5, 0, 0, 0, 5],
  "three wrong answers": [0, 5, 0, 0, 0, 5, 5, 0, 0],
};
