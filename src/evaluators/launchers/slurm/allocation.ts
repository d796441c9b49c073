// One allocation of Slurm for all trainings of a search: a batch job with a number of places, each a task of one step,
// that train what is ordered (trainer/genius_trainer/slurm_place.py). It ends with the study, or when nothing was to do
// for long; the next order asks for another one, which reads the orders from the first one and takes what none has taken.
import { randomUUID } from "node:crypto";
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { GeniusError } from "../../../base/errors.ts";
import { writeWhole } from "../../../base/write-whole.ts";
import { trainerFolder } from "../../torch/trainer-package.ts";
import type { LaunchJob, Resources } from "../launcher.ts";
import { ordersIn, parseChecked, readIfThere } from "../tasks/task-files.ts";
import type { SearchJob } from "../tasks/task-launcher.ts";
import type { RunSlurm } from "./commands.ts";
import { liveStateOf } from "./job-states.ts";
import { placeArgumentsOf, type SlurmOptions } from "./options.ts";
import type { SlurmQueue } from "./queue.ts";

export interface AllocationSetting {
  readonly run: RunSlurm;
  readonly queue: SlurmQueue;
  readonly options: SlurmOptions;
  /** Of the run, absolute. */
  readonly folder: string;
  /** A file to source first, or "". */
  readonly setup: string;
  /** That trains, on the nodes. */
  readonly python: () => Promise<string>;
}

export interface Allocation extends SearchJob {
  /** The places are as large as the first training asks for. @throws GeniusError `launcher-refused` for a larger one */
  fit(job: LaunchJob): Promise<void>;
  /** Tells the places, if this study used them, that nothing more is ordered. */
  end(): Promise<void>;
}

const note = z.object({
  key: z.string(),
  /** It takes no more. */
  isEnded: z.boolean(),
  place: z.object({ gpus: z.number(), cpus: z.number(), memoryMb: z.number().exactOptional() }),
});
type Note = z.output<typeof note>;

const maxFailures = 3;
/** The exit code of a node that does not see the folder. */
const noFolderCode = 81;

/** Arguments: the folder of the orders, the key, a file to source first or "", the trainer's packages, the Python that trains, then words for srun. */
const allocationScript = `#!/bin/bash
# The places of a search of GENIUS. Written by its launcher.
folder="$1" key="$2" setup="$3" packages="$4" python="$5"
shift 5
[ -r "$folder/orders.jsonl" ] || exit ${noFolderCode}
[ -z "$setup" ] || source "$setup" >&2
export PYTHONPATH="$packages\${PYTHONPATH:+:$PYTHONPATH}"
# Slurm asks this script to end as well as the places, which are given the time to.
trap : TERM
srun --kill-on-bad-exit=0 "$@" "$python" -m genius_trainer.slurm_place "$folder" "$key" "$python" </dev/null &
while kill -0 $! 2>/dev/null; do wait $!; code=$?; done
exit "\${code:-0}"
`;

export function createAllocation(setting: AllocationSetting): Allocation {
  const { run, queue, options, setup, python } = setting;
  const folder = join(setting.folder, "slurm");
  const orders = ordersIn(folder);
  const notePath = join(folder, "allocation.json");
  const logOf = (key: string) => join(folder, `${key}.log`);
  const started = new Set<string>();
  const used = new Set<string>();
  const failed = new Set<string>();
  let place: Resources | undefined;

  const readNote = async (): Promise<Note | undefined> => {
    const text = await readIfThere(notePath);
    return text === undefined ? undefined : parseChecked(text, note, notePath);
  };
  const isAlive = async (key: string): Promise<boolean> => {
    const found = (await queue.query()).byName.get(key) ?? (await queue.query("fresh")).byName.get(key);
    if (found !== undefined && liveStateOf(found) !== undefined) return true;
    if (found?.word !== "FAILED" || !started.has(key)) return false;
    failed.add(key);
    if (failed.size < maxFailures) return false;
    const lines = (await readFile(logOf(key), "utf8").catch(() => "")).trim().split("\n");
    throw new GeniusError(
      "launcher-refused",
      `Slurm's allocation for the search failed ${maxFailures} times on ${found.node || "its node"}: ${lines.at(-1) || `it said nothing. Does the node see ${folder}?`}`,
    );
  };
  const start = async () => {
    const known = await readNote();
    if (known !== undefined && !known.isEnded && (await isAlive(known.key))) {
      place ??= known.place;
      used.add(known.key);
      return;
    }
    const key = `genius-${randomUUID().replaceAll("-", "").slice(0, 20)}`;
    const size = place ?? known?.place ?? { gpus: 0, cpus: 1 };
    await orders.open();
    const script = join(folder, "places.sh");
    await writeWhole(script, allocationScript);
    await chmod(script, 0o755);
    const { gpus, cpus, memoryMb } = size;
    const kept = { gpus, cpus, ...(memoryMb !== undefined && { memoryMb }) };
    await writeWhole(notePath, JSON.stringify({ key, isEnded: false, place: kept } satisfies Note));
    started.add(key);
    used.add(key);
    const { sbatch, srun } = placeArgumentsOf(size, options);
    const args = [folder, key, setup, trainerFolder, await python(), ...srun];
    await run("sbatch", [...sbatch, `--job-name=${key}`, `--output=${logOf(key)}`, script, ...args], {
      PYTHONUNBUFFERED: "1",
      OMP_NUM_THREADS: String(Math.max(1, Math.floor(cpus))),
    });
    await queue.query("fresh");
  };
  let starting: Promise<void> | undefined;

  return {
    orders,
    isAlive,
    ensure() {
      starting ??= start().finally(() => {
        starting = undefined;
      });
      return starting;
    },
    async fit({ key, resources }) {
      place ??= (await readNote())?.place ?? resources;
      const { gpus, cpus, memoryMb = 0 } = place;
      const needs = resources.memoryMb ?? 0;
      if (resources.gpus <= gpus && resources.cpus <= cpus && (memoryMb === 0 || needs <= memoryMb)) return;
      throw new GeniusError(
        "launcher-refused",
        `${key} asks for ${resources.gpus} GPUs, ${resources.cpus} CPUs and ${needs} MB; a place of the search's allocation has ${gpus}, ${cpus} and ${memoryMb} MB. Leave out --slurm-places, or ask for as much for each training.`,
      );
    },
    async end() {
      const known = await readNote();
      if (known === undefined || known.isEnded || !used.has(known.key)) return;
      await writeWhole(notePath, JSON.stringify({ ...known, isEnded: true } satisfies Note));
      await orders.add({ end: known.key });
    },
    goneWords: (key) => `Slurm's allocation that had it (job name ${key}) has ended`,
  };
}
