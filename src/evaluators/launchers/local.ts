// Trainings as processes of this machine. A training continues when the study ends, and the next study finds it again:
// all there is to know of a job is in `launch-<key>` of its folder, made by the process that starts it first.
import { spawn } from "node:child_process";
import { mkdtemp, rename, rm, stat } from "node:fs/promises";
import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { cacheDirectoryOf } from "../../base/cache-directory.ts";
import { fileError, GeniusError, messageOf, systemCodeOf } from "../../base/errors.ts";
import { checkKey } from "./job-key.ts";
import {
  defineLauncher,
  type JobState,
  type Launcher,
  type LauncherSetting,
  type LaunchJob,
} from "./launcher.ts";
import { listGraphics, takePlaces } from "./local/graphics.ts";
import { errorsName, type Order, outputName, readNote, writeNote } from "./local/job-files.ts";
import { identityOf, isAlive } from "./local/process-identity.ts";
import { findPython, isAtLeast, type Python } from "./local/python.ts";
import { readOutputFile } from "./output-file.ts";

export default defineLauncher({
  name: "local",
  summary: "Trains in processes of this machine, which continue when the study is interrupted.",
  source: "Made for GENIUS",
  options: z.object({}),
  startsProcesses: true,
  create,
});

/** A keeper that has not begun after this time never will. */
const keeperStartLimitMs = 60_000;

async function create(setting: LauncherSetting): Promise<Launcher> {
  const { environment } = setting;
  let python: Promise<Python> | undefined;
  const findOnce = () => {
    python ??= findPython(environment);
    return python;
  };

  return {
    pollSeconds: 0.1,
    capacity: { gpus: (await listGraphics(environment)).length, cpus: availableParallelism() },
    async requirePackage(name, atLeast) {
      const found = await findOnce();
      const what = found.packages[name];
      if (what !== undefined && isAtLeast(what, atLeast)) return;
      const has = what === undefined ? `no ${name}` : `${name} ${what}`;
      throw new GeniusError(
        "missing-feature",
        `The Python ${found.path} (${found.version}) has ${has}; trainings need ${name} ${atLeast} or newer. Run \`genius setup torch\`, or let GENIUS_PYTHON name a Python that has it.`,
      );
    },
    async submit(job) {
      const directory = directoryOf(job);
      if (await isThere(directory)) return;
      const [word, ...args] = job.command;
      if (word === undefined) throw new GeniusError("launcher-refused", `The job ${job.key} has no command.`);
      const program = word === "python" ? (await findOnce()).path : word;
      const devices = await devicesFor(job, environment);
      const order: Order = {
        by: await identityOf(process.pid),
        takenAt: new Date().toISOString(),
        command: [program, ...args],
        graceSeconds: job.stopGraceSeconds ?? 30,
        ...(job.resources.timeLimitSeconds !== undefined && {
          timeLimitSeconds: job.resources.timeLimitSeconds,
        }),
        ...(job.resources.memoryMb !== undefined && { memoryLimitMb: job.resources.memoryMb }),
      };
      if (!(await take(directory, order))) return;
      try {
        const taken = await takePlaces(directory, job.resources.gpus, {
          folder: job.resources.gpus > 0 ? join(cacheDirectoryOf(environment), "graphics") : "",
          devices,
          isUsed: async (other) => ["queued", "running"].includes((await stateOf(other)).kind),
        });
        await startKeeper(directory, job, environmentOf(job, environment, taken));
      } catch (thrown) {
        await rm(directory, { recursive: true, force: true });
        throw thrown;
      }
    },
    state: async (job) => stateOf(directoryOf(job)),
    async output(job, offset) {
      const directory = directoryOf(job);
      // Asked before reading: what an ended job has written is all there is.
      const { kind } = await stateOf(directory);
      return readOutputFile(join(directory, outputName), offset, kind === "ended");
    },
    async stop(job) {
      const directory = directoryOf(job);
      const { kind } = await stateOf(directory);
      if (kind === "unknown" || kind === "ended") return;
      await writeNote(directory, "stop", { at: new Date().toISOString() });
      const processes = await readNote(directory, "process");
      if (processes === undefined || !(await isAlive(processes.keeper))) return;
      process.kill(processes.keeper.pid, "SIGTERM");
    },
  };
}

function directoryOf({ key, folder }: LaunchJob): string {
  checkKey(key);
  return join(folder, `launch-${key}`);
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Makes the directory with the order in it in one step, so that of several that try only one succeeds. */
async function take(directory: string, order: Order): Promise<boolean> {
  let prepared: string | undefined;
  try {
    prepared = await mkdtemp(`${directory}.`);
    await writeNote(prepared, "order", order);
    await rename(prepared, directory);
    return true;
  } catch (thrown) {
    if (prepared !== undefined) await rm(prepared, { recursive: true, force: true });
    if (["ENOTEMPTY", "EEXIST"].includes(systemCodeOf(thrown) ?? "")) return false;
    throw fileError(thrown, directory, "create");
  }
}

/** Resolves when the keeper has been started; it needs this process no more. */
async function startKeeper(directory: string, job: LaunchJob, env: NodeJS.ProcessEnv): Promise<void> {
  // tsc does not rewrite a name in a URL: in a checkout it is the .ts file, in dist the .js one.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const file = fileURLToPath(new URL(`./local/keeper.${extension}`, import.meta.url));
  const keeper = spawn(process.execPath, [file, directory], {
    cwd: job.folder,
    env,
    detached: true,
    stdio: "ignore",
  });
  await new Promise<void>((resolve, reject) => {
    keeper.once("spawn", resolve);
    keeper.once("error", (cause) => {
      const message = `No process could be started in ${job.folder}: ${messageOf(cause)}`;
      reject(new GeniusError("launcher-refused", message, { cause }));
    });
  });
  keeper.unref();
}

async function stateOf(directory: string): Promise<JobState> {
  const order = await readNote(directory, "order");
  if (order === undefined) return { kind: "unknown" };
  const ended = async (): Promise<JobState | undefined> => {
    const exit = await readNote(directory, "exit");
    return exit === undefined ? undefined : { kind: "ended", ...exit };
  };
  const known = await ended();
  if (known !== undefined) return known;
  const holder = (await readNote(directory, "process"))?.keeper ?? order.by;
  if (holder.host !== hostname()) {
    throw new GeniusError(
      "launcher-unreachable",
      `The job in ${directory} was started on ${holder.host}, and this is ${hostname()}. Go on with the study there; or, if that machine is gone, delete the folder.`,
    );
  }
  const processes = await readNote(directory, "process");
  if (processes === undefined) {
    if (Math.abs(Date.now() - Date.parse(order.takenAt)) < keeperStartLimitMs) return { kind: "queued" };
    // A keeper looks for this note before it starts the trainer, so it cannot begin after it was given up.
    await writeNote(directory, "stop", { at: new Date().toISOString() });
    if ((await readNote(directory, "process")) !== undefined) return { kind: "queued" };
    return { kind: "ended", how: "lost", detail: "it was never started" };
  }
  if (await isAlive(processes.keeper)) return { kind: "running" };
  const late = await ended();
  if (late !== undefined) return late;
  // Without its keeper a training has no limits and no end that anyone would learn of.
  const { trainer } = processes;
  if (trainer !== undefined && (await isAlive(trainer))) {
    try {
      process.kill(-trainer.pid, "SIGKILL");
    } catch {
      // It has just ended.
    }
  }
  return {
    kind: "ended",
    how: "lost",
    detail: `its process ${processes.keeper.pid} is gone; see ${join(directory, errorsName)}`,
  };
}

/** The graphics processors that the job may be given. */
async function devicesFor(
  { resources: { gpus } }: LaunchJob,
  environment: LauncherSetting["environment"],
): Promise<readonly string[]> {
  if (gpus === 0) return [];
  const devices = await listGraphics(environment);
  if (devices.length >= gpus) return devices;
  throw new GeniusError(
    "launcher-refused",
    `A training was to have ${gpus} GPU${gpus === 1 ? "" : "s"}, and this machine shows ${devices.length} (nvidia-smi, CUDA_VISIBLE_DEVICES). Train with --gpus ${devices.length}, or on another machine with --launcher ray or slurm.`,
  );
}

/** What a trainer needs of the environment: all but keys that are none of its business. */
function environmentOf(
  { pythonPath, resources }: LaunchJob,
  environment: LauncherSetting["environment"],
  devices: readonly string[],
): NodeJS.ProcessEnv {
  const isSecret = (name: string) => /(KEY|TOKEN|SECRET|PASSWORD)$/i.test(name);
  const paths = [pythonPath, environment.PYTHONPATH].filter((path) => path !== undefined && path !== "");
  return {
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => !isSecret(name))),
    ...(paths.length > 0 && { PYTHONPATH: paths.join(process.platform === "win32" ? ";" : ":") }),
    CUDA_VISIBLE_DEVICES: devices.join(","),
    PYTHONUNBUFFERED: "1",
    OMP_NUM_THREADS: String(Math.max(1, Math.floor(resources.cpus))),
  };
}
