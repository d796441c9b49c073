// The second stage of a search: the graph inside each block of a found network is changed, from the first block to the
// last. In every round the design as it is and a few changed ones are trained alike, shortly, from the same weights, and
// one of them goes on. It must not know where the design comes from, nor print anything.
import type { Random } from "../base/random.ts";
import { networkCost } from "../network/cost.ts";
import type { Limits } from "../spaces/domain.ts";
import { blocksOf, type Change, type Design, outputOf } from "./design.ts";
import { choose, type Evidence, evidenceFor, type Measured } from "./evidence.ts";
import { drawChange } from "./grammar.ts";
import type { LocalMeasures } from "./local-measures.ts";
import {
  accuracyOf,
  measureMap,
  type RefineData,
  rightAnswers,
  type ShortTraining,
  trainDesign,
} from "./short-training.ts";

export interface RefineOptions {
  readonly data: RefineData;
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
  readonly onRound?: (round: Round) => void;
}

/** A trained candidate. What is said of a change is absent for the design that was left as it is. */
export interface Candidate {
  readonly words?: string;
  readonly preserves?: boolean;
  /** Against the unchanged design. */
  readonly evidence?: Evidence;
  readonly paramCount: number;
  readonly macCount: number;
  readonly accuracy01: number;
  readonly local: LocalMeasures;
}

export interface Round {
  readonly block: string;
  /** The unchanged design first. */
  readonly candidates: readonly Candidate[];
  readonly chosen: number;
}

export interface Refined {
  readonly design: Design;
  readonly accuracy01: number;
  readonly rounds: readonly Round[];
}

const measuredImages = 768;
/** Draws of a change until one keeps to the limits. */
const draws = 20;

/** Refines a design that has trained weights. */
export async function refine(start: Design, options: RefineOptions): Promise<Refined> {
  const { data, random, spent01, training } = options;
  const { threads } = training;
  const whole = { set: data.validation, normalisation: data.normalisation, threads };
  let design = start;
  let accuracy01 = await accuracyOf(design, whole);
  const rounds: Round[] = [];
  const blocks = blocksOf(start.network);
  for (const [place, block] of blocks.entries()) {
    const end = (place + 1) / blocks.length;
    do {
      if (spent01() >= 1) return { design, accuracy01, rounds };
      const changes = drawChanges(design, block, options);
      // The same images in the same order for all, so that the difference is the change.
      const seed = random.integer(2 ** 31);
      const trained: { design: Design; candidate: Candidate; measured: Measured }[] = [];
      for (const change of [undefined, ...changes]) {
        options.signal?.throwIfAborted();
        const result = await trainDesign(change?.design ?? design, {
          ...training,
          data,
          seed,
          ...(options.signal && { signal: options.signal }),
        });
        const output = result && outputOf(result.network, block);
        if (result === undefined || output === undefined) continue;
        const { paramCount, macCount } = networkCost(result.network);
        const local = await measureMap(result, output, { ...whole, imageCount: measuredImages });
        const right = await rightAnswers(result, whole);
        const measured = { right, local };
        const base = trained[0]?.measured;
        const accuracy01 = right.reduce((sum, value) => sum + value, 0) / right.length;
        const said = change &&
          base && {
            words: change.words,
            preserves: change.preserves,
            evidence: evidenceFor(measured, base),
          };
        const candidate = { ...said, paramCount, macCount, accuracy01, local: local.measures };
        trained.push({ design: result, candidate, measured });
      }
      if (trained.length === 0) break;
      const candidates = trained.map(({ candidate }) => candidate);
      const chosen = choose(candidates);
      design = trained[chosen]!.design;
      accuracy01 = candidates[chosen]!.accuracy01;
      const round = { block, candidates, chosen };
      rounds.push(round);
      options.onRound?.(round);
    } while (spent01() < end);
  }
  return { design, accuracy01, rounds };
}

function drawChanges(
  design: Design,
  block: string,
  { candidates, limits, random }: Pick<RefineOptions, "candidates" | "limits" | "random">,
): readonly Change[] {
  const found = new Map<string, Change>();
  for (let draw = 0; draw < draws && found.size < candidates; draw += 1) {
    const change = drawChange(design, block, random);
    if (change !== undefined && isWithin(change.design, limits)) found.set(change.words, change);
  }
  return [...found.values()];
}

function isWithin({ network }: Design, limits: Limits): boolean {
  const { paramCount, macCount } = networkCost(network);
  const { minParamCount = 0, maxParamCount = Number.POSITIVE_INFINITY } = limits;
  const { minMacCount = 0, maxMacCount = Number.POSITIVE_INFINITY } = limits;
  return (
    paramCount >= minParamCount &&
    paramCount <= maxParamCount &&
    macCount >= minMacCount &&
    macCount <= maxMacCount
  );
}
