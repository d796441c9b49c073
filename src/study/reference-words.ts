// A run's network beside a hand-designed one that was trained alone for as long, in one sentence for every surface: what the
// search was worth beside training a known network for the same time.
import { formatCount } from "../base/units.ts";
import { deviationOfShare } from "../math/binomial.ts";
import { formatDifference, formatMetric, type Metric, scoreOf } from "../metrics/index.ts";
import { noiseWidth } from "../search/race/verdict.ts";
import type { JournalState } from "./fold.ts";
import type { ReferenceRun } from "./journal-lines.ts";

export interface BesideReference {
  readonly kind: "better" | "unclear" | "worse";
  readonly words: string;
  /** For a row of a list. */
  readonly short: string;
}

/** Undefined where no reference was trained, or either has no figure on test data. */
export function besideReferenceRun({
  header,
  result,
  reference,
}: Pick<JournalState, "header" | "result" | "reference">): BesideReference | undefined {
  if (header === undefined || reference === undefined) return undefined;
  const { metric } = header.config;
  const [own, other] = [result?.testMetrics?.[metric.name], reference.testMetrics[metric.name]];
  if (own === undefined || other === undefined) return undefined;
  const difference = scoreOf(metric, own) - scoreOf(metric, other);
  const noise = noiseOf(metric, [own, other], reference.testImages);
  const size = `${reference.name} (${formatCount(reference.paramCount)} parameters), trained alone for as long`;
  const figures = `${formatMetric(metric, own)} beside ${formatMetric(metric, other)} on test data`;
  const band =
    noise === undefined
      ? "how much is noise is not known"
      : `${Math.abs(difference) > noise ? "beyond" : "within"} the noise of ±${formatDifference(metric, noise).slice(1)} (${noiseWidth}σ)`;
  if (noise === undefined || Math.abs(difference) <= noise)
    return {
      kind: "unclear",
      words: `Not shown to differ from ${size}: ${figures}, ${band}.`,
      short: `as good as ${reference.name}, within the noise`,
    };
  const kind = difference > 0 ? "better" : "worse";
  const word = difference > 0 ? "Better" : "Worse";
  return {
    kind,
    words: `${word} than ${size}: ${figures}, ${band}.`,
    short: `${kind} than ${reference.name}`,
  };
}

/** Of the difference of two shares of the same images; other metrics have no known noise. */
function noiseOf(
  metric: Metric,
  shares: readonly number[],
  images: ReferenceRun["testImages"],
): number | undefined {
  if (metric.unit !== "share" || images === undefined || images === 0) return undefined;
  const variance = shares.reduce((sum, share) => sum + deviationOfShare(share, images) ** 2, 0);
  return noiseWidth * Math.sqrt(variance);
}
