// The test figures of two networks that were trained by themselves and tested on the same images: their difference, and how
// much of it may be noise. One home for every comparison that a run is given after its end.
import { deviationOfShare, wilsonInterval } from "../math/binomial.ts";
import { formatDifference, formatMetric, type Metric, scoreOf } from "../metrics/index.ts";
import { noiseWidth } from "../search/race/verdict.ts";

export interface TestDifference {
  readonly kind: "better" | "unclear" | "worse";
  /** "98.20 % beside 96.10 % on test data, beyond the noise of ±1.40 points (2σ)". */
  readonly words: string;
}

export interface TestFigures {
  readonly own: number;
  readonly other: number;
  /** On how many images; undefined where that is not known. */
  readonly images: number | undefined;
}

export function testDifference(
  metric: Metric,
  figures: TestFigures,
  { intervals = false }: { readonly intervals?: boolean } = {},
): TestDifference {
  const { own, other, images } = figures;
  const difference = scoreOf(metric, own) - scoreOf(metric, other);
  const noise = noiseOf(metric, figures);
  const said = (value: number) =>
    `${formatMetric(metric, value)}${intervals ? around(metric, value, images) : ""}`;
  const band =
    noise === undefined
      ? "how much is noise is not known"
      : `${Math.abs(difference) > noise ? "beyond" : "within"} the noise of ±${formatDifference(metric, noise).slice(1)} (${noiseWidth}σ)`;
  const isClear = noise !== undefined && Math.abs(difference) > noise;
  return {
    kind: isClear ? (difference > 0 ? "better" : "worse") : "unclear",
    words: `${said(own)} beside ${said(other)} on test data, ${band}`,
  };
}

/** " (95 % interval 97.10 % to 98.90 %)": the 95 % interval of a share of images; empty for any other figure. */
function around(metric: Metric, value: number, images: number | undefined): string {
  if (metric.unit !== "share" || !images) return "";
  const ends = wilsonInterval(value * images, images).map((end) => formatMetric(metric, end));
  return ` (95 % interval ${ends.join(" to ")})`;
}

/** Of the difference of two shares of the same images; other metrics have no known noise. */
function noiseOf(metric: Metric, { own, other, images }: TestFigures): number | undefined {
  if (metric.unit !== "share" || images === undefined || images === 0) return undefined;
  const variance = [own, other].reduce((sum, share) => sum + deviationOfShare(share, images) ** 2, 0);
  return noiseWidth * Math.sqrt(variance);
}
