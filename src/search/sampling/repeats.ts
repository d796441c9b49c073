// Another measurement of a design, which a model may ask for (`--repeats`): which design may have one, and the how many-th it is.
import { z } from "zod";
import { GeniusError } from "../../base/errors.ts";
import type { Choices } from "../space.ts";
import type { StrategySetting } from "../strategy.ts";
import { isEvaluated, isScored, type Proposal, type Trial } from "../trial.ts";

export const repeatsOption = z
  .boolean()
  .default(false)
  .describe(
    "a design that was measured and is named again by the model is measured once more, with another seed (not by the clock)",
  );

/** @throws GeniusError `wrong-use` by the clock, where a network that is measured again is the twin by which a race knows the noise. */
export function refuseRepeatsByTheClock({ fidelity }: Pick<StrategySetting, "fidelity">): void {
  if (fidelity.full.seconds === undefined) return;
  throw new GeniusError(
    "wrong-use",
    "--repeats needs a search by the number of trials: by the clock the best networks are trained longer instead of again. Leave it out, or give --trials and --epochs.",
  );
}

/** The number of the repeat that comes next; undefined for a design that has no result to be compared with. */
export function nextRepeat(
  choices: Choices,
  { trials, pending }: { readonly trials: readonly Trial[]; readonly pending: readonly Proposal[] },
): number | undefined {
  const key = choices.join();
  const isSame = ({ network, choices: other }: Proposal) => network === undefined && other.join() === key;
  const own = trials.filter(({ proposal }) => isSame(proposal));
  if (!own.some(isScored)) return undefined;
  return own.filter(isEvaluated).length + pending.filter(isSame).length;
}
