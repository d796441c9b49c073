// What a training costs on Ray besides itself: a task of the launcher's job beside a job by `ray job submit` and by Ray's
// bare REST API, one after the other; then many short trainings at once on a few places, against the ideal of no overhead.
// It starts a small cluster of its own and stops it.
//
//   node benchmarks/ray-overhead/run.ts [--jobs 5] [--trials 200] [--seconds 1] [--places 4]
//     (Ray in GENIUS_RAY_VENV or .venv-ray: scripts/setup-ray.sh)
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import type { LaunchJob } from "../../src/evaluators/launchers/launcher.ts";
import { createRayApi } from "../../src/evaluators/launchers/ray/api.ts";
import ray from "../../src/evaluators/launchers/ray.ts";
import { median } from "../../src/math/statistics.ts";
import { findRay, startRay } from "../../src/testing/ray-cluster.ts";

const { values } = parseArgs({
  options: {
    jobs: { type: "string", default: "5" },
    trials: { type: "string", default: "200" },
    seconds: { type: "string", default: "1" },
    places: { type: "string", default: "4" },
  },
});
const [jobCount, trialCount, places] = [Number(values.jobs), Number(values.trials), Number(values.places)];
const venv = await findRay(process.env);
if (venv === undefined) throw new Error("No Ray is here; run scripts/setup-ray.sh, or set GENIUS_RAY_VENV.");
const folder = await mkdtemp(join(tmpdir(), "genius-ray-overhead-"));
const cluster = await startRay(venv, { cpus: places });
const api = createRayApi(cluster.address, { authorization: `Bearer ${cluster.token}` });
const launcher = await ray.create(
  { folder, environment: { RAY_AUTH_TOKEN: cluster.token } },
  ray.options.parse({ rayAddress: cluster.address, rayPython: join(venv, "bin", "python") }),
);
const pollMs = (launcher.pollSeconds ?? 1) * 1000;

const jobOf = async (key: string, seconds: string): Promise<LaunchJob> => {
  const own = join(folder, key);
  await mkdir(own);
  return { key, folder: own, command: ["sleep", seconds], resources: { gpus: 0, cpus: 1 } };
};
const timeOf = async (act: () => Promise<unknown>) => {
  const start = performance.now();
  await act();
  return (performance.now() - start) / 1000;
};

async function byLauncher(job: LaunchJob): Promise<void> {
  await launcher.submit(job);
  for (;;) {
    const state = await launcher.state(job);
    if (state.kind === "ended" && state.how === "finished") return;
    if (state.kind === "ended" || state.kind === "unknown") throw new Error(JSON.stringify(state));
    await wait(pollMs);
  }
}

async function byRest(key: string): Promise<void> {
  await api.submit({
    ...{ submission_id: key, entrypoint: "sleep 0", entrypoint_num_cpus: 1, entrypoint_num_gpus: 0 },
    ...{ runtime_env: { env_vars: {} }, metadata: {} },
  });
  while ((await api.job(key))?.status !== "SUCCEEDED") await wait(pollMs);
}

async function byHand(key: string): Promise<void> {
  const args = ["job", "submit", "--address", cluster.address, "--submission-id", key];
  args.push("--entrypoint-num-cpus", "1", "--", "sleep", "0");
  const env = cluster.environment as NodeJS.ProcessEnv;
  await promisify(execFile)(join(venv as string, "bin", "ray"), args, { env });
}

/** Seconds of processor time that this machine has spent so far, whoever used it. */
async function busySeconds(): Promise<number> {
  const line = (await readFile("/proc/stat", "utf8")).split("\n")[0] ?? "";
  const [user = 0, nice = 0, system = 0] = line.trim().split(/\s+/).slice(1).map(Number);
  return (user + nice + system) / 100;
}

const say = (name: string, seconds: readonly number[]) =>
  console.log(
    `${name.padEnd(26)} median ${median(seconds).toFixed(2)} s   all ${seconds.map((one) => one.toFixed(2)).join(" ")}`,
  );

try {
  console.log(`load ${loadavg()[0]?.toFixed(1)}; looked at every ${pollMs} ms`);
  const times = { launcher: [] as number[], rest: [] as number[], hand: [] as number[] };
  await byRest("warm-up");
  const first = await timeOf(async () => byLauncher(await jobOf("first", "0")));
  console.log(`the first training, which starts the search's job: ${first.toFixed(1)} s`);
  for (let index = 0; index < jobCount; index += 1) {
    const job = await jobOf(`launcher-${index}`, "0");
    times.launcher.push(await timeOf(() => byLauncher(job)));
    times.rest.push(await timeOf(() => byRest(`rest-${index}`)));
    times.hand.push(await timeOf(() => byHand(`hand-${index}`)));
  }
  say("launcher, training of 0 s", times.launcher);
  say("bare REST API, a job", times.rest);
  say("ray job submit, a job", times.hand);
  console.log(`launcher ÷ ray job submit  ${(median(times.launcher) / median(times.hand)).toFixed(2)}`);

  const jobs = await Promise.all(
    Array.from({ length: trialCount }, (_, index) => jobOf(`trial-${index}`, values.seconds)),
  );
  const busyBefore = await busySeconds();
  const seconds = await timeOf(() => Promise.all(jobs.map(byLauncher)));
  const busy = (await busySeconds()) - busyBefore;
  const ideal = (trialCount * Number(values.seconds)) / places;
  console.log(
    `${trialCount} trials of ${values.seconds} s on ${places} places: ${seconds.toFixed(1)} s, ideal ${ideal.toFixed(1)} s, ${((100 * ideal) / seconds).toFixed(0)} % of ideal; a trial held its place ${((seconds * places) / trialCount).toFixed(2)} s; the machine was busy ${(busy / trialCount).toFixed(2)} s a trial; load ${loadavg()[0]?.toFixed(1)}`,
  );
} finally {
  await cluster.close();
  await rm(folder, { recursive: true, force: true });
}
