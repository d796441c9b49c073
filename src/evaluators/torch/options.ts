// What a person may set about trainings with PyTorch: what holds for trainings in general, taken from the in-process
// evaluator so that both are the same, and what only PyTorch on other machines can do.
import { z } from "zod";
import { maxAtOnce } from "../../base/at-once.ts";
import { trainOptions } from "../../training/options.ts";

const whole = z.number().int().positive();

export const torchOptions = trainOptions
  .pick({
    task: true,
    format: true,
    epochs: true,
    finalEpochs: true,
    minEpochs: true,
    imageSize: true,
    dataFraction01: true,
    validationFraction01: true,
    batchSize: true,
    optimiser: true,
    learningRate: true,
    weightDecay: true,
    augmentation: true,
    mixup: true,
    labelSmoothing: true,
    timeLimitSeconds: true,
    memoryLimitMb: true,
    int8: true,
  })
  .extend({
    launcher: z
      .string()
      .default("local")
      .describe("where trainings run: local, ray, slurm, or a file of your own")
      .meta({ placeholder: "NAME|FILE" }),
    gpus: z
      .number()
      .int()
      .nonnegative()
      .optional()
      .describe("GPUs per training (default: 1 if there are any, else 0)"),
    cpus: whole
      .max(maxAtOnce)
      .optional()
      .describe("CPU cores per training (default: cores divided by parallel trainings, min 1)"),
    recipe: z
      .enum(["auto", "large-batch"])
      .default("auto")
      .describe(
        "auto: by the size of the data; large-batch: for ImageNet, batch size 1024, RandAugment and mixup; only --batch-size and --learning-rate change it",
      ),
    precision: z
      .enum(["auto", "float32", "bfloat16", "float16"])
      .default("auto")
      .describe("auto is bfloat16 on a GPU that has it, else float32"),
    compile: z
      .boolean()
      .default(false)
      .describe("compile the network first (torch.compile); pays off in long trainings"),
    retries: z
      .number()
      .int()
      .nonnegative()
      .default(3)
      .describe("max restarts from the checkpoint of a training that was preempted or lost"),
  });

export type TorchOptions = z.output<typeof torchOptions>;
