// How long must a training be, and how large its images, to tell good networks from bad? The same networks are trained
// briefly and at length on a data set of the reader's choice: the rank correlation, and what selection by the cheap
// figure would have handed over, against the time it took. The paper asked this with 3.0 to 15.4 GPU-days; this is small.
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { checkProcesses, maxAtOnce } from "../../base/at-once.ts";
import { makeNamedFolder } from "../../base/folder.ts";
import { createRandom } from "../../base/random.ts";
import { loadSpace, openSpace } from "../../catalog/load.ts";
import train from "../../evaluators/train.ts";
import { percentileInterval } from "../../math/bootstrap.ts";
import { kendallTau } from "../../math/statistics.ts";
import { stripChart } from "../../report/index.ts";
import { keyOf } from "../../search/choices.ts";
import { createDomain } from "../../search/constraints/create-domain.ts";
import { limitSettings } from "../../study/limit-settings.ts";
import {
  type ImageSize,
  imageSizeOption,
  shortSideOf,
  sizeText,
  withShortSide,
} from "../../tasks/image-size.ts";
import { type Answer, defineQuestion, type QuestionSetting } from "./question.ts";

const sizeOption = imageSizeOption({ min: 8, max: 1024 });
/** A text of several values with commas between them, each of which is allowed. */
const several = (isAllowed: (part: string) => boolean, words: string) =>
  z.string().refine((text) => text.split(",").every((part) => part.trim() !== "" && isAllowed(part)), words);

const options = z.object({
  dataset: z.string().default("digits").describe("images to train on"),
  designs: z.int().min(4).default(16).describe("networks, drawn at random within the limits"),
  epochs: several(
    (part) => Number.isInteger(Number(part)) && Number(part) >= 1,
    "must be whole numbers from 1 on with commas between them, such as 1,2,4",
  )
    .default("1,2,4")
    .describe("epochs of the short trainings, comma-separated"),
  imageSizes: several(
    (part) => sizeOption.safeParse(part).success,
    "must be sizes of 8 to 1024 pixels with commas between them, such as 16,32 or 12x16,24x32",
  )
    .optional()
    .describe("image sizes of the short trainings, e.g. 16,32 or 12x16,24x32 (default: half and whole)"),
  dataFractions: several(
    (part) => Number(part) > 0 && Number(part) <= 1,
    "must be shares above 0 and up to 1 with commas between them, such as 0.1,0.5",
  )
    .default("0.1")
    .describe("shares of the training images in the short trainings, comma-separated"),
  fullEpochs: z.int().min(1).default(12).describe("epochs of the full trainings, which are the ground truth"),
  fullFraction01: z
    .number()
    .positive()
    .max(1)
    .default(0.5)
    .describe("share of the images in the full trainings"),
  maxParams: limitSettings.shape.maxParams.default(20_000).describe("maximum parameters"),
  maxMacs: limitSettings.shape.maxMacs.default(1_000_000).describe("maximum multiply–accumulates"),
  parallel: z.int().min(1).max(maxAtOnce).default(2).describe("parallel trainings"),
});
type Options = z.output<typeof options>;

export default defineQuestion({
  name: "fidelity",
  asks: "How many epochs, and which image size, does a search need?",
  source:
    "Zheng et al. 2023, https://arxiv.org/abs/2304.10970: 76.4–76.7 % over 10–50 epochs and 76.2–76.9 % over 96–224 pixels, at 3.0–15.4 GPU-days",
  model: "none",
  options,
  answer,
});

interface Fidelity {
  readonly epochs: number;
  readonly imageSize: ImageSize;
  readonly dataFraction01: number;
}

async function answer(setting: QuestionSetting, given: Options): Promise<Answer> {
  checkProcesses("--parallel", given.parallel);
  const numbers = (text: string) => text.split(",").map(Number);
  const base = train.options.parse({
    epochs: given.fullEpochs,
    minEpochs: given.fullEpochs,
    dataFraction01: given.fullFraction01,
  });
  const described = await train.describe!(
    { dataset: given.dataset, environment: setting.environment, onProgress: setting.onProgress },
    base,
  );
  const images = described!.images!;
  const limits = {
    ...(given.maxParams !== undefined && { maxParamCount: given.maxParams }),
    ...(given.maxMacs !== undefined && { maxMacCount: given.maxMacs }),
  };
  const mobile = await loadSpace("mobile");
  const space = await openSpace(mobile, { ...(mobile.fit!(images, limits) as object) });
  const domain = createDomain(space, limits);
  const random = createRandom("fidelity");
  const designs = Array.from({ length: given.designs }, () => domain.sample(random)!);
  const sizes =
    given.imageSizes === undefined
      ? [withShortSide(images.imageSize, Math.round(shortSideOf(images.imageSize) / 2)), images.imageSize]
      : given.imageSizes.split(",").map((text) => sizeOption.parse(text));
  const full: Fidelity = {
    epochs: given.fullEpochs,
    imageSize: images.imageSize,
    dataFraction01: given.fullFraction01,
  };
  const short = sizes.flatMap((imageSize) =>
    numbers(given.dataFractions).flatMap((dataFraction01) =>
      numbers(given.epochs).map((epochs) => ({ epochs, imageSize, dataFraction01 })),
    ),
  );
  const trainings = await trainAll(setting, given, { space, designs, fidelities: [full, ...short], base });
  const truth = trainings(full).map(({ accuracy01 }) => accuracy01);
  const best = Math.max(...truth);
  const rows = short.map((fidelity) => {
    const results = trainings(fidelity);
    const cheap = results.map(({ accuracy01 }) => accuracy01);
    const order = designs.map((_, index) => index);
    const tauOf = (indices: readonly number[]) =>
      kendallTau(
        indices.map((i) => cheap[i]!),
        indices.map((i) => truth[i]!),
      ) ?? 0;
    const chosen = cheap.indexOf(Math.max(...cheap));
    return {
      fidelity,
      tau: tauOf(order),
      ci95: percentileInterval(order, tauOf, createRandom("tau")),
      regret01: best - truth[chosen]!,
      seconds: results.reduce((sum, { seconds }) => sum + seconds, 0) / results.length,
    };
  });
  const costs = designs.map((choices) => domain.costOf(choices));
  const free = {
    parameters: kendallTau(
      costs.map(({ paramCount }) => paramCount),
      truth,
    ),
    macs: kendallTau(
      costs.map(({ macCount }) => macCount),
      truth,
    ),
  };
  const fullSeconds = trainings(full).reduce((sum, { seconds }) => sum + seconds, 0) / designs.length;
  const nameOf = ({ epochs, imageSize, dataFraction01 }: Fidelity) =>
    `${epochs} ${epochs === 1 ? "epoch" : "epochs"}, ${typeof imageSize === "number" ? imageSize : sizeText(imageSize)} px, ${Math.round(100 * dataFraction01)} % of the images`;
  const cheapest = rows.filter(({ ci95 }) => ci95[0] > 0).sort((a, b) => a.seconds - b.seconds)[0];
  return {
    findings: [
      cheapest === undefined
        ? `No short training tells these ${designs.length} networks apart: every interval of the rank correlation reaches zero.`
        : `The cheapest training whose order is clearly that of the long ones: ${nameOf(cheapest.fidelity)} (τ ${cheapest.tau.toFixed(2)}, 95 %: ${cheapest.ci95[0].toFixed(2)} to ${cheapest.ci95[1].toFixed(2)}), at ${((100 * cheapest.seconds) / fullSeconds).toFixed(0)} % of the time of a long one.`,
      `For nothing: the order by MACs has τ ${free.macs?.toFixed(2) ?? "–"}, by parameters ${free.parameters?.toFixed(2) ?? "–"}.`,
      ...rows.map(
        (row) =>
          `${nameOf(row.fidelity)}: its first choice is ${(100 * row.regret01).toFixed(2)} points below the best of ${designs.length}, at ${row.seconds.toFixed(1)} s a network.`,
      ),
    ],
    remarks: [
      `The truth here is ${nameOf(full)} on ${given.dataset}, once each: its own noise is in these figures. ${designs.length} networks, so that intervals are wide.`,
    ],
    charts: [
      stripChart({
        name: "fidelity",
        title: "Rank correlation with the long training",
        caption:
          "Kendall's τ with its bootstrap 95 % interval over the networks. 1 is the same order, 0 none.",
        x: {
          label: "Kendall's τ",
          min: Math.min(-0.2, ...rows.map(({ ci95 }) => ci95[0])),
          max: 1,
          scale: "linear",
          format: (value) => value.toFixed(1),
          precise: (value) => value.toFixed(2),
        },
        rows: rows.map(({ fidelity, tau, ci95 }) => ({
          name: nameOf(fidelity).replace(" of the images", ""),
          values: [tau],
          center: tau,
          interval: ci95,
        })),
      }),
    ],
    tables: [
      {
        title: `Short trainings of ${designs.length} networks against ${nameOf(full)} (${fullSeconds.toFixed(1)} s each)`,
        table: {
          columns: [
            "training",
            "Kendall's τ",
            "95 % from",
            "to",
            "its choice below the best (points)",
            "seconds",
          ],
          rows: rows.map(({ fidelity, tau, ci95, regret01, seconds }) => [
            nameOf(fidelity),
            tau.toFixed(2),
            ci95[0].toFixed(2),
            ci95[1].toFixed(2),
            (100 * regret01).toFixed(2),
            seconds.toFixed(1),
          ]),
        },
      },
    ],
    data: JSON.parse(JSON.stringify({ rows, free, truth, fullSeconds })),
    provenance: {
      dataset: given.dataset,
      designs: designs.map((choices) => keyOf(space, choices)),
      limits: { ...limits },
    },
  };
}

interface Trained {
  readonly name: string;
  readonly accuracy01: number;
  readonly seconds: number;
}

/** Trains what is not in the folder's `trainings.jsonl` yet: a study that was stopped continues. */
async function trainAll(
  setting: QuestionSetting,
  given: Options,
  plan: {
    readonly space: ReturnType<Awaited<ReturnType<typeof loadSpace>>["create"]>;
    readonly designs: readonly (readonly number[])[];
    readonly fidelities: readonly Fidelity[];
    readonly base: ReturnType<typeof train.options.parse>;
  },
): Promise<(fidelity: Fidelity) => readonly Trained[]> {
  const { folder, environment, signal } = setting;
  const { space, designs, fidelities } = plan;
  await makeNamedFolder(folder);
  const log = join(folder, "trainings.jsonl");
  const lines = (await readFile(log, "utf8").catch(() => "")).split("\n").filter(Boolean);
  const done = new Map(lines.map((line) => JSON.parse(line) as Trained).map((entry) => [entry.name, entry]));
  const nameOf = (choices: readonly number[], fidelity: Fidelity) =>
    `${given.dataset} ${keyOf(space, choices)} ${JSON.stringify(fidelity)}`;
  // Each kind of training has an evaluator and a folder of its own, or it would continue from the checkpoints of another.
  const evaluators = new Map(
    await Promise.all(
      fidelities.map(async (fidelity) => {
        const name = JSON.stringify(Object.values(fidelity));
        const options = { ...plan.base, epochs: fidelity.epochs, minEpochs: fidelity.epochs };
        const own = { space, dataset: given.dataset, folder: join(folder, name), seed: 1, environment };
        return [fidelity, await train.create({ ...own, parallel: given.parallel }, options)] as const;
      }),
    ),
  );
  try {
    const waiting = fidelities
      .flatMap((fidelity) => designs.map((choices, index) => ({ fidelity, choices, index })))
      .filter(({ choices, fidelity }) => !done.has(nameOf(choices, fidelity)));
    const total = waiting.length;
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        signal.throwIfAborted();
        const { fidelity, choices, index } = next;
        const outcome = await evaluators.get(fidelity)!.evaluate({
          trialNumber: index + 1,
          proposal: { choices, fidelity, by: "fidelity" },
          network: space.decode(choices),
          fidelity,
          seed: createRandom("fidelity", index).integer(0x7fff_ffff),
          signal,
        });
        signal.throwIfAborted();
        // A training that failed says that the network is bad, which a search would read from it as well.
        const accuracy01 = outcome.kind === "scored" ? (outcome.metrics.accuracy as number) : 0;
        const entry = {
          name: nameOf(choices, fidelity),
          accuracy01,
          seconds: outcome.spent.milliseconds / 1000,
        };
        done.set(entry.name, entry);
        await appendFile(log, `${JSON.stringify(entry)}\n`);
        setting.onProgress(`trained ${total - waiting.length} of ${total}`);
      }
    };
    await Promise.all(Array.from({ length: given.parallel }, work));
  } finally {
    await Promise.all([...evaluators.values()].map((evaluator) => evaluator.close?.()));
  }
  return (fidelity) => designs.map((choices) => done.get(nameOf(choices, fidelity))!);
}
