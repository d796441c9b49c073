// The one job of Ray's that a search has: it takes each training as an order and gives it to Ray's scheduler as a task
// (trainer/genius_trainer/ray_job.py). A job that has nothing to do ends by itself, and the next order starts another
// one; it reads the orders from the first one and takes what no other has taken.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { GeniusError } from "../../../base/errors.ts";
import { quote } from "../../../base/shell.ts";
import { writeWhole } from "../../../base/write-whole.ts";
import { trainerFolder } from "../../torch/trainer-package.ts";
import { ordersIn, parseChecked, readIfThere } from "../tasks/task-files.ts";
import type { SearchJob } from "../tasks/task-launcher.ts";
import type { RayApi, RayJob } from "./api.ts";

export interface SearchJobSetting {
  readonly api: RayApi;
  /** Of the run, absolute. */
  readonly folder: string;
  /** That trains, on the nodes. */
  readonly python: string;
  readonly pip: readonly string[] | undefined;
  /** Uploads a folder of packages, and gives its address. */
  readonly bring: (folder: string) => Promise<string>;
}

const note = z.object({ key: z.string() });
/** How long an answer about the job is believed: many trainings ask at once. */
const believedMs = 1_000;
const maxFailures = 3;
/** How the entrypoint ends where the job could not begin. */
const exitCodes = { noRay: 77, folderUnseen: 78 } as const;

export function createSearchJob({ api, folder: run, python, pip, bring }: SearchJobSetting): SearchJob {
  const folder = join(run, "ray");
  const notePath = join(folder, "job.json");
  const orders = ordersIn(folder);
  const answers = new Map<string, { readonly at: number; readonly job: Promise<RayJob | undefined> }>();
  /** Jobs that this object started, and those of them that failed. */
  const started = new Set<string>();
  const failed = new Set<string>();

  const ask = (key: string): Promise<RayJob | undefined> => {
    const known = answers.get(key);
    if (known !== undefined && performance.now() - known.at < believedMs) return known.job;
    const job = api.job(key);
    job.catch(() => answers.delete(key));
    answers.set(key, { at: performance.now(), job });
    return job;
  };
  const isAlive = async (key: string): Promise<boolean> => {
    const job = await ask(key);
    if (job === undefined) return false;
    if (job.status === "FAILED" && started.has(key)) {
      failed.add(key);
      if (cannotBegin(job) || failed.size >= maxFailures) throw refused(job, api.address);
    }
    return job.status === "PENDING" || job.status === "RUNNING";
  };
  const start = async () => {
    const text = await readIfThere(notePath);
    if (text !== undefined && (await isAlive(parseChecked(text, note, notePath).key))) return;
    const key = `genius-${randomUUID().replaceAll("-", "").slice(0, 20)}`;
    const uri = await bring(trainerFolder);
    await orders.open();
    await writeWhole(notePath, JSON.stringify({ key }));
    started.add(key);
    try {
      await api.submit({
        submission_id: key,
        entrypoint: entrypointOf(folder, key, python),
        // It only watches: the places are for trainings.
        ...{ entrypoint_num_cpus: 0, entrypoint_num_gpus: 0 },
        runtime_env: { working_dir: uri, ...(pip !== undefined && { pip }), env_vars: {} },
        metadata: { genius_folder: run },
      });
    } catch (thrown) {
      // The answer may have been lost on its way.
      if ((await api.job(key).catch(() => undefined)) === undefined) throw thrown;
    }
    answers.delete(key);
  };
  let starting: Promise<void> | undefined;

  return {
    ensure() {
      starting ??= start().finally(() => {
        starting = undefined;
      });
      return starting;
    },
    isAlive,
    orders,
    goneWords: (key) =>
      `the job of Ray's that had it (${key}) is gone: it was ended, or the Ray at ${api.address} never heard of it`,
  };
}

function cannotBegin({ driver_exit_code: code, error_type, message }: RayJob): boolean {
  if (code === exitCodes.noRay || code === exitCodes.folderUnseen) return true;
  return error_type === "RUNTIME_ENV_SETUP_FAILURE" || /^runtime_env setup failed/.test(message ?? "");
}

function refused({ message }: RayJob, address: string): GeniusError {
  const lines = (message ?? "").split("\n").filter((line) => line.trim() !== "");
  return new GeniusError(
    "launcher-refused",
    `The Ray at ${address} cannot run the search's job: ${(lines.at(-1) ?? "it gives no reason").trim().slice(0, 600)}`,
  );
}

/** Run by the first Python that has Ray: the one that trains, else those that the head calls by that name. */
function entrypointOf(folder: string, key: string, python: string): string {
  const hasRay = `-c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("ray") is None)'`;
  const args = [folder, key, python].map(quote).join(" ");
  const words = [...new Set([python, "python", "python3"])].map(quote).join(" ");
  return [
    `test -d ${quote(folder)} || { echo "the run's folder is not seen on $(hostname): a Ray cluster of several machines needs a folder that all of them mount at the same path; put the run there with --out" >&2; exit ${exitCodes.folderUnseen}; }`,
    `for each in ${words}; do "$each" ${hasRay} 2>/dev/null && exec "$each" -m genius_trainer.ray_job ${args}; done`,
    `echo "no Python with Ray among ${words} on $(hostname): name one with --ray-python that has Ray and PyTorch, or start Ray's head with its Python on the PATH" >&2; exit ${exitCodes.noRay}`,
  ].join("; ");
}
