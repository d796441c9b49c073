import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { launcherChecks } from "../../testing/launcher-suite.ts";
import type { JobState, Launcher, LaunchJob } from "./launcher.ts";
import { takePlaces } from "./local/graphics.ts";
import { type Processes, readNote } from "./local/job-files.ts";
import { identityOf, isAlive } from "./local/process-identity.ts";
import { findPython, isAtLeast } from "./local/python.ts";
import local from "./local.ts";

const folder = await realpath(await mkdtemp(join(tmpdir(), "genius-local-")));
const environment = { ...process.env, GENIUS_CACHE_DIR: join(folder, "cache") };
afterAll(() => rm(folder, { recursive: true, force: true }));

// The stand-ins need Python and no package of it.
const hasPython = await findPython(process.env).then(
  () => true,
  () => false,
);
if (!hasPython) console.warn("The local launcher's suite is skipped: no Python of at least 3.11 was found.");

describe.skipIf(!hasPython)("local", () => {
  const checks = launcherChecks({
    open: () => local.create({ folder, environment }, {}),
    folder,
    run: "suite",
    ...(process.platform === "linux" && { memoryLimitMb: 150 }),
    timeLimitSeconds: 1,
    patienceSeconds: 150,
  });
  for (const check of checks) test(check.name, { timeout: 200_000 }, check.run);
});

describe("local, on this machine alone", { timeout: 120_000 }, () => {
  const until = async (launcher: Launcher, job: LaunchJob, kind: JobState["kind"]): Promise<JobState> => {
    for (;;) {
      const state = await launcher.state(job);
      if (state.kind === kind) return state;
      await wait(50);
    }
  };
  const processesOf = async (job: LaunchJob): Promise<Required<Processes>> => {
    for (;;) {
      const processes = await readNote(join(job.folder, `launch-${job.key}`), "process");
      if (processes?.trainer !== undefined) return processes as Required<Processes>;
      await wait(50);
    }
  };
  const begin = async (name: string, program: string, changes: NodeJS.ProcessEnv = {}) => {
    const launcher = await local.create({ folder, environment: { ...environment, ...changes } }, {});
    const job: LaunchJob = {
      key: name,
      folder: join(folder, name),
      command: [process.execPath, "-e", program],
      stopGraceSeconds: 20,
      resources: { gpus: 0, cpus: 1 },
    };
    await mkdir(job.folder);
    await launcher.submit(job);
    return { launcher, job };
  };
  const forever = "setInterval(() => {}, 1000)";

  test("a job whose keeper was killed is lost, and its trainer does not go on unseen", async () => {
    const { launcher, job } = await begin("keeper", forever);
    const { keeper, trainer } = await processesOf(job);
    process.kill(keeper.pid, "SIGKILL");
    expect(await until(launcher, job, "ended")).toMatchObject({ how: "lost" });
    while (await isAlive(trainer)) await wait(20);
  });

  test("a job that the machine ends, and not a person, was preempted", async () => {
    const { launcher, job } = await begin("preempted", forever);
    const { keeper } = await processesOf(job);
    process.kill(keeper.pid, "SIGTERM");
    expect(await until(launcher, job, "ended")).toMatchObject({ how: "preempted" });
  });

  test("a job that is stopped at once is stopped, whether or not it had begun", async () => {
    const { launcher, job } = await begin("at-once", forever);
    await launcher.stop(job);
    expect(await until(launcher, job, "ended")).toMatchObject({ how: "stopped" });
  });

  test("a trainer learns no keys, and where its packages are", async () => {
    const names = ["OPENAI_API_KEY", "HF_TOKEN", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "GENIUS_MARK"];
    const program = `console.log(JSON.stringify(${JSON.stringify(names)}.map((name) => process.env[name] ?? null)))`;
    const { launcher, job } = await begin("environment", program, {
      OPENAI_API_KEY: "secret",
      HF_TOKEN: "secret",
      GENIUS_MARK: "seen",
    });
    await until(launcher, job, "ended");
    expect(JSON.parse((await launcher.output(job, 0)).text)).toEqual([null, null, "", "1", "seen"]);
  });

  test("a process number that was given to another process is not the same process", async () => {
    const self = await identityOf(process.pid);
    expect(await isAlive(self)).toBe(true);
    expect(await isAlive({ ...self, started: "another time" })).toBe(false);
    const child = spawn(process.execPath, ["-e", ""]);
    const other = await identityOf(child.pid as number);
    await new Promise((resolve) => child.once("exit", resolve));
    expect(await isAlive(other)).toBe(false);
  });
});

test("graphics processors are spread over jobs, shared when there are too few, and free again after", async () => {
  const running = new Set<string>();
  const places = {
    folder: join(folder, "graphics"),
    devices: ["0", "1"],
    isUsed: async (job: string) => running.has(job),
  };
  const take = (job: string, count = 1) => {
    running.add(job);
    return takePlaces(job, count, places);
  };
  expect(await take("a")).toEqual(["0"]);
  expect(await take("b")).toEqual(["1"]);
  expect(await take("c")).toEqual(["0"]);
  running.delete("b");
  expect(await take("d")).toEqual(["1"]);
  running.clear();
  expect(await take("e", 2)).toEqual(["0", "1"]);
  expect((await Promise.all([take("f"), take("g")])).flat().sort()).toEqual(["0", "1"]);
});

test("an old package is refused with what was found, where, and what to do", async () => {
  const python = join(folder, "old-python");
  await writeFile(python, `#!/bin/sh\necho '["3.12.1", {"torch": "1.9.0+cu102"}]'\n`);
  await chmod(python, 0o755);
  const launcher = await local.create({ folder, environment: { ...environment, GENIUS_PYTHON: python } }, {});
  await launcher.requirePackage?.("torch", "1.9");
  await expect(launcher.requirePackage?.("torch", "2.13")).rejects.toMatchObject({
    code: "missing-feature",
    message: expect.stringMatching(/old-python .*torch 1\.9\.0\+cu102.*2\.13.*genius setup torch/),
  });
  await expect(launcher.requirePackage?.("numpy", "2")).rejects.toThrow("has no numpy");
});

test("versions are compared number by number", () => {
  expect(isAtLeast("2.13.0+cpu", "2.6")).toBe(true);
  expect(isAtLeast("3.9.2", "3.11")).toBe(false);
  expect(isAtLeast("4", "4.23")).toBe(false);
  expect(isAtLeast("2.13", "2.13.0")).toBe(true);
});
