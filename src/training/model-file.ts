// A finished `model.onnx`, as anyone would run it: with onnxruntime and nothing of the training library. Used to
// check an export, to measure latency and to predict. Images go in as pixels in 0..1; normalisation is inside.
import { InferenceSession, Tensor } from "onnxruntime-node";
import { GeniusError, messageOf } from "../base/errors.ts";
import { readModelMetadata } from "./model-metadata.ts";

export interface ModelFile {
  /** [C, H, W] */
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly metadata: Readonly<Record<string, string>>;
  /** Scores [N, classes] of images [N, C, H, W] with pixels in 0..1. */
  run(images: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** @throws GeniusError `bad-model-file` when onnxruntime refuses the bytes or they do not take images. */
export async function openModelFile(bytes: Uint8Array, threads = 1): Promise<ModelFile> {
  const metadata = readModelMetadata(bytes);
  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  }).catch((cause: unknown) => {
    const reason = messageOf(cause).split("\n", 1)[0];
    throw new GeniusError("bad-model-file", `onnxruntime cannot open this model: ${reason}`, { cause });
  });
  const [input] = session.inputMetadata;
  const shape = input?.isTensor === true ? input.shape.slice(1) : [];
  const [inputName, outputName] = [session.inputNames[0] as string, session.outputNames[0] as string];
  if (shape.length !== 3 || !shape.every((length) => typeof length === "number" && length > 0)) {
    await session.release();
    throw new GeniusError(
      "bad-model-file",
      `The model does not take images [batch, channels, height, width] of one size; its input is [${input?.isTensor === true ? input.shape.join(", ") : ""}].`,
    );
  }
  const [channels, height, width] = shape as [number, number, number];
  const size = channels * height * width;
  return {
    shape: [channels, height, width],
    metadata,
    async run(images) {
      const count = images.length / size;
      const results = await session.run({
        [inputName]: new Tensor("float32", images, [count, channels, height, width]),
      });
      return results[outputName]?.data as Float32Array;
    },
    dispose: () => session.release(),
  };
}

/** How a latency is measured: after a warm-up, over a min number of runs and a min time. */
export const latencyRuns = { warmUp: 5, count: 30, milliseconds: 200 };

/** Times for one image at a time, in milliseconds, the shortest first. */
export async function measureTimes({ run, shape }: ModelFile): Promise<readonly number[]> {
  const image = new Float32Array(shape[0] * shape[1] * shape[2]).fill(0.5);
  for (let warmUp = 0; warmUp < latencyRuns.warmUp; warmUp += 1) await run(image);
  const times: number[] = [];
  const started = performance.now();
  while (
    times.length < latencyRuns.count ||
    (performance.now() - started < latencyRuns.milliseconds && times.length < 1000)
  ) {
    const before = performance.now();
    await run(image);
    times.push(performance.now() - before);
  }
  return times.sort((a, b) => a - b);
}

/** The median time for one image, in milliseconds. */
export async function measureLatencyMs(model: ModelFile): Promise<number> {
  const times = await measureTimes(model);
  return times[Math.floor(times.length / 2)] as number;
}
