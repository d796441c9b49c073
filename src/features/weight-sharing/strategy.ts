// What the weight-sharing strategies have in common. Each trains a supernet of the space when it is first asked, and
// then proposes the designs that come out of it, the most probable first: they are evaluated like any other. The supernet
// is kept in the cache after every epoch, so that an interrupted search continues and a resumed one does not train again.
import { z } from "zod";
import { maxAtOnce } from "../../base/at-once.ts";
import { GeniusError } from "../../base/errors.ts";
import { createRandom } from "../../base/random.ts";
import { accuracy, definitionOf, formatScore, metricWords } from "../../metrics/index.ts";
import type { Domain } from "../../search/constraints/domain.ts";
import { createKnownDesigns, drawUnseen, freeDesigns } from "../../search/sampling/unseen.ts";
import type { Choices } from "../../search/space.ts";
import type { ProposeContext, Strategy, StrategySetting, TrainingAccess } from "../../search/strategy.ts";
import { sizeOf } from "../../tasks/image-size.ts";
import { segmentsOf } from "./architecture.ts";
import { type SupernetData, supernetData } from "./data.ts";
import { keepState, keptPath, readState } from "./kept.ts";
import { byProbability } from "./most-probable.ts";
import { evolvePaths, measurePath } from "./paths.ts";
import { createSupernet, type Supernet } from "./supernet.ts";
import { trainSupernetWithTorch } from "./torch.ts";
import { type Method, type SupernetPlan, type TrainedSupernet, trainSupernet } from "./training.ts";

/** The options of all of them; members add their own. */
export const supernetOptions = {
  images: z
    .string()
    .optional()
    .describe("images to train the supernet on (default: the study's dataset)")
    .meta({ placeholder: "FOLDER" }),
  supernetEpochs: z.int().min(1).default(30).describe("epochs of the supernet"),
  supernetFraction01: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("share of the training images used for the supernet; half of them train the weights"),
  supernetBatch: z.int().min(2).default(64).describe("batch size of the supernet"),
  supernetRate: z.number().min(0).default(0.025).describe("initial learning rate of the shared weights"),
  supernetLauncher: z
    .string()
    .optional()
    .describe(
      "train the supernet with PyTorch on this launcher (local, ray, slurm or a file), on a GPU if it has one",
    )
    .meta({ placeholder: "NAME|FILE" }),
  supernetPython: z
    .string()
    .optional()
    .describe("path of the Python for it (default: the launcher's); alone, it implies the launcher local")
    .meta({ placeholder: "PYTHON" }),
  supernetThreads: z
    .int()
    .min(1)
    .max(maxAtOnce)
    .default(1)
    .describe("threads for training the supernet in process"),
};
const schema = z.object(supernetOptions);

export interface WeightSharing {
  readonly by: string;
  readonly method: Method;
  /** Adam's rate for the architecture; one-shot has none. */
  readonly architectureRate?: number;
  /** One-shot: designs measured with shared weights, and how many of them are the first population. */
  readonly evolution?: {
    readonly measured: number;
    readonly population: number;
    readonly imageCount: number;
  };
}

interface Candidate {
  readonly choices: Choices;
  readonly rationale: string;
}

/** Candidates of a ranking that are tried before designs are drawn at random. */
const maxRanked = 20_000;

/** @throws GeniusError `wrong-use` when the space has no supernet, or the study no images. */
export function createWeightSharing(
  setting: StrategySetting,
  given: z.output<typeof schema>,
  sharing: WeightSharing,
): Strategy {
  const { domain, training: access } = setting;
  if (access === undefined) {
    throw new GeniusError(
      "wrong-use",
      `The strategy ${sharing.by} trains a supernet and has no images to train it on. Run it with genius search and --images FOLDER.`,
    );
  }
  const supernet = createSupernet(domain.space);
  const plan: SupernetPlan = {
    method: sharing.method,
    epochs: given.supernetEpochs,
    batchSize: given.supernetBatch,
    learningRate: given.supernetRate,
    weightDecay: 3e-4,
    architectureRate: sharing.architectureRate ?? 0,
    seed: access.seed,
  };
  const known = createKnownDesigns(domain.space);
  let candidates: Promise<Iterator<Candidate>> | undefined;

  const search = async ({ signal }: ProposeContext): Promise<Iterator<Candidate>> => {
    const { space } = domain;
    const dataset = await access.openDataset(sizeOf([space.input[1], space.input[2]]), given.images);
    const data = supernetData(dataset, { space, fraction01: given.supernetFraction01, seed: plan.seed });
    const training = { supernet, data, plan, threads: given.supernetThreads, signal };
    const { supernetLauncher: launcher, supernetPython: python } = given;
    const trained =
      launcher === undefined && python === undefined
        ? await trainKept(training, domain, access)
        : await trainSupernetWithTorch({
            ...training,
            ...(python !== undefined && { python }),
            launcher: launcher ?? "local",
            runTrainer: access.runTrainer,
            folder: `${keptPath(access.cacheFolder, { supernet, data, plan, more: "torch" })}.torch`,
          });
    const { evolution } = sharing;
    if (evolution === undefined) return mostProbable(supernet, trained);
    // Figures of a person's own table are not measured on images.
    const metric = (setting.metric && (await definitionOf(setting.metric))) ?? accuracy;
    const measure = {
      supernet,
      weights: trained.weights,
      data,
      metric,
      imageCount: evolution.imageCount,
      threads: given.supernetThreads,
    };
    const ranked = await evolvePaths(
      (choices) => {
        signal.throwIfAborted();
        return measurePath(measure, choices);
      },
      { domain, random: createRandom(plan.seed, "evolve"), ...evolution },
    );
    return ranked
      .map(({ choices, score }, index) => ({
        choices,
        rationale: `place ${index + 1} of ${ranked.length} designs measured with shared weights (${metricWords(metric)} ${formatScore(metric, score)})`,
      }))
      .values();
  };

  return {
    async propose(context) {
      candidates ??= search(context);
      let rest: Iterator<Candidate>;
      try {
        rest = await candidates;
      } catch (thrown) {
        candidates = undefined;
        throw thrown;
      }
      const isFree = freeDesigns(known, context.pending);
      for (let count = 0; count < maxRanked; count += 1) {
        const next = rest.next();
        if (next.done) break;
        const { choices, rationale } = next.value;
        if (isFree(choices) && domain.isFeasible(choices))
          return { choices, fidelity: {}, by: sharing.by, rationale };
      }
      const choices = drawUnseen(domain, isFree, context.random);
      return (
        choices && {
          choices,
          fidelity: {},
          by: sharing.by,
          rationale: "drawn at random: none left of the supernet's",
        }
      );
    },
    observe: known.observe,
  };
}

/** Designs by the probability that the supernet ended with. */
function* mostProbable(
  { space }: Supernet,
  { probabilities }: Pick<TrainedSupernet, "probabilities">,
): Generator<Candidate> {
  let place = 0;
  for (const { choices, probability01 } of byProbability(probabilities, segmentsOf(space))) {
    place += 1;
    yield {
      choices,
      rationale: `place ${place} of the supernet: probability ${probability01.toPrecision(2)}`,
    };
  }
}

interface KeptTraining {
  readonly supernet: Supernet;
  readonly data: SupernetData;
  readonly plan: SupernetPlan;
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** Trains in process, or continues from what is in the cache. */
async function trainKept(
  training: KeptTraining,
  domain: Domain,
  { cacheFolder }: TrainingAccess,
): Promise<TrainedSupernet> {
  const { supernet, data, plan } = training;
  // Allowed paths only, where single paths are trained: another limit is another supernet.
  const limits = plan.method === "one-shot" ? domain.limits : {};
  const path = keptPath(cacheFolder, { supernet, data, plan, more: limits });
  const begun = await readState(path);
  return trainSupernet({
    ...training,
    ...(begun && { begun }),
    drawPath: (random) => domain.sample(random) ?? domain.space.decisions.map(() => 0),
    onEpoch: (_, state) => keepState(path, state()),
  });
}
