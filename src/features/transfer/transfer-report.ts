// What a transfer found: for each way, the run's metric against the time it took, as a page. Which way is worth its time
// is said in words, since a table of figures alone hides it.
import type { JsonObject } from "../../base/json.ts";
import {
  accuracy,
  formatBare,
  formatFrom,
  type Metric,
  type Metrics,
  metricTitle,
  metricWords,
  scoreIn,
  withUnit,
} from "../../metrics/index.ts";
import { scoreAxis } from "../../report/charts/axes.ts";
import { curveChart } from "../../report/charts/curves.ts";
import { html } from "../../report/markup.ts";
import { commandBlock, definitions, figure, fold, list, pageText, table } from "../../report/page.ts";

export interface TransferResult {
  readonly way: string;
  readonly seconds: number;
  /** By the name of the metric. */
  readonly validation: Metrics;
  readonly test: Metrics;
  readonly curve: readonly {
    readonly seconds: number;
    readonly epoch: number;
    readonly validation: Metrics;
  }[];
}

export interface TransferReportInput {
  /** The run that the network comes from. */
  readonly from: string;
  readonly network: string;
  /** What it was trained on, and the new dataset. */
  readonly source: string;
  readonly target: string;
  /** What the ways are compared by. */
  readonly metric: Metric;
  readonly results: readonly TransferResult[];
  readonly failures: readonly { readonly way: string; readonly detail: string }[];
  /** The way whose network is handed over: the best on validation, by its loss among equals. */
  readonly handedOver: string | undefined;
  readonly command: string;
  readonly provenance: JsonObject;
}

/** The metric that decided, and accuracy beside another one. */
const toldFor = (metric: Metric): readonly Metric[] =>
  metric.name === accuracy.name ? [metric] : [metric, accuracy];

/** How soon each way reached what the slowest to train reached in the end. */
export function transferFindings({ metric, results, failures, handedOver }: TransferReportInput): string[] {
  const by = metric.name === accuracy.name ? "" : ` by ${metricWords(metric)}`;
  const best = results.find(({ way }) => way === handedOver);
  const scratch = results.find(({ way }) => way === "scratch");
  const others = results.filter(({ way }) => way !== "scratch");
  const against = others.flatMap(({ way, curve }) => {
    if (scratch === undefined) return [];
    const wanted = scoreIn(metric, scratch.validation);
    const said = formatFrom(metric, scratch.validation);
    const reached = curve.find(({ validation }) => scoreIn(metric, validation) >= wanted);
    return reached === undefined
      ? [
          `${way} does not reach what training from scratch reaches in ${scratch.seconds.toFixed(0)} s (validation ${said}).`,
        ]
      : [
          `${way} reaches in ${reached.seconds.toFixed(1)} s what training from scratch reaches in ${scratch.seconds.toFixed(1)} s (validation ${said}).`,
        ];
  });
  return [
    ...(best === undefined
      ? []
      : [
          `Best on validation${by}: ${best.way}, ${toldFor(metric)
            .map((told) => `${told === metric ? "" : `${metricWords(told)} `}${formatFrom(told, best.test)}`)
            .join(", ")} on test data after ${best.seconds.toFixed(1)} s.`,
        ]),
    ...against,
    ...failures.map(({ way, detail }) => `${way} failed: ${detail}.`),
  ];
}

/** One HTML file. */
export function transferPage(input: TransferReportInput): string {
  const { metric, results } = input;
  const words = metricWords(metric);
  const chart = curveChart({
    name: "accuracy-against-time",
    title: `${metricTitle(metric)} against time`,
    caption: `Validation ${words} after each epoch, by the seconds since that way began, features of the probe included. One run of each.`,
    x: {
      label: "seconds",
      min: 0,
      max: Math.max(1, ...results.map(({ seconds }) => seconds)),
      scale: "linear",
      format: (value) => String(Math.round(value)),
      precise: (value) => value.toFixed(2),
    },
    y: scoreAxis(
      metric,
      `validation ${words}`,
      results.flatMap(({ curve }) => curve.map(({ validation }) => scoreIn(metric, validation))),
    ),
    curves: results.map(({ way, curve }) => ({
      name: way,
      dots: true,
      points: curve.map((point) => ({ x: point.seconds, y: scoreIn(metric, point.validation) })),
    })),
  });
  return pageText({
    title: `${input.network}: from ${input.source} to ${input.target}`,
    lead: html`${list(transferFindings(input))}${definitions([
      ["network", input.network],
      ["from", input.from],
      ["new data", input.target],
    ])}`,
    sections: [
      { id: "time", title: `${metricTitle(metric)} against time`, body: figure(chart) },
      {
        id: "figures",
        title: "Figures",
        body: table({
          columns: ["way", "seconds", ...toldFor(metric).flatMap(columnsOf)],
          rows: results.map(({ way, seconds, validation, test }) => [
            way,
            seconds.toFixed(1),
            ...toldFor(metric).flatMap((told) => [bareFrom(told, validation), bareFrom(told, test)]),
          ]),
        }),
      },
      {
        id: "repeat",
        title: "How to repeat it",
        body: html`${commandBlock(input.command)}${fold("Provenance", html`<pre>${JSON.stringify(input.provenance, null, 2)}</pre>`)}`,
      },
    ],
  });
}

const columnsOf = (metric: Metric) =>
  ["validation", "test"].map((part) => withUnit(metric, `${part} ${metricWords(metric)}`));

const bareFrom = (metric: Metric, metrics: Metrics) => {
  const value = metrics[metric.name];
  return value === undefined ? "none" : formatBare(metric, value);
};
