// What a strategy that trains may use, made from a study's configuration: its dataset, the cache of this machine, and
// launchers. Strategies get it as an argument, so that they open, read and start nothing themselves.
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDirectoryOf } from "../base/cache-directory.ts";
import { GeniusError, messageOf } from "../base/errors.ts";
import type { Launcher, LaunchJob } from "../evaluators/launchers/launcher.ts";
import { runToEnd } from "../evaluators/launchers/run-to-end.ts";
import { readRequirements, trainerFolder } from "../evaluators/torch/trainer-package.ts";
import type { TrainingAccess } from "../search/strategy.ts";
import { openTask } from "../tasks/index.ts";

export interface TrainingAccessSetting {
  /** A name of `genius list tasks`, or a file; image classification by default. */
  readonly task?: string;
  /** How the study's dataset is read; detected by default. */
  readonly format?: string;
  /** The study's dataset, by name or path. */
  readonly dataset: string;
  readonly seed: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly openLauncher: (name: string) => Promise<Launcher>;
  readonly onProgress?: (text: string) => void;
  /** Aborting it ends the reading of images. */
  readonly signal?: AbortSignal;
}

/** How often a program that was preempted or lost is started again. */
const retries = 3;

export function createTrainingAccess(setting: TrainingAccessSetting): TrainingAccess {
  const { task, format, dataset, seed, environment, openLauncher, onProgress, signal } = setting;
  return {
    seed,
    // Asked for when it is used: a search of a published table needs no cache.
    get cacheFolder() {
      return cacheDirectoryOf(environment);
    },
    openDataset: async (imageSize, source) =>
      (await openTask(task)).open(source ?? dataset, {
        ...{ environment, imageSize, signal },
        ...(source === undefined && { format }),
      }),
    async runTrainer({ module, folder, launcher: name, python, onLine, signal }) {
      const launcher = await openLauncher(name);
      try {
        if (python === undefined) {
          for (const { name, atLeast } of await readRequirements())
            await launcher.requirePackage?.(name, atLeast);
        }
        const key = `${basename(folder)
          .replace(/[^A-Za-z0-9_-]/g, "-")
          .slice(0, 60)}-${shortHash(folder)}`;
        const gpus = launcher.capacity?.gpus ? 1 : 0;
        const running = {
          launcher,
          retries,
          signal,
          ...(onLine && { onLine }),
          ...(onProgress && { onProgress }),
          wait: (milliseconds: number, until?: AbortSignal) =>
            sleep(milliseconds, undefined, until && { signal: until }).catch(() => undefined),
          jobOf: (attempt: number): LaunchJob => ({
            key: `${key}-${attempt}`,
            folder,
            command: [python ?? "python", "-m", module, "."],
            pythonPath: trainerFolder,
            resources: { gpus, cpus: launcher.capacity?.cpus ?? 1 },
          }),
        };
        await runToEnd(running).catch((thrown) => {
          if (python === undefined || !/could not be started/.test(messageOf(thrown))) throw thrown;
          const message = `There is no Python at "${python}". Run \`genius setup torch\` to make one, or correct the path.`;
          throw new GeniusError("missing-feature", message, { cause: thrown });
        });
      } finally {
        await launcher.close?.();
      }
    },
  };
}

const shortHash = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 10);
