// How far a language model is believed beside a surrogate: its forecasts are compared with what was measured, and when
// its calls no longer pay, it says so. It learns from trials only, so that a resumed search trusts the same.
import { isScored, type ScoredTrial, type Trial } from "../trial.ts";
import type { Candidates } from "./surrogate.ts";

/** Before its first forecast was tested, a model is trusted as if this many had missed by one unit. */
const priorForecasts = 3;
/** Calls in a row without a better design after which the model is no longer asked. */
const patience = 6;

export interface Belief {
  readonly mean: number;
  readonly deviation: number;
}

/** The model's forecasts against the measurements: what it is off by on average, and how widely. */
export function calibrationOf(trials: readonly Trial[], beliefs: Pick<Candidates, "valueOf">) {
  const misses = trials.filter(isForecast).map((trial) => {
    const forecast = beliefs.valueOf(trial.proposal.predicted?.score as number);
    return beliefs.valueOf(trial.outcome.score) - forecast;
  });
  const bias = misses.reduce((sum, miss) => sum + miss, 0) / (misses.length + priorForecasts);
  const squares = misses.reduce((sum, miss) => sum + (miss - bias) ** 2, priorForecasts);
  return { forecasts: misses.length, bias, deviation: Math.sqrt(squares / (misses.length + priorForecasts)) };
}

function isForecast(trial: Trial): trial is ScoredTrial {
  return isScored(trial) && trial.proposal.by === "hybrid/model" && trial.proposal.predicted !== undefined;
}

/** The surrogate's belief and the model's forecast as one, each weighted by how sure it is. */
export function combined(
  surrogate: Belief,
  forecast: number,
  { bias, deviation }: { readonly bias: number; readonly deviation: number },
): Belief {
  const own = 1 / surrogate.deviation ** 2;
  const others = 1 / deviation ** 2;
  return {
    mean: (own * surrogate.mean + others * (forecast + bias)) / (own + others),
    deviation: Math.sqrt(1 / (own + others)),
  };
}

/** Whether asking the model again is likely to pay: not after several calls that led to no better design. */
export function callsStillPay(trials: readonly Trial[]): boolean {
  let best = Number.NEGATIVE_INFINITY;
  let inVain = 0;
  for (const trial of trials) {
    const improves = isScored(trial) && trial.outcome.score > best;
    if (improves) best = trial.outcome.score;
    if (trial.proposal.call === undefined) continue;
    inVain = improves && trial.proposal.by === "hybrid/model" ? 0 : inVain + 1;
  }
  return inVain < patience;
}
