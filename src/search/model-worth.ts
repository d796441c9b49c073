// What a model was worth in a search that it shared with a surrogate, in one sentence: how much of what it offered was
// tried, whose the best design is, and who forecast better. Read from the trials, so that every surface says the same.
import { mean } from "../math/statistics.ts";
import { bestOf, isRepeat, isScored, type Trial } from "./trial.ts";

/** Undefined where a model offered nothing that stayed on offer. */
export function worthInWords(trials: readonly Trial[]): string | undefined {
  const offered = new Set<string>();
  const said = new Map<string, number[]>();
  const misses: { readonly model: number; readonly surrogate: number }[] = [];
  for (const trial of trials) {
    for (const { choices, kind, score } of trial.proposal.modelSaid ?? []) {
      const key = choices.join();
      if (kind === "again") continue;
      if (kind === "offer") offered.add(key);
      if (score !== undefined) said.set(key, [...(said.get(key) ?? []), score]);
    }
    const { proposal } = trial;
    if (isRepeat(trial)) continue;
    const forecasts = said.get(proposal.choices.join());
    const expected = proposal.surrogateExpected;
    if (!isScored(trial) || forecasts === undefined || expected === undefined) continue;
    const { score } = trial.outcome;
    misses.push({
      model: mean(forecasts.map((forecast) => Math.abs(forecast - score))),
      surrogate: Math.abs(expected.score - score),
    });
  }
  if (offered.size === 0) return undefined;
  const tried = trials.filter(
    (trial) => offered.has(trial.proposal.choices.join()) && !isRepeat(trial),
  ).length;
  const best = bestOf(trials);
  const whose =
    best === undefined
      ? "nothing was measured"
      : offered.has(best.proposal.choices.join())
        ? "the best design is one of them"
        : "the best design is the surrogate's";
  const points = (read: (miss: (typeof misses)[number]) => number) =>
    (100 * mean(misses.map(read))).toFixed(2);
  const forecasts =
    misses.length === 0
      ? ""
      : `; of ${misses.length} ${misses.length === 1 ? "design" : "designs"} that both had forecast, it missed by ${points(({ model }) => model)} points on average and the surrogate by ${points(({ surrogate }) => surrogate)}`;
  return `The model offered ${offered.size} ${offered.size === 1 ? "design" : "designs"}, ${tried} of which ${tried === 1 ? "was" : "were"} tried, and ${whose}${forecasts}.`;
}
