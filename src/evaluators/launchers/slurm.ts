// Trainings as jobs of a Slurm cluster, through sbatch, squeue, sacct and scancel, and a folder that the compute nodes
// see too. Queues, limits and preemption are Slurm's work. A job's name is its key, so a study that was killed between
// sbatch and noting the number finds the job again; the batch script lets one Slurm job a key train, and no second.
import { access, constants } from "node:fs/promises";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileError, GeniusError } from "../../base/errors.ts";
import {
  defineLauncher,
  type JobState,
  type Launcher,
  type LauncherSetting,
  type LaunchJob,
} from "./launcher.ts";
import { findPython, isAtLeast } from "./local/python.ts";
import { readOutputFile } from "./output-file.ts";
import { createAllocation } from "./slurm/allocation.ts";
import { batchScript, duplicateCode, noFolderCode, stopSignal } from "./slurm/batch-script.ts";
import { type RunSlurm, slurmPrograms } from "./slurm/commands.ts";
import {
  claim,
  directoryOf,
  type Ended,
  endOf,
  lastWordsOf,
  noteEnd,
  noteSlurmId,
  noteStop,
  outputFileOf,
  type ScriptExit,
  scriptExitOf,
  slurmIdOf,
  takeOver,
  tokenOf,
  unclaim,
  wasStopped,
  writeScript,
} from "./slurm/job-files.ts";
import { endFrom, forgottenWord, isScriptsToTell, liveStateOf } from "./slurm/job-states.ts";
import { defaultGraceSeconds, type SlurmOptions, sbatchArgumentsOf, slurmOptions } from "./slurm/options.ts";
import { type QueueState, type SlurmJob, type SlurmQueue, watchQueue } from "./slurm/queue.ts";
import { createTaskLauncher } from "./tasks/task-launcher.ts";

export default defineLauncher({
  name: "slurm",
  summary: "Trains as jobs of a Slurm cluster, from a folder that its nodes share.",
  source: "https://slurm.schedmd.com/sbatch.html",
  options: slurmOptions,
  create,
});

/** A claim without a job number after this many queries was made by a process that is gone. */
const attemptsForNumber = 10;
const pauseMs = 500;
/** A node's note of the end may appear in the shared folder several queries after Slurm reported the end. */
const queriesForNote = 12;

async function create({ environment, folder }: LauncherSetting, options: SlurmOptions): Promise<Launcher> {
  const run = slurmPrograms(environment);
  await checkCluster(run, options);
  const setup = await setupFileOf(options);
  const queue = watchQueue(run, {
    userId: userInfo().uid,
    maxAgeMs: options.slurmPollSeconds * 900,
    now: () => performance.now(),
  });
  let python: Promise<string> | undefined;
  const submissions = new Map<string, Promise<void>>();
  const queriesWithoutNote = new Map<string, number>();
  let withoutFolder: string | undefined;

  const pythonOf = async () => {
    if (options.slurmPython !== undefined) return options.slurmPython;
    if (setup !== "") return "python";
    const { path } = await findPython(environment);
    return path.includes("/") ? resolve(path) : path;
  };

  const submitOnce = async (job: LaunchJob, directory: string) => {
    if ((await slurmIdOf(directory)) !== undefined) return;
    if (withoutFolder !== undefined) throw new GeniusError("launcher-refused", withoutFolder);
    const [word, ...args] = job.command;
    if (word === undefined) throw new GeniusError("launcher-refused", `The job ${job.key} has no command.`);
    python ??= pythonOf();
    const command = [word === "python" ? await python : word, ...args];
    let token = await claim(directory);
    if (token === undefined) {
      if (await findSubmitted(job, directory)) return;
      token = await takeOver(directory);
    }
    const { stopGraceSeconds = defaultGraceSeconds } = job;
    const script = await writeScript(directory, batchScript);
    const limit = `${job.resources.timeLimitSeconds ?? ""}`;
    const forScript = [
      directory,
      token,
      setup,
      job.pythonPath ?? "",
      limit,
      `${stopGraceSeconds}`,
      ...command,
    ];
    let answer: string;
    try {
      const args = [...sbatchArgumentsOf(job, options), script, ...forScript];
      answer = await run("sbatch", args, environmentOf(job));
    } catch (thrown) {
      // After no answer there may be a job: the claim stays, and the next to submit looks for it by its name.
      if (thrown instanceof GeniusError && thrown.code === "launcher-refused") await unclaim(directory);
      throw thrown;
    }
    const id = /^(\d+)(;.*)?$/m.exec(answer)?.[1];
    if (id === undefined) {
      throw new GeniusError(
        "launcher-unreachable",
        `Slurm's sbatch gave no number for ${job.key}: ${answer}`,
      );
    }
    await noteSlurmId(directory, id);
  };

  /** Whether Slurm has a job for a claim that another process made, perhaps just now. */
  const findSubmitted = async (job: LaunchJob, directory: string): Promise<boolean> => {
    for (let attempt = 0; attempt < attemptsForNumber; attempt += 1) {
      if (attempt > 0) await wait(pauseMs);
      if ((await slurmIdOf(directory)) !== undefined) return true;
      const found = (await queue.query("fresh")).byName.get(job.key);
      if (found !== undefined) {
        await noteSlurmId(directory, found.id);
        return true;
      }
    }
    return false;
  };

  const stateOf = async (job: LaunchJob): Promise<JobState> => {
    const directory = directoryOf(job);
    const known = await endOf(directory);
    if (known !== undefined) return known;
    if ((await tokenOf(directory)) === undefined) return { kind: "unknown" };
    const find = async ({ byId, byName }: QueueState) => {
      const id = await slurmIdOf(directory);
      return id === undefined ? byName.get(job.key) : byId.get(id);
    };
    const found = (await find(await queue.query())) ?? (await find(await queue.query("fresh")));
    const id = found?.id ?? (await slurmIdOf(directory));
    if (id === undefined) return { kind: "unknown" };
    const live = found === undefined ? undefined : liveStateOf(found);
    if (live !== undefined) return live;
    const note = await scriptExitOf(directory);
    const exit = note?.id === id ? note : undefined;
    const end = found === undefined ? await forgotten(queue, id, exit) : found;
    if (exit === undefined && isScriptsToTell(end)) {
      const code = await exitCodeOf(run, id);
      // This one came second: the first is the owner, and the folder will show it.
      if (code === `${duplicateCode}:0`) return { kind: "running" };
      if (code === `${noFolderCode}:0`) {
        withoutFolder = `The node ${end.node} does not see the folder ${directory} (Slurm job ${id}). Slurm trainings need a folder that this machine and all nodes share: choose one with --out. Nothing was started.`;
        return keep(directory, { kind: "ended", how: "failed", detail: withoutFolder });
      }
      const queries = (queriesWithoutNote.get(job.key) ?? 0) + 1;
      queriesWithoutNote.set(job.key, queries);
      if ((code === undefined || code.endsWith(":0")) && queries < queriesForNote) return { kind: "running" };
    }
    queriesWithoutNote.delete(job.key);
    const evidence = { wasStopped: await wasStopped(directory), lastWords: await lastWordsOf(directory) };
    return keep(directory, endFrom({ job: end, ...evidence, ...(exit && { exit }) }));
  };

  const requirePackage = async (name: string, atLeast: string) => {
    // What a setup file brings, and a Python that only the nodes have, shows when the first training begins.
    if (setup !== "" || options.slurmPython !== undefined) return;
    const found = await findPython(environment);
    const version = found.packages[name];
    if (version !== undefined && isAtLeast(version, atLeast)) return;
    throw new GeniusError(
      "missing-feature",
      `The Python ${found.path} (${found.version}) has ${version === undefined ? `no ${name}` : `${name} ${version}`}; trainings need ${name} ${atLeast} or newer. Run \`genius setup torch\` where the nodes see it, or name a Python of theirs with --slurm-python, or a file that brings one with --slurm-setup-file.`,
    );
  };

  if (options.slurmPlaces !== undefined) {
    const allocation = createAllocation({
      ...{ run, queue, options, folder: resolve(folder), setup },
      python: async () => {
        python ??= pythonOf();
        return python;
      },
    });
    const tasks = createTaskLauncher({
      job: allocation,
      async prepare(job) {
        await allocation.fit(job);
        return job.pythonPath === undefined ? {} : { pythonPath: job.pythonPath };
      },
      verdictOn: async () => ({ how: "lost", detail: "its node died" }),
    });
    return {
      ...tasks,
      requirePackage,
      pollSeconds: Math.min(0.2, options.slurmPollSeconds),
      close: () => allocation.end(),
    };
  }
  return {
    pollSeconds: options.slurmPollSeconds,
    requirePackage,
    async submit(job) {
      const directory = directoryOf(job);
      const submission = submissions.get(directory) ?? submitOnce(job, directory);
      submissions.set(directory, submission);
      await submission.finally(() => submissions.delete(directory));
    },
    state: stateOf,
    async output(job, offset) {
      // Asked before reading: what an ended job has written is all there is. Who does not answer has not said so.
      const { kind } = await stateOf(job).catch((thrown) => {
        if (thrown instanceof GeniusError && thrown.code === "launcher-unreachable")
          return { kind: "running" };
        throw thrown;
      });
      return readOutputFile(outputFileOf(directoryOf(job)), offset, kind === "ended");
    },
    async stop(job) {
      const directory = directoryOf(job);
      const { kind } = await stateOf(job);
      if (kind === "unknown" || kind === "ended") return;
      await noteStop(directory);
      const id = (await slurmIdOf(directory)) ?? (await queue.query()).byName.get(job.key)?.id;
      if (id === undefined) return;
      // One that waits is taken from the queue. One that runs is told, and its script gives it the time to stop.
      await cancel(run, ["--state=PENDING", id]);
      await cancel(run, ["--batch", `--signal=${stopSignal}`, id]);
    },
  };
}

async function keep(directory: string, end: Ended): Promise<Ended> {
  await noteEnd(directory, end);
  return end;
}

/** @throws GeniusError where Slurm is not here, does not answer, or has no such partition. */
async function checkCluster(run: RunSlurm, { slurmPartition }: SlurmOptions): Promise<void> {
  await run("sbatch", ["--version"]);
  const partitions = (await run("sinfo", ["--all", "--noheader", "--format=%R"]))
    .split(/\s+/)
    .filter(Boolean);
  const missing = (slurmPartition?.split(",") ?? []).find((name) => !partitions.includes(name));
  if (missing === undefined) return;
  throw new GeniusError(
    "launcher-refused",
    `This Slurm cluster has no partition "${missing}". It has: ${partitions.join(", ")}. Choose with --slurm-partition.`,
  );
}

/** Its absolute path; "" for none. */
async function setupFileOf({ slurmSetupFile }: SlurmOptions): Promise<string> {
  if (slurmSetupFile === undefined) return "";
  const path = resolve(slurmSetupFile);
  try {
    await access(path, constants.R_OK);
    return path;
  } catch (thrown) {
    throw fileError(thrown, path, "read the setup file");
  }
}

/** The end of a job that Slurm's controller has forgotten: by the script's note, else by Slurm's accounts. */
async function forgotten(queue: SlurmQueue, id: string, exit: ScriptExit | undefined): Promise<SlurmJob> {
  const own = { id, word: exit?.code === 0 ? "COMPLETED" : "FAILED", reason: "", node: "" };
  if (exit !== undefined && exit.why !== "ended" && exit.why !== "warned") return own;
  const remembered = await queue.remembered(id);
  if (remembered !== undefined && liveStateOf(remembered) === undefined) return remembered;
  if (exit !== undefined) return own;
  return { ...own, word: forgottenWord, reason: "Slurm knows it no more, and it left no exit code" };
}

/** `code:signal`, or undefined where Slurm does not tell. */
async function exitCodeOf(run: RunSlurm, id: string): Promise<string | undefined> {
  const text = await run("scontrol", ["--oneliner", "show", "job", id]).catch((thrown) => {
    if (thrown instanceof GeniusError && thrown.code === "launcher-refused") return "";
    throw thrown;
  });
  return /(?:^|\s)ExitCode=(\d+:\d+)/.exec(text)?.[1];
}

/** That there is nothing to cancel is no error: the job has just ended, or has not the state that was asked for. */
async function cancel(run: RunSlurm, args: readonly string[]): Promise<void> {
  await run("scancel", args).catch((thrown) => {
    if (!(thrown instanceof GeniusError) || thrown.code !== "launcher-refused") throw thrown;
  });
}

const environmentOf = ({ resources }: LaunchJob) => ({
  PYTHONUNBUFFERED: "1",
  OMP_NUM_THREADS: String(Math.max(1, Math.floor(resources.cpus))),
});
