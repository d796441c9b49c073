// Any design of a run, trained to its end: the same data, evaluator and seed as the run's, in a folder of its own. Where nobody runs
// the run, its journal notes what came of it, and its live file says how far it is.
import { join } from "node:path";
import { GeniusError, isAbort, messageOf } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { formatScore, metricWords, scoreIn } from "../metrics/index.ts";
import { openRun } from "../runs/open-run.ts";
import { plannedEpochs } from "../runs/run-time.ts";
import { networkIfAny } from "../search/proposed-network.ts";
import { openJournal } from "../study/journal.ts";
import { createLiveWriter } from "../study/live-file.ts";
import { showProgress } from "./baseline-progress.ts";
import { type TrainOptions, type TrainResult, train } from "./train.ts";

export interface FinishTrialOptions
  extends Partial<Pick<TrainOptions, "out" | "minutes" | "onEvent" | "signal" | "environment">> {
  /** The number of the trial. */
  readonly trial: number;
}

/**
 * Trains the network of a trial at full length, tests it once and writes its files below `trials/N` of the run's folder, or
 * `out`. In a run by the clock it takes `minutes`, by default as long as the whole run was planned for. A run that no process
 * works on gets a note of the result in its journal; nothing else of it changes.
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
  const beside = await openBeside(folder, number);
  const epochs = plannedEpochs(journal.header.provenance.evaluator as JsonObject | undefined)?.final;
  const begun = performance.now();
  try {
    const result = await train(trial.proposal.network === undefined ? { space, choices } : network, {
      ...options,
      ...{ data: config.dataset, out, seed: config.seed },
      ...{ evaluator: config.evaluator, evaluatorOptions: config.evaluatorOptions },
      ...(config.launcherOptions !== undefined && { launcherOptions: config.launcherOptions }),
      ...(minutes !== undefined && { minutes }),
      onEvent(event) {
        options.onEvent?.(event);
        if (event.kind !== "epoch") return;
        const { epoch } = event.point;
        const minutesPassed = (performance.now() - begun) / 60_000;
        beside?.show(
          `trial ${number}, trained to its end: epoch ${Number(epoch.toFixed(1))}`,
          minutes === undefined ? epoch / (epochs ?? Infinity) : minutesPassed / minutes,
        );
      },
    });
    const { metric } = config;
    const score = scoreIn(metric, result.testMetrics);
    const figure = Number.isNaN(score)
      ? ""
      : `: ${metricWords(metric)} ${formatScore(metric, score)} on test data`;
    await beside?.note(`trial ${number} was trained to its end${figure}, files in ${out}`);
    return result;
  } catch (thrown) {
    if (!isAbort(thrown)) await beside?.note(`the training of trial ${number} failed: ${messageOf(thrown)}`);
    throw thrown;
  } finally {
    await beside?.close();
  }
}

/** The journal and the live file of a run; undefined while another process works on it, or where they cannot be written. */
async function openBeside(folder: string, trialNumber: number) {
  const opened = await openJournal(folder).catch((thrown: unknown) => {
    if (thrown instanceof GeniusError && (thrown.code === "locked" || thrown.code === "no-permission"))
      return undefined;
    throw thrown;
  });
  if (opened === undefined) return undefined;
  const { journal } = opened;
  const live = createLiveWriter(folder);
  const show = showProgress(live);
  show(`trial ${trialNumber}, trained to its end`, 0);
  return {
    show,
    note: (text: string) => journal.addNote({ about: "trained", trialNumber, text }),
    async close() {
      await live.close();
      await journal.close();
    },
  };
}
