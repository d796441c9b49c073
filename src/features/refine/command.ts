// `genius refine`: the second stage of a search. Takes the trained network that a run handed over and refines the graph
// inside each block, from the first to the last, for as long as it is told; then hands over the refined network.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { openModel } from "../../api/open-model.ts";
import { checkThreads } from "../../base/at-once.ts";
import { fileError, GeniusError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { createRandom } from "../../base/random.ts";
import { jsonLine, terminalSafe } from "../../base/terminal-text.ts";
import { formatCount } from "../../base/units.ts";
import { defineCommand } from "../../command/command.ts";
import { createPredictor } from "../../engine/index.ts";
import { inputSize, trainingSize, withImageSize } from "../../evaluators/open-images.ts";
import { networkCost } from "../../graph/cost.ts";
import { accuracyBeside, formatFrom } from "../../metrics/index.ts";
import { shelfOf, trainedWeights } from "../../runs/export-design.ts";
import { openRun } from "../../runs/open-run.ts";
import { refuseSearchFolder } from "../../runs/trained-network.ts";
import { networkOf, plainDesignName } from "../../search/proposed-network.ts";
import { modelSettings } from "../../study/settings.ts";
import { defaultAugmentation } from "../../tasks/image-classification/index.ts";
import { openTask } from "../../tasks/index.ts";
import { handOver } from "../../training/hand-over.ts";
import { measure } from "../../training/measure.ts";
import { trainOptions } from "../../training/options.ts";
import { openTrainingData } from "../../training/training-data.ts";
import { blocksOf } from "./design.ts";
import { createModelProposer } from "./model-proposer.ts";
import { byGrammar } from "./proposer.ts";
import { type Refined, refine } from "./refine.ts";
import { roundWords } from "./round-words.ts";

const options = z.object({
  out: z
    .string()
    .optional()
    .describe("folder of the refined network (default: refined in the run's)")
    .meta({ placeholder: "DIR" }),
  minutes: z.number().positive().default(10).describe("time limit in minutes"),
  rounds: z
    .int()
    .min(1)
    .optional()
    .describe("rounds for each block, in place of --minutes")
    .meta({ placeholder: "N" }),
  candidates: z.int().min(1).default(3).describe("changed networks per round, besides the unchanged one"),
  epochs: z.int().min(1).default(1).describe("epochs of each training in a round"),
  learningRate: z.number().positive().default(0.03).describe("peak learning rate of those trainings"),
  batchSize: z.int().min(2).default(64).describe("batch size (max: the number of training images)"),
  threads: z.int().min(1).default(1).describe("threads that train, max the cores"),
  seed: z.int().min(0).default(1).describe("random seed of the changes"),
  model: z
    .string()
    .optional()
    .describe(
      "language model that chooses among random changes: openai/…, anthropic/…, google/…, ollama/…, compatible/…, replay/FILE, manual",
    )
    .meta({ placeholder: "PROVIDER/MODEL" }),
  offered: z.int().min(2).default(12).describe("random changes that the model chooses from"),
  ...modelSettings.shape,
  json: z.boolean().default(false).describe("one JSON object on standard output"),
});

export default defineCommand({
  options,
  more: `Example:
  genius refine runs/mine --minutes 20

  genius refine runs/mine --rounds 2 --model manual

Needs a run whose best network was trained (by the evaluators train or torch). Writes DIR/refined: the refined network in the
same files as a search's best, rounds.json with everything that was tried, and conversation.jsonl if a model was asked. The
model sees the block's graph, what was measured and a list of valid changes, and chooses which are trained; without a model,
or when its answer cannot be used, the choice is random. The same seed and --rounds with the model replay/DIR repeat a
conversation. The limits of the search hold. The gain is shown against the original network; benchmarks/refine compares it,
for one setting, with a longer search.`,
  async run({ operands, options: given, terminal }) {
    const [folder] = operands;
    if (folder === undefined)
      throw new GeniusError("wrong-use", "Name the folder of a run: genius refine runs/mine");
    const run = await openRun(folder);
    const { journal, space } = run;
    const { config } = journal.header;
    const best = journal.selected;
    const decoded = best && networkOf(space, best.proposal);
    const weights = best && decoded && (await trainedWeights(shelfOf(run, best), decoded));
    if (best === undefined || decoded === undefined || weights === undefined) {
      throw new GeniusError(
        "not-found",
        `${folder} has no trained network to refine: finish a search with --evaluator train first (genius resume ${folder}).`,
      );
    }
    const { threads, epochs, learningRate, candidates, seed } = given;
    checkThreads("--threads", threads);
    const { environment, signal } = terminal;
    const {
      task: taskName,
      imageSize,
      format,
    } = z
      .looseObject({
        task: z.string().optional(),
        imageSize: trainOptions.shape.imageSize,
        format: z.string().optional(),
      })
      .parse(config.evaluatorOptions);
    const images = await (await openTask(taskName)).open(config.dataset, {
      ...{ environment, signal },
      imageSize: trainingSize(space, imageSize),
      format,
    });
    const network = withImageSize(decoded, inputSize(images.shape));
    const { cachePath } = images;
    const { validationFraction01 } = config.evaluatorOptions;
    // The validation images of the search: the network was never trained on them.
    const parts = await openTrainingData({
      ...(taskName !== undefined && { task: taskName }),
      ...(config.metric.file !== undefined && { metricFile: config.metric.file }),
      cachePath,
      validationFraction01: typeof validationFraction01 === "number" ? validationFraction01 : 0.1,
      splitSeed: config.seed,
      dataFraction01: 1,
    });
    const { task, train, validation, normalisation, dataset } = parts;
    const metric = task.metrics.find(({ name }) => name === config.metric.name);
    if (metric === undefined)
      throw new GeniusError(
        "wrong-use",
        `${folder} was selected on ${config.metric.name}, which the task ${task.name} does not measure.`,
      );
    const batchSize = Math.min(given.batchSize, train.count);
    const out = given.out ?? join(folder, "refined");
    refuseSearchFolder(out);
    const conversation =
      given.model === undefined
        ? undefined
        : await openModel(given.model, modelOptionsOf(given), { folder: out, environment });
    const blockCount = blocksOf(network).length;
    const length = given.rounds === undefined ? `${given.minutes} minutes` : `${given.rounds} rounds each`;
    terminal.error(`Refining ${plainDesignName(space, best.proposal)}: ${blockCount} blocks, ${length}\n`);
    for (const warning of conversation?.warnings ?? []) terminal.error(`Note: ${terminalSafe(warning)}\n`);
    const begun = performance.now();
    let rounds = 0;
    const refined = await refine(
      { network, weights },
      {
        data: { train, validation, normalisation, augmentation: defaultAugmentation(dataset) },
        metric,
        training: { epochs, learningRate, batchSize, threads },
        candidates,
        limits: config.limits,
        random: createRandom(seed, "refine"),
        spent01: () =>
          given.rounds === undefined
            ? (performance.now() - begun) / 60_000 / given.minutes
            : rounds / (given.rounds * blockCount),
        signal,
        propose: conversation
          ? createModelProposer(conversation, {
              offered: given.offered,
              shown: 8,
              maxOutputTokens: 4000,
              metric,
            })
          : byGrammar,
        onRound(round) {
          rounds += 1;
          terminal.error(`${roundWords(round, metric)}\n`);
        },
      },
    ).finally(() => conversation?.close());
    if (refined.endedEarly !== undefined)
      terminal.error(`Ended early: ${terminalSafe(refined.endedEarly)}\n`);
    const { design } = refined;
    const predictor = await createPredictor({
      nodes: design.network.nodes,
      weights: design.weights,
      threads,
    });
    const measured = await measure((images) => predictor.run(images), {
      set: validation,
      normalisation,
      task,
    });
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
      folder: out,
      metadata: { refined_from: plainDesignName(space, best.proposal), seed: String(seed) },
    });
    const path = join(out, "rounds.json");
    const early = refined.endedEarly === undefined ? {} : { endedEarly: refined.endedEarly };
    await writeFile(
      path,
      `${JSON.stringify({ version: 3, metric: metric.name, options: given, rounds: refined.rounds, ...early }, null, 2)}\n`,
    ).catch((thrown: unknown) => {
      throw fileError(thrown, path, "write");
    });
    const before = journal.result?.testMetrics;
    const { paramCount, macCount } = networkCost(design.network);
    if (given.json) {
      const kept = keptOf(refined).map(({ block, words }) => ({ block, change: words }));
      const after = {
        paramCount,
        macCount,
        validation: measured.metrics,
        test: result.testMetrics,
        ...accuracyBeside("validationAccuracy01", measured.metrics),
        ...accuracyBeside("testAccuracy01", result.testMetrics),
      };
      const line = {
        folder: out,
        metric: metric.name,
        before: { ...best.cost, test: before ?? null, testAccuracy01: before?.accuracy ?? null },
        after,
        rounds: refined.rounds.length,
        kept,
        spent: conversation?.spent ?? null,
        ...early,
      };
      terminal.out(jsonLine(line));
      return 0;
    }
    const kept = keptOf(refined);
    terminal.out(`rounds: ${refined.rounds.length}, changes kept: ${kept.length}\n`);
    for (const { words } of kept) terminal.out(`  ${words}\n`);
    terminal.out(
      `test ${formatFrom(metric, result.testMetrics)}${before === undefined ? "" : `, ${formatFrom(metric, before)} before`} · ${formatCount(paramCount)} parameters, ${formatCount(best.cost.paramCount)} before · ${formatCount(macCount)} MACs, ${formatCount(best.cost.macCount)} before\n`,
    );
    terminal.out(`written to ${out}\n`);
    return 0;
  },
});

/** What was given of the model's settings. */
function modelOptionsOf(given: z.output<typeof options>): JsonObject {
  const names = Object.keys(modelSettings.shape) as (keyof typeof modelSettings.shape)[];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = given[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

const keptOf = ({ rounds }: Refined) =>
  rounds.flatMap(({ block, candidates, chosen }) => {
    const words = candidates[chosen]?.words;
    return words === undefined ? [] : [{ block, words }];
  });
