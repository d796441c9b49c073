// Trainings on a Ray cluster. A search is one job of its own there, submitted through the REST API of Ray's dashboard; each
// training is a Ray task of that job, with its processors, GPUs and memory, and Ray's scheduler decides when and where it
// runs. The run's folder must be seen by the cluster's nodes at the same path: what the trainer prints goes into it, so
// that nothing printed is lost with a node or with the head. The Python packages that it imports are uploaded.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { fileError, GeniusError } from "../../base/errors.ts";
import { trainerFolder } from "../torch/trainer-package.ts";
import { defineLauncher, type Launcher, type LauncherSetting } from "./launcher.ts";
import { createRayApi } from "./ray/api.ts";
import { capacitiesOf, refuseTooLarge } from "./ray/capacity.ts";
import { bringPackage, type Package, packFolder } from "./ray/package.ts";
import { createSearchJob } from "./ray/search-job.ts";
import { createTaskLauncher } from "./tasks/task-launcher.ts";

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
      "packages that Ray installs on its nodes before the trainings, such as torch==2.13.0,numpy; --ray-python is not used then",
    ),
  rayAutoscaler: z
    .boolean()
    .default(false)
    .describe("the cluster grows: a training may ask for more than any node has yet"),
});
type RayOptions = z.output<typeof options>;

export default defineLauncher({
  name: "ray",
  summary: "Trains as tasks of one job of a Ray cluster, with GPUs and processors for each.",
  source:
    "Ray's job REST API, https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html",
  options,
  create,
});

/** Older ones were never tried. */
const oldestRelease = [2, 10] as const;

/** Ray calls a node dead only after some missed answers; a training that died with it says no sooner why. */
const nodeVerdictMs = 90_000;

async function create(setting: LauncherSetting, options: RayOptions): Promise<Launcher> {
  const api = createRayApi(options.rayAddress, await headersOf(setting.environment));
  refuseOld((await api.version()).release, api.address);
  const packages = new Map<string, Promise<Package>>();
  const seenFit = new Set<string>();
  // Of the largest node, as a training runs on one.
  const [capacity] = await capacitiesOf(api);

  const bring = async (folder: string) => {
    const packed = packages.get(folder) ?? packFolder(folder);
    packages.set(folder, packed);
    return bringPackage(api, await packed);
  };
  const search = createSearchJob({
    api,
    folder: resolve(setting.folder),
    python: options.rayPip === undefined ? options.rayPython : "python",
    pip: options.rayPip?.split(",").map((name) => name.trim()),
    bring,
  });

  /** When a node was first said to have died. */
  const diedSince = new Map<string, number>();

  const tasks = createTaskLauncher({
    job: search,
    async prepare({ resources, pythonPath }) {
      if (!options.rayAutoscaler) await refuseTooLarge(api, resources, seenFit);
      if (pythonPath === undefined || pythonPath === trainerFolder) return {};
      return { packages: await bring(pythonPath) };
    },
    async verdictOn(id) {
      const node = id === null ? undefined : await api.node(id);
      const since = diedSince.get(id ?? "") ?? performance.now();
      diedSince.set(id ?? "", since);
      if (node?.isAlive && performance.now() - since < nodeVerdictMs) return undefined;
      const detail = `node ${id?.slice(0, 8) ?? ""}: ${node?.words || "it died"}`;
      return { how: /preempt/i.test(detail) ? "preempted" : "lost", detail };
    },
  });
  return { ...tasks, ...(capacity !== undefined && { capacity }), pollSeconds: 0.2 };
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
