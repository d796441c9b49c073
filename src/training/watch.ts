// Looks at each step of a training, and says when it must end early: diverged, out of time, out of memory.
import type { End, TrainingSetting } from "./job.ts";

export type EarlyEnd = Extract<End, { kind: "diverged" | "timeout" | "out-of-memory" }>;

type Trouble = Pick<EarlyEnd, "kind" | "detail">;

/**
 * Guessing has a loss of log(classes), and so has a network that has learnt nothing: a recent mean far above it is a
 * training that was thrown off and will not return.
 * @param elapsedMs since the training began
 */
export function createWatch(
  { timeLimitMs, memoryLimitBytes }: TrainingSetting,
  classCount: number,
  elapsedMs: () => number,
): (loss: number) => Trouble | undefined {
  const guessing = Math.log(classCount);
  let recent = guessing;
  let steps = 0;
  return (loss) => {
    steps += 1;
    if (!Number.isFinite(loss))
      return { kind: "diverged", detail: `the loss became ${loss} in step ${steps}` };
    recent = 0.95 * recent + 0.05 * loss;
    if (steps > 20 && recent > 4 * guessing) {
      const detail = `the loss is ${recent.toPrecision(3)} after ${steps} steps; guessing has ${guessing.toPrecision(3)}`;
      return { kind: "diverged", detail };
    }
    if (timeLimitMs !== undefined && elapsedMs() > timeLimitMs) {
      return { kind: "timeout", detail: `stopped after ${Math.round(timeLimitMs / 1000)} s, the limit` };
    }
    if (memoryLimitBytes !== undefined && steps % 16 === 1) {
      const used = process.memoryUsage.rss();
      const megabytes = (bytes: number) => Math.round(bytes / 1e6);
      if (used > memoryLimitBytes) {
        const detail = `the worker uses ${megabytes(used)} MB, and ${megabytes(memoryLimitBytes)} MB is the limit`;
        return { kind: "out-of-memory", detail };
      }
    }
    return undefined;
  };
}
