// How hybrid chose between a model and the surrogate until November 2026, for records of it: the candidates of one reply are
// weighed against the surrogate's own design, and what is not taken is forgotten.
import type { ModelCandidate } from "../../prompt/hybrid-prompt.ts";
import type { Choices } from "../../space.ts";
import type { ProposeContext } from "../../strategy.ts";
import { type Acquired, beliefAt, outlookOf, promiseOf } from "../../surrogate/acquire.ts";
import { calibrationOf, combined } from "../../surrogate/model-trust.ts";
import type { Surrogate } from "../../surrogate/surrogate.ts";
import type { Proposal, Trial } from "../../trial.ts";

export const noLongerPays = "its last calls led to no better design";

interface Scales {
  readonly surrogate: Surrogate;
  readonly trials: readonly Trial[];
  readonly context: ProposeContext;
  /** The surrogate's own best. */
  readonly own: Acquired | undefined;
  readonly isFree: (choices: Choices) => boolean;
  /** The nearest allowed design. */
  readonly repair: (choices: Choices) => Choices | undefined;
}

/** The model's candidate that promises most, if it promises more than the surrogate's own; else why there is none. */
export function weigh(named: readonly ModelCandidate[], scales: Scales): Proposal | string {
  const { surrogate, trials, context, own, isFree } = scales;
  const allowed = named.flatMap((candidate) => {
    const choices = scales.repair(candidate.choices);
    return choices !== undefined && isFree(choices)
      ? [{ ...candidate, choices, asked: candidate.choices }]
      : [];
  });
  if (allowed.length === 0) return "every candidate was tried before or cannot be brought within the limits";
  const { random, pending } = context;
  const beliefs = surrogate.candidates({ random, pending, extra: allowed.map(({ choices }) => choices) });
  const trust = calibrationOf(trials, beliefs);
  const isFirst = beliefs.best === Number.NEGATIVE_INFINITY;
  let chosen: ((typeof allowed)[number] & { readonly place: number }) | undefined;
  // With nothing measured, levels mean nothing yet: the surrogate only ranks what the model proposes.
  let most = isFirst ? Number.NEGATIVE_INFINITY : (own?.promise ?? Number.NEGATIVE_INFINITY);
  for (const candidate of allowed) {
    const place = beliefs.placeOf(candidate.choices);
    if (place === undefined) continue;
    const belief = beliefAt(beliefs, place);
    const { score } = candidate;
    const revised = score === undefined || isFirst ? belief : combined(belief, beliefs.valueOf(score), trust);
    const promise = promiseOf(beliefs, place, revised);
    if (promise > most) [chosen, most] = [{ ...candidate, place }, promise];
  }
  if (chosen === undefined) return "the surrogate's own design promised more";
  const { choices, score, reason, asked } = chosen;
  return {
    choices,
    fidelity: {},
    by: "hybrid/model",
    ...(reason !== undefined && { rationale: reason }),
    ...(score !== undefined && { predicted: { score } }),
    ...outlookOf(beliefs, chosen.place),
    ...(choices !== asked && { repairedFrom: asked }),
  };
}
