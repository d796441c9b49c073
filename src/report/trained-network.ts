// The trained network of a run: how it did on the test data, class by class, how fast it is, and a handful of its
// predictions. What it reads was written by an evaluator into the run's folder, and is checked here like anything
// that comes from a file.
import { z } from "zod";
import { formatFileSize, formatPercent } from "../base/units.ts";
import {
  accuracy,
  formatDifference,
  formatFrom,
  formatMetric,
  type Metric,
  type Metrics,
  metricWords,
} from "../metrics/index.ts";
import type { EpochPoint } from "../search/trial.ts";
import { html, type Markup } from "./markup.ts";
import { definitions, fold, table } from "./page.ts";

const share = z.number().min(0).max(1);
const figures = z.record(z.string(), z.number());
const roundedFigures = {
  testAccuracy01: share.optional(),
  test: figures.optional(),
  modelBytes: z.number(),
};
const tested = z.object({
  accuracy01: share.optional(),
  metrics: figures.optional(),
  testImages: z.number().optional(),
  epochs: z.number().optional(),
  latencyMs: z.number().optional(),
  modelBytes: z.number().optional(),
  int8: z.object({ ...roundedFigures, latencyMs: z.number() }).optional(),
  integer: z.object(roundedFigures).optional(),
  classes: z
    .array(z.object({ name: z.string(), images: z.number(), accuracy01: share.nullable() }))
    .default([]),
  confusion: z.array(z.array(z.number())).default([]),
});
const samples = z.array(
  z.object({
    // Only an image that is part of the page: nothing is loaded, and nothing else can be put into it.
    image: z.string().regex(/^data:image\/png;base64,[A-Za-z0-9+/=]+$/),
    label: z.string(),
    predicted: z.string(),
    probability01: share,
  }),
);

/** The contents of `best/test.json` and `best/samples.json`, as read from disk. */
export interface TrainedFiles {
  readonly test?: unknown;
  readonly samples?: unknown;
}

const point = z.looseObject({
  epoch: z.number(),
  seconds: z.number().optional(),
  trainLoss: z.number(),
  validation: z.record(z.string(), z.number()),
});

/** The curve of the final training in the contents of `best/test.json`. */
export function finalCurveOf(test: unknown): readonly EpochPoint[] | undefined {
  const read = z.looseObject({ curve: z.array(point) }).safeParse(test);
  return read.success ? (read.data.curve as readonly EpochPoint[]) : undefined;
}

/** The epochs that the network of `best/test.json` was trained for in all. */
export function finalEpochsOf(test: unknown): number | undefined {
  return z.looseObject({ epochs: z.number() }).safeParse(test).data?.epochs;
}

/** What was measured on test data, by the name of the metric, in the contents of `best/test.json`. */
export function testMetricsOf(test: unknown): Metrics | undefined {
  const read = tested.safeParse(test);
  return read.success ? measuredIn(read.data) : undefined;
}

const measuredIn = ({ metrics, accuracy01 }: z.output<typeof tested>): Metrics => ({
  ...(accuracy01 !== undefined && { accuracy: accuracy01 }),
  ...metrics,
});

export interface TrainedFacts {
  /** Of one image on the machine that trained it. */
  readonly latencyMs?: number;
  readonly modelBytes?: number;
}

/** What the trained network takes, in the contents of `best/test.json`. */
export function trainedFacts(test: unknown): TrainedFacts {
  const read = z
    .looseObject({ latencyMs: z.number().optional(), modelBytes: z.number().optional() })
    .safeParse(test);
  if (!read.success) return {};
  const { latencyMs, modelBytes } = read.data;
  return {
    ...(latencyMs !== undefined && { latencyMs }),
    ...(modelBytes !== undefined && { modelBytes }),
  };
}

/** The section's body, or undefined when there is nothing to show. */
export function trainedNetworkBody(files: TrainedFiles, metric: Metric = accuracy): Markup | undefined {
  const test = tested.safeParse(files.test);
  const shown = samples.safeParse(files.samples);
  if (!test.success && !shown.success) return undefined;
  return html`${test.success && testBody(test.data, metric)}${shown.success && shown.data.length > 0 && samplesBody(shown.data)}`;
}

/** The metric that the run selected on, and accuracy where it is another one. */
function testEntries(test: z.output<typeof tested>, metric: Metric): [string, string][] {
  const measured = measuredIn(test);
  const told = metric.name === accuracy.name ? [accuracy] : [metric, accuracy];
  return told.flatMap((one): [string, string][] =>
    measured[one.name] === undefined ? [] : [[`${metricWords(one)} on test data`, formatFrom(one, measured)]],
  );
}

/** What a network in 8 bits gains or loses beside the one in floats. */
function roundedWords(
  int8: NonNullable<z.output<typeof tested>["int8" | "integer"]>,
  { metrics, accuracy01 }: z.output<typeof tested>,
  metric: Metric,
): string {
  const whole = metrics?.[metric.name] ?? accuracy01;
  const rounded = int8.test?.[metric.name] ?? int8.testAccuracy01;
  const bytes = formatFileSize(int8.modelBytes);
  const size = "latencyMs" in int8 ? `${int8.latencyMs.toFixed(2)} ms, ${bytes}` : bytes;
  if (whole === undefined || rounded === undefined) return size;
  return `${formatMetric(metric, rounded)} on test data (${formatDifference(metric, rounded - whole)}), ${size}`;
}

function testBody(test: z.output<typeof tested>, metric: Metric): Markup {
  const { latencyMs, modelBytes, testImages, epochs, classes, confusion } = test;
  const entries = testEntries(test, metric);
  if (testImages !== undefined) entries.push(["test images", testImages.toLocaleString("en")]);
  if (epochs !== undefined) entries.push(["epochs of the final training", String(Number(epochs.toFixed(1)))]);
  if (latencyMs !== undefined) entries.push(["one image on this machine", `${latencyMs.toFixed(2)} ms`]);
  if (modelBytes !== undefined) entries.push(["size of model.onnx", formatFileSize(modelBytes)]);
  if (test.int8 !== undefined)
    entries.push(["in 8 bits (model.int8.onnx)", roundedWords(test.int8, test, metric)]);
  if (test.integer !== undefined)
    entries.push([
      "in 8 bits on a device, in TFLite's integer arithmetic (model.int8.tflite)",
      roundedWords(test.integer, test, metric),
    ]);
  const names = classes.map(({ name }) => name);
  const perClass = table({
    columns: ["class", "test images", "accuracy"],
    rows: classes.map(({ name, images, accuracy01 }) => [
      name,
      images,
      accuracy01 === null ? "none" : formatPercent(accuracy01),
    ]),
  });
  const mixedUp = table({
    columns: ["true class", ...names.map((name) => `as ${name}`)],
    rows: confusion.map((row, index) => [names[index] ?? String(index), ...row]),
  });
  return html`${definitions(entries)}${classes.length > 0 && fold("Accuracy of each class", perClass)}${confusion.length > 0 && confusion.length <= 50 && fold("Which classes are mixed up", mixedUp)}`;
}

function samplesBody(shown: z.output<typeof samples>): Markup {
  return html`<p>Some of its predictions on test images, the mistakes that it was surest of first:</p><ul class="samples">${shown.map(
    ({ image, label, predicted, probability01 }) => {
      const right = label === predicted;
      return html`<li><img src="${image}" width="64" height="64" alt="${`a test image of class ${label}`}"><span>${right ? "✓" : "✗"} ${predicted} (${formatPercent(probability01)})${right ? undefined : html`<br>is: ${label}`}</span></li>`;
    },
  )}</ul>`;
}
