// Made-up trials, so that the length of a prompt in the middle of a search is known before the search begins.
import { createRandom } from "../../base/random.ts";
import type { Domain } from "../constraints/domain.ts";
import type { Trial } from "../trial.ts";

/** Characters of a reason that a model states, and of a whole reply in prose: what recorded conversations come to. */
const reasonCharacters = 220;
export const proseCharacters = 1600;

/** `count` scored trials of different designs, each proposed by a model with a reason and a forecast. */
export function inventedTrials(domain: Domain, count: number): readonly Trial[] {
  const random = createRandom("estimate");
  return Array.from({ length: count }, (_, index) => {
    const choices = domain.sample(random) ?? domain.space.decisions.map(() => 0);
    return {
      number: index + 1,
      proposal: {
        choices,
        fidelity: {},
        by: "model",
        call: index + 1,
        rationale: "x".repeat(reasonCharacters),
        predicted: { score: 0.9 },
      },
      outcome: {
        kind: "scored",
        metrics: { accuracy: 0.9 + (index % 50) / 1000 },
        score: 0.9 + (index % 50) / 1000,
        spent: { milliseconds: 0 },
      },
      cost: domain.costOf(choices),
    };
  });
}

/** The mean of a length over the calls of a search, measured at its beginning, its middle and its end. */
export function meanLength(evaluations: number, lengthAfter: (trials: number) => number): number {
  const last = Math.max(0, evaluations - 1);
  const [first, middle, end] = [0, Math.floor(last / 2), last].map(lengthAfter) as [number, number, number];
  return Math.round((first + 2 * middle + end) / 4);
}
