// "Did you mean …?" for every name a person can get wrong.
import { createRequire } from "node:module";
import { GeniusError } from "./errors.ts";

/** Loaded when a name is wrong. */
const levenshtein = (): typeof import("fastest-levenshtein") =>
  createRequire(import.meta.url)("fastest-levenshtein");

/** The known name nearest to `name`, if one is near enough to be worth suggesting. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const { distance } = levenshtein();
  const lower = name.toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, edits: distance(lower, candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  if (best === undefined) return undefined;
  const prefix = known.find((candidate) => candidate.toLowerCase().startsWith(lower) && lower.length >= 3);
  return best.edits <= Math.max(2, Math.floor(name.length / 3)) ? best.candidate : prefix;
}

/** The error for a name that is not known: says what kind of thing, the nearest, and all that are allowed. */
export function unknownName(kind: string, name: string, known: readonly string[]): GeniusError {
  const suggestion = nearest(name, known);
  const hint = suggestion === undefined ? "" : ` Did you mean "${suggestion}"?`;
  return new GeniusError("unknown-name", `There is no ${kind} "${name}".${hint} Known: ${known.join(", ")}.`);
}
