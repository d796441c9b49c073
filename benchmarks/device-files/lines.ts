// What was seen of one network, as a line of the file that the benchmark keeps.
import { existsSync, readFileSync } from "node:fs";

/** What was promised before training, and what the other program took. */
export type Bytes = readonly [promised: number, measured: number];

export interface Seen {
  readonly group: string;
  readonly key: string;
  readonly paramCount: number;
  /** TFLite in floats: the largest difference of a score, as a share of the largest score. */
  readonly float: { readonly difference: number; readonly ram: Bytes };
  /** TFLite in 8 bits: the largest difference of a score, in steps; absent for networks without such a form. */
  readonly int8?: { readonly difference: number; readonly ram: Bytes; readonly flash: Bytes };
  /** C in 8 bits, compiled. */
  readonly c?: { readonly difference: number; readonly ram: Bytes; readonly flash: Bytes };
  /** TFLite Micro, where its interpreter is there and has all the operators: what it plans for maps. */
  readonly micro?: { readonly difference: number; readonly ram: Bytes } | { readonly refused: string };
  /** What C and other plans that overwrite more need. */
  readonly plan: number;
}

/** Of each network the last line, which has what the ones before it had. */
export function readLines(path: string): readonly Seen[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Seen);
  return [...new Map(lines.map((line) => [line.key, line])).values()];
}
