// What a short training costs on Slurm besides itself: many at once on a few places, with a batch job for each and in one
// allocation, against the ideal of no overhead. It starts a small Slurm of its own and stops it (Debian's slurm-wlm and
// munge, as root).
//
//   node benchmarks/slurm-overhead/run.ts [--trials 40] [--seconds 1] [--places 4]
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import type { Launcher, LaunchJob } from "../../src/evaluators/launchers/launcher.ts";
import slurm from "../../src/evaluators/launchers/slurm.ts";

const { values } = parseArgs({
  options: {
    trials: { type: "string", default: "40" },
    seconds: { type: "string", default: "1" },
    places: { type: "string", default: "4" },
  },
});
const [trials, places] = [Number(values.trials), Number(values.places)];
const script = fileURLToPath(new URL("../../scripts/slurm-single-node.sh", import.meta.url));
const base = await mkdtemp(join(tmpdir(), "genius-slurm-overhead-"));
const cluster = join(base, "cluster");
const environment = { ...process.env, SLURM_CONF: join(cluster, "slurm.conf") };

async function run(launcher: Launcher, key: string, seconds: string): Promise<void> {
  const folder = join(base, key);
  await mkdir(folder);
  const job: LaunchJob = { key, folder, command: ["sleep", seconds], resources: { gpus: 0, cpus: 1 } };
  await launcher.submit(job);
  for (;;) {
    const state = await launcher.state(job);
    if (state.kind === "ended" && state.how === "finished") return;
    if (state.kind === "ended" || state.kind === "unknown") throw new Error(JSON.stringify(state));
    await wait((launcher.pollSeconds ?? 1) * 1000);
  }
}

/** As many at once as there are places, as a search does. */
async function measure(name: string, options: Record<string, unknown>): Promise<void> {
  const launcher = await slurm.create(
    { folder: base, environment },
    slurm.options.parse({ slurmPython: "python3", slurmPollSeconds: 0.5, ...options }),
  );
  const started = performance.now();
  await run(launcher, `${name}-first`, "0");
  const first = (performance.now() - started) / 1000;
  const begun = performance.now();
  let next = 0;
  const place = async () => {
    while (next < trials) {
      next += 1;
      await run(launcher, `${name}-${next}`, values.seconds);
    }
  };
  await Promise.all(Array.from({ length: places }, place));
  const seconds = (performance.now() - begun) / 1000;
  const ideal = (trials * Number(values.seconds)) / places;
  console.log(
    `${name}: the first training ${first.toFixed(1)} s; ${trials} trials of ${values.seconds} s on ${places} places: ${seconds.toFixed(1)} s, ideal ${ideal.toFixed(1)} s, ${((100 * ideal) / seconds).toFixed(0)} % of ideal; load ${loadavg()[0]?.toFixed(1)}`,
  );
  await launcher.close?.();
}

try {
  await promisify(execFile)(script, ["start", cluster]);
  await measure("jobs", {});
  await measure("allocation", { slurmPlaces: places });
} finally {
  await promisify(execFile)(script, ["stop", cluster]).catch(console.error);
  await rm(base, { recursive: true, force: true });
}
