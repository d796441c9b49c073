// `genius refine`: the second stage of a search. Takes the trained network that a run handed over and refines the graph
// inside each block, from the first to the last, for as long as it is told; then hands over the refined network.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fileError, GeniusError } from "../base/errors.ts";
import { createRandom } from "../base/random.ts";
import { formatCount, formatPercent } from "../base/units.ts";
import { defaultAugmentation, openDataset } from "../data/index.ts";
import { handOver } from "../evaluators/train/hand-over.ts";
import { measure } from "../evaluators/train/measure.ts";
import { openTrainingData } from "../evaluators/train/training-data.ts";
import { networkCost } from "../network/cost.ts";
import { createPredictor } from "../nn/index.ts";
import { bestOf } from "../record/trial.ts";
import { blocksOf } from "../refine/design.ts";
import { type Refined, type Round, refine } from "../refine/refine.ts";
import { trainedWeights } from "../runs/export-design.ts";
import { openRun } from "../runs/open-run.ts";
import { keyOf } from "../spaces/choices.ts";
import { defineCommand } from "./command.ts";

const options = z.object({
  minutes: z.number().positive().default(10).describe("how long to refine"),
  candidates: z.int().min(1).default(3).describe("changed networks a round, beside the unchanged one"),
  epochs: z.int().min(1).default(1).describe("epochs of each training in a round"),
  learningRate: z.number().positive().default(0.03).describe("highest learning rate of those trainings"),
  batchSize: z.int().min(2).default(64).describe("images a step"),
  threads: z.int().min(1).default(1).describe("threads that train"),
  seed: z.int().min(0).default(1).describe("decides which changes are tried"),
  json: z.boolean().default(false).describe("one JSON object on standard output"),
});

export default defineCommand({
  options,
  more: `Example:
  genius refine runs/mine --minutes 20

Needs a run whose best network was trained (the evaluators train and torch do). Writes DIR/refined: the refined network
as a search writes its best, and rounds.json with all that was tried. The limits of the search hold. What it gains is
told beside the network it began with; whether more search would have gained as much is another question:
benchmarks/refine answers it for one setting.`,
  async run({ operands, options: given, terminal }) {
    const [folder] = operands;
    if (folder === undefined)
      throw new GeniusError("wrong-use", "Name the folder of a run: genius refine runs/mine");
    const { record, space } = await openRun(folder);
    const { config } = record.header;
    const best = bestOf(record.trials);
    const network = best && space.decode(best.proposal.choices);
    const weights = network && (await trainedWeights(folder, network));
    if (best === undefined || network === undefined || weights === undefined) {
      throw new GeniusError(
        "not-found",
        `${folder} has no trained network to refine: finish a search with --evaluator train first (genius resume ${folder}).`,
      );
    }
    const { threads, epochs, learningRate, batchSize, candidates, seed } = given;
    const { cachePath } = await openDataset(config.dataset, { imageSize: space.input[1] });
    const { validationFraction01 } = config.evaluatorOptions;
    // The validation images of the search: the network was never trained on them.
    const parts = await openTrainingData({
      cachePath,
      validationFraction01: typeof validationFraction01 === "number" ? validationFraction01 : 0.1,
      splitSeed: config.seed,
      dataFraction01: 1,
    });
    const { train, validation, normalisation, dataset } = parts;
    const begun = performance.now();
    const minutes = () => (performance.now() - begun) / 60_000;
    terminal.error(
      `Refining ${keyOf(space, best.proposal.choices)}: ${blocksOf(network).length} blocks in ${given.minutes} minutes\n`,
    );
    const refined = await refine(
      { network, weights },
      {
        data: { train, validation, normalisation, augmentation: defaultAugmentation(dataset) },
        training: { epochs, learningRate, batchSize, threads },
        candidates,
        limits: config.limits,
        random: createRandom(seed, "refine"),
        spent01: () => minutes() / given.minutes,
        signal: terminal.signal,
        onRound: (round) => terminal.error(`${roundWords(round)}\n`),
      },
    );
    const { design } = refined;
    const predictor = await createPredictor({
      nodes: design.network.nodes,
      weights: design.weights,
      threads,
    });
    const measured = await measure((images) => predictor.run(images), { set: validation, normalisation });
    await predictor.dispose();
    const result = await handOver({
      network: design.network,
      weights: design.weights,
      parts,
      measured,
      averaged: false,
      epochs: refined.rounds.length * epochs,
      curve: [],
      threads,
      folder: join(folder, "refined"),
      metadata: { refined_from: keyOf(space, best.proposal.choices), seed: String(seed) },
    });
    const path = join(folder, "refined", "rounds.json");
    await writeFile(
      path,
      `${JSON.stringify({ version: 1, options: given, rounds: refined.rounds }, null, 2)}\n`,
    ).catch((thrown: unknown) => {
      throw fileError(thrown, path, "write");
    });
    const before = record.result?.testAccuracy01;
    const { paramCount, macCount } = networkCost(design.network);
    if (given.json) {
      const kept = keptOf(refined).map(({ block, words }) => ({ block, change: words }));
      const after = {
        paramCount,
        macCount,
        validationAccuracy01: measured.accuracy01,
        testAccuracy01: result.testAccuracy01,
      };
      const line = {
        folder: join(folder, "refined"),
        before: { ...best.cost, testAccuracy01: before ?? null },
        after,
        rounds: refined.rounds.length,
        kept,
      };
      terminal.out(`${JSON.stringify(line)}\n`);
      return 0;
    }
    const kept = keptOf(refined);
    terminal.out(`rounds: ${refined.rounds.length}, changes kept: ${kept.length}\n`);
    for (const { words } of kept) terminal.out(`  ${words}\n`);
    terminal.out(
      `test ${formatPercent(result.testAccuracy01)}${before === undefined ? "" : `, ${formatPercent(before)} before`} · ${formatCount(paramCount)} parameters, ${formatCount(best.cost.paramCount)} before · ${formatCount(macCount)} MACs, ${formatCount(best.cost.macCount)} before\n`,
    );
    terminal.out(`written to ${join(folder, "refined")}\n`);
    return 0;
  },
});

const keptOf = ({ rounds }: Refined) =>
  rounds.flatMap(({ block, candidates, chosen }) => {
    const words = candidates[chosen]?.words;
    return words === undefined ? [] : [{ block, words }];
  });

function roundWords({ block, candidates, chosen }: Round): string {
  const [unchanged] = candidates;
  const taken = candidates[chosen]!;
  const { classEntropy, probeAccuracy01, effectiveRank } = taken.local;
  const local = `neighbours' entropy ${classEntropy.toFixed(2)}, probe ${formatPercent(probeAccuracy01)}, rank ${effectiveRank.toFixed(1)}`;
  if (taken.words === undefined)
    return `${block}: left as it is, validation ${formatPercent(taken.accuracy01)} (${local})`;
  return `${taken.words}: validation ${formatPercent(taken.accuracy01)}, ${formatPercent(unchanged!.accuracy01)} unchanged (${local})`;
}
