// How the page writes figures: as the report and the terminal do, and never with its unit on another line.
import * as units from "../../../src/base/units.ts";
import * as metrics from "../../../src/metrics/metric.ts";

export { formatCount, formatCountExactly } from "../../../src/base/units.ts";
export {
  differenceWords,
  formatBare,
  formatBareScore,
  type Metric,
  metricTitle,
  metricWords,
  valueOfScore,
  withUnit,
} from "../../../src/metrics/metric.ts";

/** No line ends between a figure and its unit: "93.13 %", "0.24 ms", "± 0.12". */
export const together = units.withUnitsHeld;

const kept =
  <Given extends readonly unknown[]>(write: (...given: Given) => string) =>
  (...given: Given): string =>
    together(write(...given));

export const formatBytes = kept(units.formatBytes);
export const formatDuration = kept(units.formatDuration);
export const formatTimeLeft = kept(units.formatTimeLeft);
export const formatChange = kept(metrics.formatChange);
export const formatDifference = kept(metrics.formatDifference);
export const formatScore = kept(metrics.formatScore);
export const formatSpread = kept(metrics.formatSpread);

/** `$0.0123`, `$4.56`; "not known" when no price is. */
export function formatUsd(usd: number | undefined | null): string {
  return usd === undefined || usd === null ? "not known" : `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}

/** A moment as the reader's own clock shows it. */
export function formatTime(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime())
    ? iso
    : time.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

/** The same for a list, seen from `now`: "today 20:14", "yesterday 09:05", "3 Nov, 20:14", "3 Nov 2025". */
export function formatWhen(iso: string, now: Date): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const words = (options: Intl.DateTimeFormatOptions) => time.toLocaleString("en-GB", options);
  const minute = words({ hour: "2-digit", minute: "2-digit" });
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (time.toDateString() === now.toDateString()) return `today ${minute}`;
  if (time.toDateString() === yesterday.toDateString()) return `yesterday ${minute}`;
  return time.getFullYear() === now.getFullYear()
    ? `${words({ day: "numeric", month: "short" })}, ${minute}`
    : words({ day: "numeric", month: "short", year: "numeric" });
}

export const plural = (count: number, noun: string) =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

export const shapeText = (shape: readonly number[]) => shape.join(" × ");
