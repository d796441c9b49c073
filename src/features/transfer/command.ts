// `genius transfer`: the network that a run found, transferred to a new dataset – fine-tuned, as a linear probe and from scratch –
// with the run's metric against the time that each took.

import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { z } from "zod";
import { provenanceOf } from "../../api/provenance.ts";
import { checkThreads } from "../../base/at-once.ts";
import { GeniusError } from "../../base/errors.ts";
import { makeNamedFolder } from "../../base/folder.ts";
import type { JsonObject } from "../../base/json.ts";
import { jsonLine, terminalSafe } from "../../base/terminal-text.ts";
import { unlessAborted } from "../../base/unless-aborted.ts";
import { openSpace } from "../../catalog/load.ts";
import { defineCommand } from "../../command/command.ts";
import { writeFiles } from "../../command/write-files.ts";
import { inputSize, trainingSize, withImageSize } from "../../evaluators/open-images.ts";
import { networkCost } from "../../graph/cost.ts";
import type { Network } from "../../graph/network.ts";
import { accuracyBeside, formatFrom, type Metric, scoreIn } from "../../metrics/index.ts";
import { shelfOf, trainedWeights } from "../../runs/export-design.ts";
import { openRun } from "../../runs/open-run.ts";
import { networkOf, plainDesignName } from "../../search/proposed-network.ts";
import { openTask } from "../../tasks/index.ts";
import { handOver } from "../../training/hand-over.ts";
import { trainOptions } from "../../training/options.ts";
import { planEpochs, planTraining, usefulThreads } from "../../training/plan.ts";
import { openTrainingData } from "../../training/training-data.ts";
import { type Transfer, type Transferred, transferBy, type Way } from "./transfer.ts";
import { transferFindings, transferPage } from "./transfer-report.ts";

const shape = trainOptions.shape;
const ways = ["linear-probe", "fine-tuned", "scratch"] as const satisfies readonly Way[];

const options = z.object({
  epochs: z
    .int()
    .positive()
    .optional()
    .describe("epochs of fine-tuning and from scratch (default: by the size of the data)"),
  probeEpochs: z.int().positive().default(30).describe("epochs of the linear probe"),
  rateShare01: z
    .number()
    .positive()
    .max(1)
    .default(0.2)
    .describe("learning rate of fine-tuning, relative to that of training from scratch"),
  ways: z
    .string()
    .default(ways.join(","))
    .describe(`ways to transfer, comma-separated: ${ways.join(", ")}`),
  validationFraction01: shape.validationFraction01,
  augmentation: shape.augmentation,
  format: shape.format,
  batchSize: shape.batchSize,
  threads: shape.threads,
  seed: z.int().min(0).default(1).describe("random seed"),
  out: z
    .string()
    .optional()
    .describe("folder of the result (default: transfer/DATA in the run's folder)")
    .meta({ placeholder: "DIR" }),
  json: z.boolean().default(false).describe("the result as one JSON object on standard output"),
});
type Options = z.output<typeof options>;

export default defineCommand({
  options,
  more: `DIR is a run whose best network was trained; NEWDATA is any dataset that \`genius search\` takes. Images are resized to the size
that the network was trained at. The best transferred network, by the run's metric, is written to model.onnx, the comparison to
transfer.html and transfer.json.

Example:
  genius transfer runs/first ./photos`,
  async run({ operands, options: given, terminal }) {
    const [from, target] = operands;
    if (from === undefined || target === undefined || operands.length > 2) {
      throw new GeniusError("wrong-use", "Name a run and the new data: genius transfer DIR NEWDATA.");
    }
    if (given.threads !== undefined) checkThreads("--threads", given.threads);
    const chosen = given.ways.split(",").map((name) => wayOf(name.trim()));
    const say = (text: string) => terminal.error(`${terminalSafe(text)}\n`);
    const { environment, signal } = terminal;
    const opened = await open(from, target, { given, environment, signal, say });
    const { transfer, names, provenance } = opened;
    const { metric } = transfer.training;
    const results: Transferred[] = [];
    const failures: { way: string; detail: string }[] = [];
    for (const way of chosen) {
      signal.throwIfAborted();
      // Nothing of it would be kept.
      const trained = transferBy(way, {
        ...transfer,
        onPoint: (own, point) => {
          signal.throwIfAborted();
          say(
            `${own} · epoch ${point.epoch} · ${point.seconds.toFixed(1)} s · ${formatFrom(metric, point.validation)}`,
          );
        },
      });
      const result = await unlessAborted(trained, signal);
      if ("failed" in result) failures.push({ way, detail: result.failed });
      else results.push(result);
    }
    const folder = given.out ?? join(from, "transfer", basename(target));
    await makeNamedFolder(folder);
    // Few images in the validation part often tie; the loss then decides.
    const best = [...results].sort(
      (a, b) =>
        scoreIn(metric, b.measured.metrics) - scoreIn(metric, a.measured.metrics) ||
        a.measured.loss - b.measured.loss,
    )[0];
    if (best !== undefined) await handOverBest(best, { opened, folder, given });
    const input = {
      ...names,
      metric,
      results: results.map(({ way, seconds, measured, testMetrics, curve }) => ({
        ...{ way, seconds, validation: measured.metrics, test: testMetrics },
        ...accuracyBeside("validationAccuracy01", measured.metrics),
        ...accuracyBeside("testAccuracy01", testMetrics),
        curve: curve.map((point) => ({
          ...point,
          ...accuracyBeside("validationAccuracy01", point.validation),
        })),
      })),
      failures,
      handedOver: best?.way,
      command: `genius transfer ${from} ${target}`,
      provenance: { ...(await provenanceOf()), ...provenance },
    };
    const result = { findings: transferFindings(input), ...input };
    await writeFiles(folder, {
      "transfer.html": transferPage(input),
      "transfer.json": `${JSON.stringify(result, null, 2)}\n`,
    });
    if (given.json) terminal.out(jsonLine(result));
    else for (const line of result.findings) terminal.out(`${terminalSafe(line)}\n`);
    terminal.error("\n");
    say(
      `Written to ${folder}: transfer.html, transfer.json${best === undefined ? "" : ", model.onnx, model.py, weights.safetensors"}`,
    );
    return best === undefined ? 1 : 0;
  },
});

function wayOf(name: string): Way {
  const way = ways.find((known) => known === name);
  if (way === undefined)
    throw new GeniusError("wrong-use", `--ways: "${name}" is none of ${ways.join(", ")}.`);
  return way;
}

interface Opening {
  readonly given: Options;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** The network with its trained weights, and the new images as it takes them. */
async function open(from: string, target: string, { given, environment, signal, say }: Opening) {
  const run = await openRun(from);
  const { journal, space } = run;
  const { config } = journal.header;
  // The one that the run selected on selects here too.
  const metric: Metric = config.metric;
  const trial = journal.selected;
  if (trial === undefined) throw new GeniusError("not-found", `${from} has no scored design yet.`);
  const { proposal } = trial;
  const inherited = await trainedWeights(shelfOf(run, trial), networkOf(space, proposal));
  if (inherited === undefined) {
    throw new GeniusError(
      "not-found",
      `${from} holds no trained weights of trial ${trial.number}, its best: finish a search with trainings first (genius resume ${from}); a table has none.`,
    );
  }
  const [channels] = space.input;
  const { task, imageSize } = z
    .looseObject({ task: z.string().optional(), imageSize: trainOptions.shape.imageSize })
    .parse(config.evaluatorOptions);
  const dataset = await (await openTask(task)).open(target, {
    ...{ environment, signal, onProgress: say },
    imageSize: trainingSize(space, imageSize),
    format: given.format,
  });
  if (dataset.shape[0] !== channels) {
    throw new GeniusError(
      "wrong-use",
      `${target} has images of ${dataset.shape[0]} channels, and the network was trained on ${channels}. Grey and colour do not transfer.`,
    );
  }
  const classCount = dataset.classNames.length;
  const made =
    proposal.network === undefined
      ? (await openSpace(config.space, { ...config.spaceOptions, classCount })).decode(proposal.choices)
      : withClassifier(proposal.network, classCount);
  const network = withImageSize(made, inputSize(dataset.shape));
  const { test } = dataset;
  if (test === undefined) throw new GeniusError("internal", "The data set was opened without a test part.");
  const imageCount = Math.round(dataset.train.count * (1 - given.validationFraction01));
  const settings = trainOptions.parse({
    augmentation: given.augmentation,
    validationFraction01: given.validationFraction01,
    ...(given.batchSize !== undefined && { batchSize: given.batchSize }),
  });
  const data = {
    ...(task !== undefined && { task }),
    ...(metric.file !== undefined && { metricFile: metric.file }),
    cachePath: dataset.cachePath,
    validationFraction01: given.validationFraction01,
    splitSeed: given.seed,
    dataFraction01: 1,
  };
  const plan = planTraining(
    settings,
    { dataset, imageCount },
    proposal.network === undefined ? space.hyperparameters?.(proposal.choices) : undefined,
  );
  const stepMacCount = networkCost(network).macCount * plan.batchSize;
  const transfer: Omit<Transfer, "onPoint"> = {
    network,
    inherited,
    training: {
      network,
      data,
      plan,
      metric,
      epochs: given.epochs ?? planEpochs(settings, { search: imageCount, final: imageCount }).final,
      seed: given.seed,
      threads: given.threads ?? usefulThreads(stepMacCount, availableParallelism()),
    },
    rateShare01: given.rateShare01,
    probeEpochs: given.probeEpochs,
    parts: await openTrainingData(data),
    test,
  };
  return {
    transfer,
    names: {
      from,
      network: `${space.name} ${plainDesignName(space, proposal)}`,
      source: basename(config.dataset),
      target: dataset.name,
    },
    provenance: {
      dataset: dataset.name,
      datasetHash: dataset.hash,
      splitSeed: given.seed,
      run: journal.header.provenance,
    } as JsonObject,
  };
}

/** A network from outside the space, for other classes. @throws GeniusError `wrong-use` where it has no classifier to exchange. */
function withClassifier(network: Network, classCount: number): Network {
  const last = network.nodes.at(-1);
  if (last?.op.kind !== "linear") {
    throw new GeniusError(
      "wrong-use",
      `${network.name} does not end in a linear layer, and transfer exchanges that one for the new classes. Export it, and train it on the new images in another program.`,
    );
  }
  return {
    ...network,
    nodes: network.nodes.with(-1, { ...last, op: { ...last.op, outFeatures: classCount } }),
  };
}

async function handOverBest(
  best: Transferred,
  to: { readonly opened: Awaited<ReturnType<typeof open>>; readonly folder: string; readonly given: Options },
): Promise<void> {
  const { transfer, names } = to.opened;
  await handOver({
    network: transfer.network,
    weights: best.weights,
    parts: transfer.parts,
    measured: best.measured,
    averaged: false,
    epochs: best.curve.length,
    curve: [],
    threads: transfer.training.threads,
    folder: to.folder,
    metadata: {
      dataset: names.target,
      transferred_from: names.source,
      way: best.way,
      seed: String(to.given.seed),
    },
  });
}
