// What a transfer found: for each way, accuracy against the time it took, as a page. Which way is worth its time is said
// in words, since a table of accuracies alone hides it.
import type { JsonObject } from "../../base/json.ts";
import { formatPercent } from "../../base/units.ts";
import { accuracy, formatFrom, type Metric, type Metrics, metricWords } from "../../metrics/index.ts";
import { scoreAxis } from "../../report/charts/axes.ts";
import { curveChart } from "../../report/charts/curves.ts";
import { html } from "../../report/markup.ts";
import { definitions, figure, fold, list, pageText, table } from "../../report/page.ts";

export interface TransferResult {
  readonly way: string;
  readonly seconds: number;
  readonly validationAccuracy01: number;
  readonly testAccuracy01: number;
  /** By the name of the metric. */
  readonly validation: Metrics;
  readonly test: Metrics;
  readonly curve: readonly {
    readonly seconds: number;
    readonly epoch: number;
    readonly validationAccuracy01: number;
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

/** How soon each way reached what the slowest to train reached in the end. */
export function transferFindings({ metric, results, failures, handedOver }: TransferReportInput): string[] {
  const isAccuracy = metric.name === accuracy.name;
  const by = isAccuracy ? "" : ` by ${metricWords(metric)}`;
  const best = results.find(({ way }) => way === handedOver);
  const scratch = results.find(({ way }) => way === "scratch");
  const others = results.filter(({ way }) => way !== "scratch");
  const against = others.flatMap(({ way, curve }) => {
    if (scratch === undefined) return [];
    const reached = curve.find(
      ({ validationAccuracy01 }) => validationAccuracy01 >= scratch.validationAccuracy01,
    );
    return reached === undefined
      ? [
          `${way} does not reach what training from scratch reaches in ${scratch.seconds.toFixed(0)} s (validation ${formatPercent(scratch.validationAccuracy01)}).`,
        ]
      : [
          `${way} reaches in ${reached.seconds.toFixed(1)} s what training from scratch reaches in ${scratch.seconds.toFixed(1)} s (validation ${formatPercent(scratch.validationAccuracy01)}).`,
        ];
  });
  return [
    ...(best === undefined
      ? []
      : [
          `Best on validation${by}: ${best.way}, ${isAccuracy ? "" : `${formatFrom(metric, best.test)}, accuracy `}${formatPercent(best.testAccuracy01)} on test data after ${best.seconds.toFixed(1)} s.`,
        ]),
    ...against,
    ...failures.map(({ way, detail }) => `${way} failed: ${detail}.`),
  ];
}

/** One HTML file. */
export function transferPage(input: TransferReportInput): string {
  const { results } = input;
  const chart = curveChart({
    name: "accuracy-against-time",
    title: "Accuracy against time",
    caption:
      "Validation accuracy after each epoch, by the seconds since that way began, features of the probe included. One run of each.",
    x: {
      label: "seconds",
      min: 0,
      max: Math.max(1, ...results.map(({ seconds }) => seconds)),
      scale: "linear",
      format: (value) => String(Math.round(value)),
      precise: (value) => value.toFixed(2),
    },
    y: scoreAxis(
      accuracy,
      "validation accuracy",
      results.flatMap(({ curve }) => curve.map((point) => point.validationAccuracy01)),
    ),
    curves: results.map(({ way, curve }) => ({
      name: way,
      dots: true,
      points: curve.map((point) => ({ x: point.seconds, y: point.validationAccuracy01 })),
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
      { id: "time", title: "Accuracy against time", body: figure(chart) },
      {
        id: "figures",
        title: "Figures",
        body: table({
          columns: ["way", "seconds", "validation (%)", "test (%)"],
          rows: results.map(({ way, seconds, validationAccuracy01, testAccuracy01 }) => [
            way,
            seconds.toFixed(1),
            (100 * validationAccuracy01).toFixed(2),
            (100 * testAccuracy01).toFixed(2),
          ]),
        }),
      },
      {
        id: "repeat",
        title: "How to repeat it",
        body: html`<pre>${input.command}</pre>${fold("Provenance", html`<pre>${JSON.stringify(input.provenance, null, 2)}</pre>`)}`,
      },
    ],
  });
}
