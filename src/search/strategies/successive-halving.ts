// Successive halving without waiting (ASHA): many designs are trained briefly, and whenever one is among the best part
// of its rung it is trained longer. It keeps any number of workers busy.
import { z } from "zod";
import { bestNotOn, createRungs, type Rung, ranked, rungEpochs, stand } from "../sampling/rungs.ts";
import { createKnownDesigns, drawUnseen, freeDesigns } from "../sampling/unseen.ts";
import { defineStrategy } from "../strategy.ts";
import type { Proposal, Trial } from "../trial.ts";

const options = z.object({
  factor: z
    .number()
    .min(2)
    .default(3)
    .describe("reduction factor η: the top 1/η advance to η × longer training"),
});

export default defineStrategy({
  name: "successive-halving",
  summary: "Trains many designs briefly and the best of them longer, without waiting (ASHA).",
  source:
    "Jamieson and Talwalkar 2016, https://arxiv.org/abs/1502.07943; Li et al. 2020, https://arxiv.org/abs/1810.05934",
  model: "none",
  options,
  create({ domain, fidelity }, { factor }) {
    const by = "successive-halving";
    const known = createKnownDesigns(domain.space);
    const rungs = fidelity.epochs && createRungs(rungEpochs(fidelity.epochs, factor));
    const rungOf = ({ fidelity: { epochs } }: Proposal) => rungs?.find((rung) => rung.epochs === epochs);
    /** A design on `rung` that has earned the next one. */
    const earned = (rung: Rung, next: Rung) =>
      ranked(rung)
        .slice(0, Math.floor([...rung.standings.values()].filter(({ isDone }) => isDone).length / factor))
        .find(({ choices }) => !next.standings.has(choices.join()))?.choices;
    const promote = (
      find: (rung: Rung, next: Rung) => Proposal["choices"] | undefined,
    ): Proposal | undefined => {
      for (let index = (rungs?.length ?? 0) - 2; index >= 0; index -= 1) {
        const [rung, next] = [rungs?.[index] as Rung, rungs?.[index + 1] as Rung];
        const choices = find(rung, next);
        if (choices === undefined) continue;
        const rationale = `among the best after ${epochWords(rung.epochs)}`;
        return { choices, fidelity: { epochs: next.epochs }, by, rationale };
      }
      return undefined;
    };
    return {
      async propose({ random, pending }) {
        const waiting = pending.flatMap((proposal) => {
          const rung = rungOf(proposal);
          return rung === undefined ? [] : [{ proposal, rung }];
        });
        for (const { proposal, rung } of waiting) stand(rung, proposal);
        try {
          const promoted = promote(earned);
          if (promoted !== undefined) return promoted;
          const choices = drawUnseen(domain, freeDesigns(known, pending), random);
          if (choices === undefined) return promote(bestNotOn);
          const epochs = rungs?.[0]?.epochs;
          return {
            choices,
            fidelity: epochs === undefined ? {} : { epochs },
            by,
            rationale:
              epochs === undefined
                ? "drawn at random; this evaluator has no shorter trainings"
                : `drawn at random, for ${epochWords(epochs)}`,
          };
        } finally {
          for (const { proposal, rung } of waiting) rung.standings.delete(proposal.choices.join());
        }
      },
      observe(trial: Trial) {
        known.observe(trial);
        const rung = rungOf(trial.proposal);
        if (rung !== undefined) stand(rung, trial.proposal, trial);
      },
    };
  },
});

const epochWords = (epochs: number) => (epochs === 1 ? "1 epoch" : `${epochs} epochs`);
