// The options of the Slurm launcher, and the arguments of sbatch that they and a job come to. Pure: runs nothing.
import { z } from "zod";
import type { LaunchJob } from "../launcher.ts";
import { warningSignal } from "./batch-script.ts";

/** Arguments of sbatch that the launcher needs for itself; sbatch takes abbreviations for the whole. */
const ours: readonly string[] = [
  "array",
  "chdir",
  "clusters",
  "cluster-constraint",
  "error",
  "export",
  "export-file",
  "help",
  "input",
  "job-name",
  "no-requeue",
  "open-mode",
  "output",
  "parsable",
  "quiet",
  "requeue",
  "signal",
  "test-only",
  "uid",
  "usage",
  "version",
  "wait",
  "wrap",
];

const name = z.string().regex(/^[^-\s]\S*$/, "a name without spaces, not beginning with -");

/** The words of `--constraint=a100 --exclude=n[1-3]`; a value with a space in it cannot be said. */
export const wordsOf = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");

function isAllowed(word: string): boolean {
  const [, option] = /^--([a-z][a-z-]*)(=.*)?$/.exec(word) ?? [];
  return option !== undefined && !ours.some((taken) => taken.startsWith(option));
}

export const slurmOptions = z.object({
  slurmPartition: name.optional().describe("partition to submit to; the cluster's default unless given"),
  slurmAccount: name.optional().describe("account that pays for the jobs"),
  slurmQos: name.optional().describe("quality of service of the jobs"),
  slurmSbatch: z
    .string()
    .default("")
    .refine((text) => wordsOf(text).every(isAllowed), {
      error:
        "long options of sbatch with = before the value, and none that the launcher sets itself, such as --output",
    })
    .describe('further options of sbatch, such as "--constraint=a100 --gres=gpu:h100:1"'),
  slurmSetupFile: z
    .string()
    .optional()
    .describe("file that bash reads on the node before each training: module load …, source …/activate")
    .meta({ placeholder: "FILE" }),
  slurmPython: z
    .string()
    .optional()
    .describe("Python of the trainings, as the nodes see it; found as for local trainings unless given"),
  slurmPlaces: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe(
      "one allocation with that many places for the whole search, whose trainings start in it at once, in place of a batch job for each; as many as --parallel",
    ),
  slurmNoRequeue: z
    .boolean()
    .default(false)
    .describe(
      "do not put a job that is preempted or loses its node back in the queue, to continue from its checkpoint",
    ),
  slurmPollSeconds: z
    .number()
    .min(0.05)
    .max(600)
    .default(10)
    .describe("seconds between two queries of the queue; one query serves all jobs"),
});

export type SlurmOptions = z.output<typeof slurmOptions>;

export const defaultGraceSeconds = 30;

/** The arguments of sbatch, before the script's path, and of srun for an allocation with places of this size. */
export function placeArgumentsOf(
  { gpus, cpus, memoryMb }: LaunchJob["resources"],
  { slurmPlaces = 1, ...options }: SlurmOptions,
): { readonly sbatch: readonly string[]; readonly srun: readonly string[] } {
  const words = wordsOf(options.slurmSbatch);
  const saysGpus = words.some((argument) => /^--(gpus|gres)/.test(argument));
  const each = Math.max(1, Math.ceil(cpus));
  const size = [
    `--ntasks=${slurmPlaces}`,
    `--cpus-per-task=${each}`,
    ...(gpus > 0 && !saysGpus ? [`--gpus-per-task=${gpus}`] : []),
    ...(memoryMb === undefined ? [] : [`--mem-per-cpu=${Math.ceil(memoryMb / each)}M`]),
  ];
  return {
    sbatch: [
      ...["--parsable", "--chdir=/", "--open-mode=append", "--export=ALL", "--no-requeue"],
      ...queueArgumentsOf(options),
      ...words,
      ...size,
    ],
    srun: size,
  };
}

function queueArgumentsOf({
  slurmPartition,
  slurmAccount,
  slurmQos,
}: Pick<SlurmOptions, "slurmPartition" | "slurmAccount" | "slurmQos">): readonly string[] {
  return [
    ...(slurmPartition === undefined ? [] : [`--partition=${slurmPartition}`]),
    ...(slurmAccount === undefined ? [] : [`--account=${slurmAccount}`]),
    ...(slurmQos === undefined ? [] : [`--qos=${slurmQos}`]),
  ];
}

/** Everything before the script's path. What the options say themselves of processors for graphics is left to them. */
export function sbatchArgumentsOf(job: LaunchJob, options: SlurmOptions): readonly string[] {
  const { gpus, cpus, memoryMb, timeLimitSeconds } = job.resources;
  const { stopGraceSeconds = defaultGraceSeconds } = job;
  const words = wordsOf(options.slurmSbatch);
  const saysGpus = words.some((argument) => /^--(gpus|gres)/.test(argument));
  return [
    "--parsable",
    `--job-name=${job.key}`,
    "--chdir=/",
    "--output=/dev/null",
    "--open-mode=append",
    "--export=ALL",
    options.slurmNoRequeue ? "--no-requeue" : "--requeue",
    ...queueArgumentsOf(options),
    "--nodes=1",
    "--ntasks=1",
    ...words,
    `--cpus-per-task=${Math.max(1, Math.ceil(cpus))}`,
    ...(gpus > 0 && !saysGpus ? [`--gres=gpu:${gpus}`] : []),
    ...(memoryMb === undefined ? [] : [`--mem=${Math.ceil(memoryMb)}M`]),
    // Slurm counts minutes. The script keeps the limit to the second; Slurm's own comes after the time to stop.
    ...(timeLimitSeconds === undefined
      ? [`--signal=B:${warningSignal}@60`]
      : [`--time=${Math.ceil((timeLimitSeconds + stopGraceSeconds) / 60)}`]),
  ];
}
