// How the page writes figures: as the report and the terminal do.
export {
  formatBytes,
  formatCount,
  formatCountExactly,
  formatDuration,
  formatTimeLeft,
} from "../../../src/base/units.ts";
export {
  differenceWords,
  formatBare,
  formatBareScore,
  formatChange,
  formatDifference,
  formatScore,
  formatSpread,
  type Metric,
  metricTitle,
  metricWords,
  valueOfScore,
  withUnit,
} from "../../../src/metrics/metric.ts";

/** `$0.0123`, `$4.56`; "not known" when no price is. */
export function formatUsd(usd: number | undefined | null): string {
  return usd === undefined || usd === null ? "not known" : `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}

/** A moment as the reader's own clock shows it. */
export function formatTime(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime())
    ? iso
    : time.toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });
}

export const plural = (count: number, noun: string) =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

export const shapeText = (shape: readonly number[]) => shape.join(" × ");
