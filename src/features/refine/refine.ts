// The second stage of a search: the graph inside each block of a found network is changed, from the first block to the
// last. In every round the design as it is and a few changed ones are trained alike, briefly, from the same weights, and
// one of them continues. It must not know where the design comes from, nor print anything.
import { GeniusError, messageOf } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { networkCost } from "../../graph/cost.ts";
import type { MetricDefinition } from "../../metrics/index.ts";
import type { Limits } from "../../search/constraints/domain.ts";
import { blocksOf, type Design, outputOf } from "./design.ts";
import { choose, evidenceFor, type Measured } from "./evidence.ts";
import { metricSample } from "./metric-sample.ts";
import { byGrammar, type Candidate, type Proposed, type Proposer, type Round } from "./proposer.ts";
import { measureMap, type RefineData, type ShortTraining, scoresOf, trainDesign } from "./short-training.ts";

export interface RefineOptions {
  readonly data: RefineData;
  /** What designs are selected on. */
  readonly metric: MetricDefinition;
  readonly training: Omit<ShortTraining, "data" | "seed" | "signal">;
  /** Changed designs that are trained beside the unchanged one, in every round. */
  readonly candidates: number;
  readonly limits: Limits;
  readonly random: Random;
  /**
   * The share of the budget that is spent, 0 to 1 or more. Each block gets an equal part, and at least one round
   * unless nothing is left.
   */
  readonly spent01: () => number;
  readonly signal?: AbortSignal;
  /** Whose changes are tried. Default: what the grammar draws. */
  readonly propose?: Proposer;
  readonly onRound?: (round: Round) => void;
}

export interface Refined {
  readonly design: Design;
  /** Of the metric on validation images; higher is better. */
  readonly score: number;
  readonly rounds: readonly Round[];
  /** Why it ended before its budget was spent: what the proposer could not do. */
  readonly endedEarly?: string;
}

const measuredImages = 768;

/**
 * Refines a design that has trained weights.
 * @throws GeniusError of the proposer's, but only before the first round is over: later it ends the refinement early.
 */
export async function refine(start: Design, options: RefineOptions): Promise<Refined> {
  const { data, metric, random, spent01, training, propose = byGrammar } = options;
  const signal = options.signal ?? new AbortController().signal;
  const { threads } = training;
  const whole = { set: data.validation, normalisation: data.normalisation, threads };
  let design = start;
  let { score } = metricSample(metric, await scoresOf(design, whole));
  const rounds: Round[] = [];
  const blocks = blocksOf(start.network);
  for (const [place, block] of blocks.entries()) {
    const end = (place + 1) / blocks.length;
    do {
      if (spent01() >= 1) return { design, score, rounds };
      let proposed: Proposed;
      try {
        const { candidates: count, limits } = options;
        const current = design;
        proposed = await propose({
          ...{ design, block, rounds, count, limits, random, signal },
          measure: () =>
            measureMap(current, outputOf(current.network, block)!, { ...whole, imageCount: measuredImages }),
        });
      } catch (thrown) {
        if (rounds.length === 0 || !(thrown instanceof GeniusError)) throw thrown;
        return { design, score, rounds, endedEarly: messageOf(thrown) };
      }
      // The same images in the same order for all, so that the difference is the change.
      const seed = random.integer(2 ** 31);
      const trained: { design: Design; candidate: Candidate; measured: Measured }[] = [];
      for (const change of [undefined, ...proposed.changes]) {
        signal.throwIfAborted();
        const result = await trainDesign(change?.design ?? design, {
          ...training,
          data,
          seed,
          signal,
        });
        const output = result && outputOf(result.network, block);
        if (result === undefined || output === undefined) continue;
        const { paramCount, macCount } = networkCost(result.network);
        const local = await measureMap(result, output, { ...whole, imageCount: measuredImages });
        const { score, values } = metricSample(metric, await scoresOf(result, whole));
        const measured = { values, local };
        const base = trained[0]?.measured;
        const said = change &&
          base && {
            words: change.words,
            preserves: change.preserves,
            evidence: evidenceFor(measured, base),
          };
        const candidate = { ...said, paramCount, macCount, score, local: local.measures };
        trained.push({ design: result, candidate, measured });
      }
      if (trained.length === 0) break;
      const candidates = trained.map(({ candidate }) => candidate);
      const chosen = choose(candidates);
      design = trained[chosen]!.design;
      score = candidates[chosen]!.score;
      const round = { block, candidates, chosen, proposed: proposed.words };
      rounds.push(round);
      options.onRound?.(round);
    } while (spent01() < end);
  }
  return { design, score, rounds };
}
