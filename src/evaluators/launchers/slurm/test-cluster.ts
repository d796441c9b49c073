// For tests: a real Slurm of this one machine, started by the test itself and stopped after it. Where Slurm's packages
// are not installed, or this is not root, it says why the tests are left out.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll } from "vitest";

const runFile = promisify(execFile);
const script = fileURLToPath(new URL("../../../../scripts/slurm-single-node.sh", import.meta.url));

export type ClusterAction = "start-controller" | "stop-controller" | "start-node" | "kill-node";

export interface TestCluster {
  /** A folder that the node sees. */
  readonly folder: string;
  /** A folder that exists here and is another one on the node; undefined where the system has no such views. */
  readonly unshared: string | undefined;
  /** Jobs are held to their memory, and none of their processes is left over. */
  readonly hasCgroups: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  act(action: ClusterAction): Promise<void>;
  /** Runs one of Slurm's programs, as an administrator would. */
  slurm(program: string, ...args: readonly string[]): Promise<string>;
  /** An environment in which a program is replaced by a script of bash; `REAL` in it is the real one. */
  withProgram(name: string, text: string): Promise<Readonly<Record<string, string | undefined>>>;
}

/** Why no Slurm can be started here; undefined where one can. */
export function whyNoSlurm(): string | undefined {
  if (process.platform !== "linux") return "Slurm runs on Linux only";
  if (process.getuid?.() !== 0) return "a Slurm for tests needs root";
  const path = `${process.env.PATH}:/usr/sbin:/sbin`;
  const missing = ["munged", "slurmctld", "slurmd", "sbatch"].filter(
    (name) => !path.split(":").some((place) => existsSync(join(place, name))),
  );
  if (missing.length === 0) return undefined;
  return `${missing.join(", ")} not installed; on Debian: apt-get install -y slurm-wlm munge`;
}

export async function startTestCluster(): Promise<TestCluster> {
  const base = await realpath(await mkdtemp(join(tmpdir(), "genius-slurm-")));
  const cluster = join(base, "cluster");
  const act = async (action: string) => {
    await runFile(script, [action, cluster], { timeout: 60_000 });
  };
  afterAll(async () => {
    await act("stop");
    await rm(base, { recursive: true, force: true });
  }, 60_000);
  await act("start");
  const environment: Readonly<Record<string, string | undefined>> = {
    ...process.env,
    SLURM_CONF: join(cluster, "slurm.conf"),
  };
  const folder = join(base, "trainings of 'all' \"kinds\" 100% $HOME");
  await mkdir(folder);
  let programs = 0;
  return {
    folder,
    unshared: existsSync(join(cluster, "has-own-view")) ? join(cluster, "unshared") : undefined,
    hasCgroups: existsSync(join(cluster, "has-cgroups")),
    environment,
    act,
    slurm: async (program, ...args) => (await runFile(program, args, { env: environment })).stdout.trim(),
    async withProgram(name, text) {
      const { stdout } = await runFile("bash", ["-c", `command -v ${name}`]);
      programs += 1;
      const place = join(base, `programs-${programs}`);
      await mkdir(place);
      await writeFile(join(place, name), `#!/bin/bash\nREAL=${stdout.trim()}\n${text}\n`, { mode: 0o755 });
      return { ...environment, PATH: `${place}:${environment.PATH}` };
    },
  };
}

/** Looks ten times a second until what is seen is wanted; throws with what was seen last after so many looks. */
export const untilWithin =
  (most: number) =>
  async <T>(look: () => Promise<T>, isWanted: (value: T) => boolean): Promise<T> => {
    for (let looks = 0; ; looks += 1) {
      const value = await look();
      if (isWanted(value)) return value;
      if (looks > most) throw new Error(`in vain; last seen: ${JSON.stringify(value)}`);
      await wait(100);
    }
  };
