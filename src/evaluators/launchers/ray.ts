// Trainings as jobs of a Ray cluster, through the REST API of its dashboard. Which job runs when and where is Ray's
// work. A job's folder must be seen by the cluster's nodes at the same path; what the trainer prints goes into it, so
// that nothing printed is lost with a node or with the head. The Python packages that it imports are uploaded.
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fileError, GeniusError, systemCodeOf } from "../../base/errors.ts";
import { writeWhole } from "../../base/write-whole.ts";
import { checkKey } from "./job-key.ts";
import {
  defineLauncher,
  type JobState,
  type Launcher,
  type LauncherSetting,
  type LaunchJob,
} from "./launcher.ts";
import { readOutputFile } from "./output-file.ts";
import { createRayApi, type JobRequest, type RayApi } from "./ray/api.ts";
import { capacitiesOf, refuseTooLarge } from "./ray/capacity.ts";
import { gaveUpWaiting, jobStateOf } from "./ray/job-state.ts";
import { bringPackage, type Package, packFolder } from "./ray/package.ts";
import {
  directoryNameOf,
  entrypointOf,
  lostName,
  outputName,
  scriptName,
  scriptOf,
  stopName,
  timeoutName,
} from "./ray/script.ts";

const options = z.object({
  rayAddress: z
    .url({ protocol: /^https?$/ })
    .default("http://127.0.0.1:8265")
    .describe("the dashboard of the Ray cluster"),
  rayPython: z
    .string()
    .min(1)
    .default("python3")
    .describe("the Python on Ray's nodes that has PyTorch: a path, or a name found there"),
  rayPip: z
    .string()
    .optional()
    .describe(
      "packages that Ray installs on its nodes before a training, such as torch==2.13.0,numpy; --ray-python is not used then",
    ),
  rayAutoscaler: z
    .boolean()
    .default(false)
    .describe("the cluster grows: a training may ask for more than any node has yet"),
});
type RayOptions = z.output<typeof options>;

export default defineLauncher({
  name: "ray",
  summary: "Trains as jobs of a Ray cluster, with GPUs and processors for each.",
  source:
    "Ray's job REST API, https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html",
  options,
  create,
});

/** Older ones do not keep `entrypoint_memory` for a job. */
const oldestRelease = [2, 10] as const;

/** Which run of which cluster has a job: written before Ray is asked to start it. */
const note = z.object({ address: z.string(), session: z.string() });
const noteName = "ray.json";

async function create(setting: LauncherSetting, options: RayOptions): Promise<Launcher> {
  const api = createRayApi(options.rayAddress, await headersOf(setting.environment));
  refuseOld((await api.version()).release, api.address);
  const python = options.rayPip === undefined ? options.rayPython : "python";
  const packages = new Map<string, Promise<Package>>();
  const seenFit = new Set<string>();
  // Of the largest node, as a job runs on one.
  const [capacity] = await capacitiesOf(api);

  const packageOf = (folder: string) => {
    const packed = packages.get(folder) ?? packFolder(folder);
    packages.set(folder, packed);
    return packed;
  };
  const askForStart = async (job: LaunchJob) => {
    const { pythonPath } = job;
    const uri = pythonPath === undefined ? undefined : await bringPackage(api, await packageOf(pythonPath));
    try {
      await api.submit(requestOf(job, options.rayPip, uri));
    } catch (thrown) {
      // Another process may have been first, or the answer was lost on its way.
      if ((await api.job(job.key).catch(() => undefined)) === undefined) throw thrown;
    }
  };
  const query = async (job: LaunchJob): Promise<JobState> => {
    const directory = directoryOf(job);
    const [isStopAsked, isTimedOut] = await Promise.all([
      isThere(join(directory, stopName)),
      isThere(join(directory, timeoutName)),
    ]);
    const found = await api.job(job.key);
    if (found === undefined) return stateOfForgotten(api, directory);
    if (gaveUpWaiting(found) && !isStopAsked) {
      await api.forget(job.key);
      await askForStart(job);
      return { kind: "queued", detail: "Ray gave up waiting for a place and was asked again" };
    }
    return jobStateOf(found, { isStopAsked, isTimedOut });
  };
  const stateOf = async (job: LaunchJob): Promise<JobState> => {
    const state = await query(job);
    // A node that only the head lost sees this and ends the training, before another one continues from its checkpoint.
    if (state.kind === "ended" && (state.how === "lost" || state.how === "preempted")) {
      await writeWhole(join(directoryOf(job), lostName), "");
    }
    return state;
  };

  return {
    ...(capacity !== undefined && { capacity }),
    async submit(job) {
      const directory = directoryOf(job);
      if (job.command.length === 0) {
        throw new GeniusError("launcher-refused", `The job ${job.key} has no command. Nothing was started.`);
      }
      if ((await api.job(job.key)) !== undefined) return;
      const { session } = await api.version();
      const known = await readNote(directory);
      if (known !== undefined && known.session !== session) return;
      if (!options.rayAutoscaler) await refuseTooLarge(api, job.resources, seenFit);
      await writeWhole(join(directory, scriptName), scriptOf(job, python));
      await writeWhole(join(directory, noteName), `${JSON.stringify({ address: api.address, session })}\n`);
      await askForStart(job);
    },
    state: stateOf,
    async output(job, offset) {
      // Asked before reading: what an ended job has written is all there is.
      const { kind } = await stateOf(job);
      return readOutputFile(join(directoryOf(job), outputName), offset, kind === "ended");
    },
    async stop(job) {
      const directory = directoryOf(job);
      if ((await readNote(directory)) === undefined) return;
      await writeWhole(join(directory, stopName), "");
      await api.stop(job.key);
    },
  };
}

function requestOf(job: LaunchJob, pip: string | undefined, uri: string | undefined): JobRequest {
  const { resources, stopGraceSeconds = 30 } = job;
  return {
    submission_id: job.key,
    entrypoint: entrypointOf(job),
    entrypoint_num_cpus: resources.cpus,
    entrypoint_num_gpus: resources.gpus,
    ...(resources.memoryMb !== undefined && { entrypoint_memory: Math.ceil(resources.memoryMb * 1e6) }),
    runtime_env: {
      ...(uri !== undefined && { working_dir: uri }),
      ...(pip !== undefined && { pip: pip.split(",").map((name) => name.trim()) }),
      env_vars: { RAY_JOB_STOP_WAIT_TIME_S: String(Math.ceil(stopGraceSeconds)) },
    },
    metadata: { genius_folder: job.folder },
  };
}

/** Ray keeps what it knows of jobs in its head's memory: a head that was restarted knows none of the old. */
async function stateOfForgotten(api: RayApi, directory: string): Promise<JobState> {
  const known = await readNote(directory);
  if (known === undefined) return { kind: "unknown" };
  const { session } = await api.version();
  if (known.session === session) return { kind: "unknown" };
  return {
    kind: "ended",
    how: "lost",
    detail: `the Ray at ${known.address} that had this job (${known.session}) is gone; the one at ${api.address} (${session}) never heard of it`,
  };
}

function directoryOf({ key, folder }: LaunchJob): string {
  checkKey(key);
  return join(folder, directoryNameOf(key));
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function readNote(directory: string): Promise<z.output<typeof note> | undefined> {
  const path = join(directory, noteName);
  const text = await readFile(path, "utf8").catch((thrown) => {
    if (systemCodeOf(thrown) === "ENOENT") return undefined;
    throw fileError(thrown, path, "read");
  });
  if (text === undefined) return undefined;
  try {
    return note.parse(JSON.parse(text));
  } catch (cause) {
    const message = `${path} is not what GENIUS wrote there. Delete the folder it is in to give up this job.`;
    throw new GeniusError("bad-file", message, { cause });
  }
}

function refuseOld(release: string, address: string): void {
  const [major = 0, minor = 0] = release.split(".").map(Number);
  const [oldestMajor, oldestMinor] = oldestRelease;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new GeniusError(
    "launcher-refused",
    `The cluster at ${address} runs Ray ${release}; ${oldestRelease.join(".")} or newer is needed. Upgrade it: pip install -U "ray[default]" on every node.`,
  );
}

/** As Ray's own command line takes them: a token, or any headers as JSON in RAY_JOB_HEADERS. */
async function headersOf({
  RAY_AUTH_TOKEN: named,
  RAY_AUTH_TOKEN_PATH: path,
  RAY_JOB_HEADERS: others,
}: LauncherSetting["environment"]): Promise<Record<string, string>> {
  const headers = others ? parseHeaders(others) : {};
  if (!named && !path) return headers;
  const token =
    named ||
    (await readFile(path as string, "utf8").catch((thrown) => {
      throw fileError(thrown, path as string, "read the token of RAY_AUTH_TOKEN_PATH from");
    }));
  return { ...headers, authorization: `Bearer ${token.trim()}` };
}

function parseHeaders(text: string): Record<string, string> {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(text));
  } catch (cause) {
    // Its value may be a secret, so it is not shown.
    const message = 'RAY_JOB_HEADERS is not a JSON object of texts, such as {"x-api-key": "…"}.';
    throw new GeniusError("wrong-use", message, { cause });
  }
}
