// Any design of a run, trained to its end: the same data, evaluator and seed as the run's, in a folder of its own.
import { join } from "node:path";
import { GeniusError } from "../base/errors.ts";
import { openRun } from "../runs/open-run.ts";
import { networkIfAny } from "../search/proposed-network.ts";
import { type TrainOptions, type TrainResult, train } from "./train.ts";

export interface FinishTrialOptions
  extends Partial<Pick<TrainOptions, "out" | "minutes" | "onEvent" | "signal" | "environment">> {
  /** The number of the trial. */
  readonly trial: number;
}

/**
 * Trains the network of a trial at full length, tests it once and writes its files below `trials/N` of the run's folder, or
 * `out`. In a run by the clock it takes `minutes`, by default as long as the whole run was planned for.
 *
 * @throws GeniusError `not-found` when the folder holds no run, `wrong-use` for a trial that is not there or has no network,
 *   and what `train` throws.
 * @example
 * ```ts
 * import { finishTrial } from "genius-nas";
 *
 * const { testAccuracy01, files } = await finishTrial("runs/first", { trial: 3 });
 * ```
 */
export async function finishTrial(
  folder: string,
  { trial: number, out = join(folder, "trials", String(number)), ...options }: FinishTrialOptions,
): Promise<TrainResult> {
  const { journal, space } = await openRun(folder);
  const { config } = journal.header;
  const trial = journal.trials.find((one) => one.number === number);
  if (trial === undefined) {
    throw new GeniusError(
      "wrong-use",
      `There is no trial ${number} in ${folder}: it has ${journal.trials.length}. "genius show ${folder}" lists them.`,
    );
  }
  const network = networkIfAny(space, trial.proposal);
  if (network === undefined)
    throw new GeniusError(
      "wrong-use",
      `Trial ${number} of ${folder} has no network: its reply could not be read.`,
    );
  const minutes = options.minutes ?? config.minutes;
  const { choices } = trial.proposal;
  return train(trial.proposal.network === undefined ? { space, choices } : network, {
    ...options,
    ...{ data: config.dataset, out, seed: config.seed },
    ...{ evaluator: config.evaluator, evaluatorOptions: config.evaluatorOptions },
    ...(config.launcherOptions !== undefined && { launcherOptions: config.launcherOptions }),
    ...(minutes !== undefined && { minutes }),
  });
}
