// What passes between GENIUS and its PyTorch trainer (trainer/): the job that is written into a folder, the split
// beside it, and the event lines that the trainer prints. These schemas are the one source for both languages:
// `npm run catalog` writes them as JSON schemas into trainer/genius_trainer/schema/, by which Python checks.
// It must not know of launchers, trials or strategies. A change that an older trainer would misread raises `version`.
import { z } from "zod";
import { checkPlainly, faultClause } from "../../base/schema-words.ts";

export const jobVersion = 1;

const whole = z.int().min(0);
const positive = z.int().min(1);
const share01 = z.number().min(0).max(1);
/** Relative to the job's folder, or absolute on the machine that trains. */
const path = z.string().min(1);

const optimiser = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("sgd"),
    momentum: share01,
    nesterov: z.boolean(),
    weightDecay: z.number().min(0),
  }),
  z.strictObject({
    kind: z.literal("adamw"),
    beta1: share01.optional().describe("0.9 by default"),
    beta2: share01.optional().describe("0.999 by default"),
    epsilon: z.number().positive().optional().describe("1e-8 by default"),
    weightDecay: z.number().min(0),
  }),
]);

const augmentation = z.strictObject({
  cropPadding: whole.describe("max shift of an image in pixels, reflected at the border"),
  flip: z.boolean().describe("mirror left to right, half of the time"),
  warp: share01.describe("strength of random rotation, slant and scaling"),
  colourJitter: share01.describe("brightness, contrast and saturation by factors of 1 ± this"),
  trivialAugment: z.boolean(),
  cutoutSize: whole.describe("side in pixels of a square set to the mean"),
  mixupAlpha: z.number().min(0).max(100),
  resizedCropArea01: share01
    .optional()
    .describe(
      "smallest share of the area of a random crop that is scaled back to full size; 1 or none is off",
    ),
  randAugment: z
    .strictObject({
      count: positive.max(14).describe("operations an image"),
      level: whole.max(30).describe("strength, of 30"),
    })
    .optional(),
});

/** How to train: a `TrainingPlan` of the in-process evaluator is one, and what follows it here may be added. */
export const torchRecipe = z.strictObject({
  batchSize: positive.describe("images in a step, over all processes together"),
  optimiser,
  learningRate: z.number().positive().describe("the peak; from there along a cosine to 0"),
  labelSmoothing: share01,
  augmentation,
  clipNorm: z.number().positive().optional().describe("largest norm of the gradient; not clipped by default"),
  warmupEpochs: z
    .number()
    .min(0)
    .optional()
    .describe("of linear rise; one epoch or a tenth of the training, whichever is shorter, by default"),
  averageDecay: share01
    .optional()
    .describe(
      "decay of a moving average of weights and statistics; the better of both on validation is handed over",
    ),
});

/** `job.json` */
export const torchJob = z.strictObject({
  version: z.literal(jobVersion),
  key: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/),
  model: z.strictObject({
    file: path.describe("what network/export/pytorch wrote, such as model.py"),
    className: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
    initialWeights: z
      .strictObject({
        file: path.describe("safetensors, named as in the state_dict"),
        classifier: z.enum(["kept", "fresh"]).describe("fresh: the last layer starts again"),
      })
      .optional()
      .describe("fresh weights, drawn from the seed, by default"),
    trainable: z.enum(["all", "classifier"]).describe("classifier: a linear probe of the initial weights"),
  }),
  data: z.strictObject({
    folder: path.describe("a decoded data set of the cache: meta.json, pixels.bin, labels.bin"),
    split: path.describe("a file of the form `torchSplit`"),
    normalisation: z.strictObject({
      mean01: z.array(z.number()).min(1).max(3),
      sd01: z.array(z.number().positive()).min(1).max(3),
    }),
    classes: z
      .array(whole)
      .min(2)
      .optional()
      .describe("classes of the dataset to classify: number k is output k; default all"),
  }),
  recipe: torchRecipe,
  epochs: positive
    .optional()
    .describe("in all, with those of a checkpoint that is continued; by the clock absent"),
  clock: z
    .strictObject({
      phase: z
        .enum(["slice", "final"])
        .describe(
          "slice: at the peak of the learning rate, known by its averaged weights; final: falling to 0 at the end of its time",
        ),
      seconds: z
        .number()
        .positive()
        .describe(
          "of wall time, with the start of the process: of a slice in all, with those that it continues; of a final training its own",
        ),
    })
    .optional()
    .describe("in place of `epochs`; one process"),
  seed: whole.describe("of weights, order and augmentation"),
  device: z.enum(["auto", "cpu", "cuda"]),
  processes: positive.describe("data-parallel processes: graphics processors used, or processes on the CPU"),
  threads: positive.optional().describe("of each process; PyTorch's choice by default"),
  precision: z
    .enum(["auto", "float32", "bfloat16", "float16"])
    .describe("auto: bfloat16 on a GPU that has it"),
  compile: z.boolean(),
  channelsLast: z.boolean(),
  measureTest: z.boolean().describe("measure the weights handed over on the test part, once, at the end"),
  checkpoint: path
    .optional()
    .describe("written whole after every epoch and continued if there; needed to survive a stop"),
  continueFrom: path
    .optional()
    .describe("the checkpoint of a shorter training, used while `checkpoint` does not exist"),
  outputFolder: path.optional().describe("where weights.safetensors and result.json go; nowhere by default"),
  filesInEvents: z
    .boolean()
    .describe("print weights.safetensors as `file` events, for a backend without a shared folder"),
  timeLimitSeconds: z.number().positive().optional(),
  memoryLimitMb: z.number().positive().optional().describe("of a process's main memory"),
});

/** The file that `data.split` names: records of the cache, as in `ImageSet.records`. */
export const torchSplit = z.strictObject({
  version: z.literal(jobVersion),
  train: z.array(whole).min(1),
  validation: z.array(whole),
  test: z.array(whole),
});

const tensorFile = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/),
  bytes: whole,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const loss = z.number();

/**
 * One line of the trainer's standard output. Numbers are finite: a loss that is not ends the training as diverged.
 * Where an epoch comes twice, as after a resume, the later line counts. The process exits with 0 after `finished`, with
 * 130 after `failed`/`cancelled`, and with 1 after any other failure.
 */
export const torchEvent = z.discriminatedUnion("event", [
  z.strictObject({
    event: z.literal("started"),
    version: z.literal(jobVersion),
    key: z.string(),
    device: z.enum(["cpu", "cuda"]),
    deviceName: z.string(),
    processes: positive,
    threads: positive,
    precision: z.enum(["float32", "bfloat16", "float16"]),
    torch: z.string(),
    python: z.string(),
    parameterCount: whole,
    resumedFromEpoch: positive.optional().describe("epochs that a checkpoint brought"),
  }),
  z.strictObject({
    event: z.literal("epoch"),
    epoch: z.number().positive().describe("counted from 1; by the clock not a whole number"),
    seconds: z.number().min(0).optional().describe("by the clock: of training, with that of before"),
    trainLoss: loss,
    validationLoss: loss.optional(),
    validationAccuracy01: share01.optional(),
    learningRate: z.number().min(0).describe("of the last step"),
    imagesPerSecond: z.number().min(0).describe("of training, without validation and checkpoint"),
    milliseconds: z.number().min(0),
  }),
  z.strictObject({
    event: z.literal("file"),
    name: tensorFile.shape.name,
    part: positive,
    parts: positive,
    base64: z.base64().describe("the part's bytes"),
    sha256: tensorFile.shape.sha256.describe("of the whole file"),
  }),
  z.strictObject({
    event: z.literal("finished"),
    accuracy01: share01.optional().describe("on validation; absent where the split has none"),
    loss: loss.optional(),
    weights: z.enum(["last", "averaged"]),
    testAccuracy01: share01.optional(),
    testLoss: loss.optional(),
    testImageCount: whole.optional(),
    parameterCount: whole,
    epochsRun: z.number().min(0).describe("by this process, without those of a checkpoint"),
    imagesPerSecond: z.number().min(0).optional(),
    peakMemoryBytes: whole.describe("of the graphics processor on cuda, else of the process"),
    milliseconds: z.number().min(0),
    files: z.array(tensorFile).describe("in outputFolder, or printed as `file` events"),
  }),
  z.strictObject({
    event: z.literal("failed"),
    reason: z.enum(["diverged", "out-of-memory", "disk-full", "timeout", "cancelled", "bad-job", "crashed"]),
    detail: z.string(),
    epochsRun: whole,
    milliseconds: z.number().min(0),
  }),
]);

export type TorchRecipe = z.output<typeof torchRecipe>;
export type TorchJob = z.output<typeof torchJob>;
export type TorchSplit = z.output<typeof torchSplit>;
export type TorchEvent = z.output<typeof torchEvent>;

export type TorchLine =
  | { readonly kind: "event"; readonly event: TorchEvent }
  /** Not JSON with an `event`: what a launcher, a library or a person's own code printed. */
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bad"; readonly detail: string };

/** Reads one whole line of output. Never throws: a bad line is a value. */
export function readTorchLine(line: string): TorchLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: "text", text: line };
  }
  if (typeof value !== "object" || value === null || !("event" in value)) return { kind: "text", text: line };
  const { data, fault } = checkPlainly(torchEvent, value, { isOften: true });
  if (fault === undefined) return { kind: "event", event: data };
  return { kind: "bad", detail: `${line.slice(0, 200)}: ${faultClause(fault)}` };
}

/**
 * The recipe for large batches on ImageNet: SGD with Nesterov momentum 0.8 and weight decay 4e-5, as the paper trains
 * its networks. Differs from the paper, which does not say all: 0.1 of learning rate for every 256 images
 * (https://arxiv.org/abs/1706.02677), RandAugment 2 × 9 and mixup 0.2.
 */
export function largeBatchRecipe(batchSize = 1024): TorchRecipe {
  return {
    batchSize,
    optimiser: { kind: "sgd", momentum: 0.8, nesterov: true, weightDecay: 4e-5 },
    learningRate: (0.1 * batchSize) / 256,
    labelSmoothing: 0.1,
    augmentation: {
      cropPadding: 0,
      flip: true,
      warp: 0,
      colourJitter: 0,
      trivialAugment: false,
      cutoutSize: 0,
      mixupAlpha: 0.2,
      resizedCropArea01: 0.08,
      randAugment: { count: 2, level: 9 },
    },
    warmupEpochs: 5,
    averageDecay: 0.9999,
  };
}
