// What passes between GENIUS and trainer/genius_trainer/supernet.py: the job written into a folder, the lines that the
// program prints, and the result it leaves. `npm run catalog` writes these schemas into trainer/genius_trainer/schema/,
// by which Python checks. A change that an older trainer would misread raises the version.
import { z } from "zod";

export const supernetJobVersion = 2;
const resultVersion = 1;

const whole = z.int().min(0);
const positive = z.int().min(1);
const share01 = z.number().min(0).max(1);

/** `supernet.json` */
export const supernetJob = z.strictObject({
  version: z.literal(supernetJobVersion),
  nodes: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        inputs: z.array(z.string()),
        kind: z.string().min(1),
        module: z.string().optional().describe("Python that makes the node's torch module"),
        forward: z.string().optional().describe("Python that applies `module` to the inputs x0, x1, …"),
        frozen: z.literal(true).optional().describe("the module's parameters keep their values"),
        firstShare: whole.optional().describe("of a mixture: where its shares begin"),
      }),
    )
    .min(1)
    .describe("the supernet's graph, in an order in which inputs come first"),
  classes: z.array(z.string()).describe("Python of module classes that torch lacks"),
  decisions: z
    .array(z.strictObject({ first: whole, count: positive }))
    .min(1)
    .describe("where each decision's options are in a vector of shares"),
  plan: z.strictObject({
    method: z.enum(["darts-1", "darts-2", "gdas", "one-shot"]),
    epochs: positive,
    batchSize: positive,
    learningRate: z.number().min(0).describe("the peak; from there along a cosine to a 25th of it"),
    weightDecay: z.number().min(0),
    architectureRate: z.number().min(0).describe("Adam's learning rate for the architecture"),
    seed: whole,
  }),
  data: z.strictObject({
    folder: z.string().min(1).describe("a decoded dataset of the cache: meta.json, pixels.bin, labels.bin"),
    train: z.array(whole).min(1).describe("records that train the weights"),
    validation: z.array(whole).min(1).describe("records that train the architecture"),
    mean01: z.array(z.number()).min(1).max(3),
    sd01: z.array(z.number().positive()).min(1).max(3),
    cropPadding: whole.describe("max shift of an image in pixels, reflected at the border"),
    flip: z.boolean().describe("mirror half of the images left to right"),
  }),
});

/** One line of the program's standard output. It exits with 0 after `finished` and with 1 after `failed`. */
export const supernetEvent = z.discriminatedUnion("event", [
  z.strictObject({
    event: z.literal("epoch"),
    epoch: positive,
    trainLoss: z.number(),
    validationLoss: z.number().optional().describe("absent for one-shot"),
    probabilities: z.array(share01).describe("of all options, after the epoch"),
  }),
  z.strictObject({ event: z.literal("finished") }),
  z.strictObject({
    event: z.literal("failed"),
    reason: z.enum(["bad-job", "diverged"]),
    detail: z.string(),
  }),
]);

/** `result.json`, beside the weights in `supernet.safetensors` */
export const supernetResult = z.strictObject({
  version: z.literal(resultVersion),
  probabilities: z.array(share01).min(1).describe("of all options"),
});

export type SupernetJob = z.output<typeof supernetJob>;
export type SupernetEvent = z.output<typeof supernetEvent>;
