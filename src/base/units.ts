// Numbers as people write them (20k, 5M, 1.5G) and as people read them. Decimal: k = 10^3, M = 10^6, G = 10^9.
import { GeniusError } from "./errors.ts";

const factors: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };

/**
 * Reads a count such as `20k`, `5M` or `1.5G`.
 * @throws GeniusError `wrong-use` when the text is no such number or the count is not whole.
 */
export function parseCount(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*([kKmMgG]?)\s*$/.exec(text);
  const value = match
    ? Number(match[1]) * (factors[(match[2] as string).toLowerCase()] as number)
    : Number.NaN;
  const rounded = Math.round(value);
  if (!Number.isSafeInteger(rounded) || Math.abs(value - rounded) > 1e-6 * Math.max(1, rounded)) {
    throw new GeniusError(
      "wrong-use",
      `"${text}" is not a count. Write a whole number such as 20000, 20k, 5M or 1.5G.`,
    );
  }
  return rounded;
}

const units = [
  ["G", 1e9],
  ["M", 1e6],
  ["k", 1e3],
] as const;

/** A count with about three significant digits: 329M, 7.02M, 16.4k, 950. */
export function formatCount(count: number): string {
  for (const [suffix, factor] of units) {
    if (Math.abs(count) >= factor * 0.9995) return `${Number((count / factor).toPrecision(3))}${suffix}`;
  }
  return String(Math.round(count));
}

/** A count with all its digits: 24.05k. For ticks of an axis, which are round and must not look alike. */
export function formatCountExactly(count: number): string {
  const [suffix, factor] = units.find(([, factor]) => Math.abs(count) >= factor) ?? ["", 1];
  return `${Number((count / factor).toPrecision(10))}${suffix}`;
}

/** An accuracy in [0, 1] as a percentage with two decimals: 93.13 %. */
export function formatPercent(fraction01: number): string {
  return `${(fraction01 * 100).toFixed(2)} %`;
}

/** A duration for people: 850 ms, 12.3 s, 4 min 05 s, 2 h 03 min. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const pad = (value: number) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

/** A time that is still to pass, rounded up to steps that do not flicker: seconds near the end, minutes far from it. */
export function formatTimeLeft(ms: number): string {
  const step = ms < 20_000 ? 1000 : ms < 120_000 ? 5000 : ms < 600_000 ? 10_000 : 60_000;
  return formatDuration(Math.max(1, Math.ceil(ms / step)) * step).replace(".0 s", " s");
}

/** A count with its noun: "1 epoch", "1,200 epochs". */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

const byteFactors: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/**
 * Reads a size of memory such as `256k`, `320 KB`, `1M` or `1.5MiB`, with k = 1024 as in data sheets and linker scripts.
 * @throws GeniusError `wrong-use` when the text is no such size.
 */
export function parseBytes(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*([kKmMgG]?)(?:i?[bB])?\s*$/.exec(text);
  const value = match
    ? Number(match[1]) * (byteFactors[(match[2] as string).toLowerCase()] as number)
    : Number.NaN;
  if (!Number.isSafeInteger(Math.floor(value))) {
    throw new GeniusError("wrong-use", `"${text}" is not a size of memory. Write bytes, 256k, 1M or 1.5M.`);
  }
  return Math.floor(value);
}

/** A size of memory with about three significant digits: 950 B, 16.4 KiB, 1.5 MiB. */
export function formatBytes(bytes: number): string {
  for (const [suffix, factor] of [
    ["GiB", 1024 ** 3],
    ["MiB", 1024 ** 2],
    ["KiB", 1024],
  ] as const) {
    if (Math.abs(bytes) < factor) continue;
    const size = bytes / factor;
    return `${size >= 100 ? size.toFixed(0) : Number(size.toPrecision(3))} ${suffix}`;
  }
  return `${bytes} B`;
}

/** The same text for a page, in which no line ends between a figure and its unit: "93.13 %" and "9 min 57 s" stay whole. */
export const withUnitsHeld = (text: string): string =>
  text
    .replace(/(?<=\d) (?=(?:%|ms|s|min|h|points|[kMG]?B|[KMG]iB)(?![\w-]))/g, "\u00a0")
    .replace(/(?<=±) (?=\d)/g, "\u00a0")
    .replace(/(?<=\d\u00a0(?:min|h)) (?=\d)/g, "\u00a0");

/** The size of a file, with k = 1000 as systems list it: 950 bytes, 293 kB, 1.2 MB. */
export const formatFileSize = (bytes: number): string =>
  bytes < 1000 ? `${bytes} bytes` : formatCount(bytes).replace(/([kMG])$/, " $1B");

/** A moment to the minute, the same for every reader: "2026-11-30 18:22 UTC". */
export const minuteOf = (iso: string): string => `${iso.slice(0, 16).replace("T", " ")} UTC`;
