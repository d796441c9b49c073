// BOHB: Hyperband's schedule, with new designs from densities of the good and the bad ones at the longest training
// that has enough of them. Architecture and hyperparameters are decisions alike.
import { z } from "zod";
import { createBracketStrategy, type DrawContext } from "../sampling/brackets.ts";
import type { Choices } from "../space.ts";
import { defineStrategy } from "../strategy.ts";
import { isFailure } from "../surrogate/failure.ts";
import { createDensity, likeliestGood } from "../surrogate/parzen.ts";
import { isScored, type Trial } from "../trial.ts";

const options = z.object({
  factor: z
    .number()
    .min(2)
    .default(3)
    .describe("reduction factor η: the top 1/η advance to η × longer training"),
  random01: z
    .number()
    .min(0)
    .max(1)
    .default(1 / 3)
    .describe("share of designs that are drawn at random"),
  good01: z.number().gt(0).lt(1).default(0.15).describe("share of the designs that count as good"),
  draws: z.int().min(1).default(64).describe("designs compared for each proposal"),
});

interface Level {
  readonly epochs: number;
  readonly scored: { readonly choices: Choices; readonly score: number }[];
  readonly failed: Choices[];
}

export default defineStrategy({
  name: "bohb",
  summary: "Hyperband whose new designs come from a model of the good and the bad ones.",
  source: "Falkner et al. 2018, https://arxiv.org/abs/1807.01774",
  model: "none",
  options,
  create(setting, { factor, random01, good01, draws }) {
    const { space } = setting.domain;
    const levels: Level[] = [];
    /** The paper's: one more than the decisions, for the good and for the bad ones. */
    const least = space.decisions.length + 1;
    const draw = ({ domain, random, pending, isFree }: DrawContext) => {
      if (random.next() < random01) return undefined;
      const level = levels
        .filter(({ scored, failed }) => scored.length > 1 && scored.length + failed.length >= least + 1)
        .reduce<Level | undefined>((a, b) => (a !== undefined && a.epochs > b.epochs ? a : b), undefined);
      if (level === undefined) return undefined;
      const ranked = level.scored.toSorted((a, b) => b.score - a.score).map(({ choices }) => choices);
      const count = Math.min(ranked.length - 1, Math.max(least, Math.ceil(good01 * ranked.length)));
      const rest = [...ranked.slice(count), ...level.failed, ...pending.map(({ choices }) => choices)];
      const choices = likeliestGood(
        {
          good: createDensity(space, ranked.slice(0, count), { multivariate: true }),
          bad: createDensity(space, rest, { multivariate: true }),
        },
        { draws, random, isOpen: (each) => isFree(each) && domain.isFeasible(each) },
      );
      if (choices === undefined) return undefined;
      const after = level.epochs === Number.POSITIVE_INFINITY ? "" : ` after ${level.epochs} epochs`;
      return { choices, rationale: `like the best ${count} of ${ranked.length}${after}` };
    };
    const onObserve = (trial: Trial) => {
      const epochs = trial.proposal.fidelity.epochs ?? Number.POSITIVE_INFINITY;
      let level = levels.find((each) => each.epochs === epochs);
      if (level === undefined) {
        level = { epochs, scored: [], failed: [] };
        levels.push(level);
      }
      const { choices } = trial.proposal;
      if (isScored(trial)) level.scored.push({ choices, score: trial.outcome.score });
      else if (isFailure(trial)) level.failed.push(choices);
    };
    return createBracketStrategy(setting, { by: "bohb", factor, draw, onObserve });
  },
});
