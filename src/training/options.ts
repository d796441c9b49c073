// What a person may set about trainings, as one schema: types, flags and docs come from it. What is left out is
// chosen in plan.ts by the size of the data.
import { z } from "zod";
import { maxAtOnce } from "../base/at-once.ts";
import type { ExecutionProvider } from "../engine/index.ts";
import { imageSizeOption } from "../tasks/image-size.ts";

const whole = z.number().int().positive();
const left = (description: string) => `${description} (default: by the size of the data)`;
const executionProviders = [
  "cpu",
  "webgpu",
  "cuda",
  "dml",
  "coreml",
] as const satisfies readonly ExecutionProvider[];

export const trainOptions = z.object({
  task: z
    .string()
    .default("image-classification")
    .describe("task that networks are trained for: a name of genius list tasks, or a file of your own")
    .meta({ placeholder: "NAME|FILE" }),
  format: z
    .string()
    .optional()
    .describe(
      "how the data are read: a name of genius list formats, or a file of your own (default: detected)",
    )
    .meta({ placeholder: "NAME|FILE" }),
  epochs: whole.optional().describe(left("epochs of a design during the search")),
  finalEpochs: whole.optional().describe(left("epochs of the selected design after the search")),
  minEpochs: whole
    .optional()
    .describe("min epochs that a strategy may ask for (default: a ninth of --epochs)"),
  imageSize: imageSizeOption({ min: 8, max: 1024 })
    .optional()
    .describe(
      "size in pixels that images are brought to: 32, or 24x32 for height x width (default: their own, with a short side up to 64)",
    ),
  dataFraction01: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe("share of the training images used during the search"),
  validationFraction01: z
    .number()
    .positive()
    .max(0.5)
    .default(0.1)
    .describe("share of the training images held out for validation, on which designs are compared"),
  batchSize: whole.optional().describe(left("batch size")),
  optimiser: z.enum(["sgd", "adamw"]).default("sgd").describe("SGD with Nesterov momentum, or AdamW"),
  learningRate: z
    .number()
    .positive()
    .optional()
    .describe(left("peak learning rate, unless the space decides it")),
  weightDecay: z
    .number()
    .nonnegative()
    .optional()
    .describe(left("weight decay, unless the space decides it")),
  augmentation: z
    .enum(["auto", "none", "strong"])
    .default("auto")
    .describe("auto shifts and, where it makes sense, mirrors; strong adds TrivialAugment and cutout"),
  mixup: z.number().min(0).max(10).default(0).describe("α of mixup; 0 is off"),
  labelSmoothing: z.number().min(0).max(0.5).default(0.05).describe("label smoothing"),
  threads: whole
    .max(maxAtOnce)
    .optional()
    .describe(
      "threads per training, max the cores (default: cores divided by parallel trainings; one for a small network)",
    ),
  executionProvider: z
    .enum(executionProviders)
    .optional()
    .describe(
      "device of the trainings: cpu (default), webgpu (a GPU with Vulkan, Metal or Direct3D 12), or what another build of onnxruntime has",
    ),
  timeLimitSeconds: z
    .number()
    .positive()
    .optional()
    .describe("time limit of a training in seconds; a longer one fails"),
  memoryLimitMb: z
    .number()
    .positive()
    .optional()
    .describe("memory limit of a training in MB; one that needs more fails"),
  int8: z
    .boolean()
    .default(false)
    .describe(
      "also write the best model in 8 bits (model.int8.onnx, model.int8.tflite), with the accuracy that is left",
    ),
  maxLatencyMs: z
    .number()
    .positive()
    .optional()
    .describe("max measured latency in milliseconds for one image, on this machine or by --measure"),
  measure: z
    .string()
    .refine((command) => command.includes("{model}"), 'needs {model}, as in "ssh pi ./run {model}"')
    .optional()
    .describe(
      "command that measures latency: called for each design with the path of its .onnx file as {model}; the last line it prints is milliseconds",
    )
    .meta({ placeholder: "COMMAND" }),
  measureSeconds: z
    .number()
    .positive()
    .optional()
    .describe("time limit of one measuring call in seconds (default: 60)"),
  measureRepeats: whole
    .optional()
    .describe("measuring calls for each design, of which the median counts (default: 3)"),
});

export type TrainOptions = z.output<typeof trainOptions>;
