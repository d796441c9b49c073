// The launcher against a real Ray of one head and one node: the contract, and the faults that befall clusters. Further
// nodes come and go in the order of the tests; a training asks for more memory than the head has, to run on a node.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { freemem, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launcherChecks } from "../../testing/launcher-suite.ts";
import { findRay, type RayCluster, type RayNode, startRay } from "../../testing/ray-cluster.ts";
import type { JobState, Launcher, LaunchJob } from "./launcher.ts";
import { createRayApi } from "./ray/api.ts";
import { startProxy } from "./ray/fixtures/proxy.ts";
import ray from "./ray.ts";

const venv = await findRay(process.env);
if (venv === undefined) {
  console.warn(
    "ray.test.ts is skipped: no Ray in GENIUS_RAY_VENV, .venv-ray or .venv (scripts/setup-ray.sh).",
  );
}
const folder = await realpath(await mkdtemp(join(tmpdir(), "genius-ray-")));
afterAll(() => rm(folder, { recursive: true, force: true }));

const patienceSeconds = 180;
const timeout = 400_000;
const onHead = { gpus: 0, cpus: 1 };
const onNode = { gpus: 0, cpus: 1, memoryMb: 3000 };

async function until<T>(look: () => Promise<T>, isWanted: (value: T) => boolean): Promise<T> {
  const deadline = performance.now() + patienceSeconds * 1000;
  for (;;) {
    const value = await look();
    if (isWanted(value)) return value;
    assert.ok(performance.now() < deadline, `still ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
const ended = (launcher: Launcher, job: LaunchJob) =>
  until(
    () => launcher.state(job),
    ({ kind }) => kind === "ended",
  ) as Promise<Extract<JobState, { kind: "ended" }>>;
const left = (job: LaunchJob, name: string) =>
  until(
    () => readFile(join(job.folder, name), "utf8").catch(() => ""),
    (text) => text !== "",
  );
const isAlive = async (pid: number) => {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !/\) Z/.test(stat);
};
const gone = (pid: number) =>
  until(
    () => isAlive(pid),
    (alive) => !alive,
  );

/** Says its own process, the one that it was forked from, and that of a child which would outlive it; then waits. */
const waiting = `import os, subprocess, time
child = subprocess.Popen(["sleep", "1000"])
with open("starts", "a") as file: file.write("started\\n")
print("so far", flush=True)
with open("ids.part", "w") as file: file.write(f"{os.getpid()} {os.getppid()} {child.pid}")
os.replace("ids.part", "ids")
while not os.path.exists("go"): time.sleep(0.05)
`;

/** Of a process, by its number. */
const parentOf = async (pid: number) => {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
};

/** Takes up to 6 GB, whatever others on this machine give back meanwhile; it is killed long before. */
const hungry = `import os, time
held = []
for _ in range(120):
    held.append(bytearray(os.urandom(1024)) * 51200)
    time.sleep(0.1)
`;

describe.skipIf(venv === undefined)("ray", { timeout }, () => {
  let cluster: RayCluster;
  let node: RayNode;
  let launcher: Launcher;
  let jobs = 0;
  const nodeSize = { cpus: 1, memory: 4e9 };

  beforeAll(async () => {
    cluster = await startRay(venv as string, { cpus: 1, memory: 2e9 });
    node = await cluster.addNode({ ...nodeSize, gpus: 1 });
    launcher = await open();
  }, timeout);
  afterAll(() => cluster?.close(), 60_000);

  const optionsOf = (change = {}) =>
    ray.options.parse({
      rayAddress: cluster.address,
      rayPython: join(venv as string, "bin", "python"),
      ...change,
    });
  const open = (
    change = {},
    environment: Record<string, string> = { RAY_AUTH_TOKEN: cluster.token },
    run = folder,
  ) => ray.create({ folder: run, environment }, optionsOf(change));
  /** In a run of its own, and so with a job of its own. */
  const openElsewhere = async (name: string, change = {}) => {
    const run = join(folder, name);
    await mkdir(run);
    return open(change, undefined, run);
  };
  const jobOf = async (program: string, change: Partial<LaunchJob> = {}): Promise<LaunchJob> => {
    jobs += 1;
    const own = join(folder, `fault ${jobs}`);
    await mkdir(own);
    await writeFile(join(own, "program.py"), program);
    return {
      key: `fault-${jobs}`,
      folder: own,
      command: ["python", "program.py"],
      stopGraceSeconds: 10,
      resources: onHead,
      ...change,
    };
  };
  const idsOf = async (job: LaunchJob) =>
    (await left(job, "ids")).split(" ").map(Number) as [number, number, number];
  const searchJob = async () =>
    (JSON.parse(await readFile(join(folder, "ray", "job.json"), "utf8")) as { key: string }).key;
  const outputOf = async (job: LaunchJob) => (await launcher.output(job, 0)).text;

  describe("contract", () => {
    const checks = launcherChecks({
      open: () => open(),
      folder,
      run: "suite",
      patienceSeconds,
      timeLimitSeconds: 2,
    });
    for (const check of checks) test(check.name, { timeout }, check.run);
  });

  test("gives a training the graphics processors it asks for", async () => {
    const say =
      'import os; open("said", "w").write("cuda " + os.environ.get("CUDA_VISIBLE_DEVICES", "unset"))';
    const job = await jobOf(say, { resources: { gpus: 1, cpus: 1 } });
    await launcher.submit(job);
    expect((await ended(launcher, job)).how).toBe("finished");
    expect(await left(job, "said")).toBe("cuda 0");
  });

  test("leaves nothing of a training running that has ended", async () => {
    const job = await jobOf(waiting);
    await launcher.submit(job);
    const [, , child] = await idsOf(job);
    await writeFile(join(job.folder, "go"), "");
    expect((await ended(launcher, job)).how).toBe("finished");
    await gone(child);
  });

  test("runs all trainings as tasks of one job, forked from the same processes", async () => {
    const key = await searchJob();
    const parents = new Set<string>();
    for (let count = 0; count < 3; count += 1) {
      const job = await jobOf('import os; open("said", "w").write(str(os.getppid()))');
      await launcher.submit(job);
      expect((await ended(launcher, job)).how).toBe("finished");
      parents.add(await left(job, "said"));
    }
    // There are two places for such trainings.
    expect(parents.size).toBeLessThan(3);
    expect(await searchJob()).toBe(key);
  });

  test.each([
    ["worker of Ray's", async (template: number) => parentOf(await parentOf(template)), /worker/],
    ["process that starts trainings", async (template: number) => template, /starts trainings/],
  ])(
    "tells a training lost whose %s was killed, and leaves nothing of it running",
    async (_, victim, detail) => {
      const job = await jobOf(waiting);
      await launcher.submit(job);
      const [trainer, template, child] = await idsOf(job);
      process.kill(await victim(template), "SIGKILL");
      expect(await ended(launcher, job)).toMatchObject({ how: "lost", detail });
      await gone(trainer);
      await gone(child);
      expect(await outputOf(job)).toBe("so far\n");
      const next = await jobOf("print(42)");
      await launcher.submit(next);
      expect((await ended(launcher, next)).how).toBe("finished");
      expect(await outputOf(next)).toBe("42\n");
    },
  );

  test("tells a training lost whose job was stopped, never starts it again, and starts another job", async () => {
    const job = await jobOf(waiting);
    await launcher.submit(job);
    const [trainer, , child] = await idsOf(job);
    const key = await searchJob();
    await createRayApi(cluster.address, { authorization: `Bearer ${cluster.token}` }).stop(key);
    expect(await ended(launcher, job)).toMatchObject({ how: "lost", detail: /is gone/ });
    await gone(trainer);
    await gone(child);
    await launcher.submit(job);
    expect(await launcher.state(job)).toMatchObject({ kind: "ended", how: "lost" });
    const next = await jobOf("print(42)");
    await launcher.submit(next);
    expect((await ended(launcher, next)).how).toBe("finished");
    expect(await searchJob()).not.toBe(key);
    expect(await readFile(join(job.folder, "starts"), "utf8")).toBe("started\n");
  });

  test("says what to do where no Python has Ray", async () => {
    const strange = await openElsewhere("strange", { rayPython: "/no/such/python" });
    const job = await jobOf("print(42)");
    const refusal = strange.submit(job).then(() => ended(strange, job));
    await expect(refusal).rejects.toMatchObject({
      code: "launcher-refused",
      message: expect.stringMatching(/no Python with Ray.*--ray-python/s),
    });
  });

  test("refuses a training that no node is large enough for, and lets it wait where the cluster grows", async () => {
    const job = await jobOf(waiting, { resources: { gpus: 8, cpus: 1 } });
    await expect(launcher.submit(job)).rejects.toMatchObject({
      code: "launcher-refused",
      message: expect.stringMatching(/8 GPUs.*1 GPUs, 1 CPUs.*--ray-autoscaler/s),
    });
    expect(await launcher.state(job)).toEqual({ kind: "unknown" });
    const patient = await open({ rayAutoscaler: true });
    await patient.submit(job);
    expect(await patient.state(job)).toMatchObject({ kind: "queued" });
    await patient.stop(job);
    expect(await patient.state(job)).toMatchObject({ kind: "ended", how: "stopped" });
  });

  test("tells a training lost with its node, and keeps what it had printed", async () => {
    const job = await jobOf(waiting, { resources: onNode });
    await launcher.submit(job);
    await idsOf(job);
    await node.kill();
    expect(await ended(launcher, job)).toMatchObject({ how: "lost", detail: /^node / });
    expect(await outputOf(job)).toBe("so far\n");
  });

  test("tells a training preempted whose node was taken away", async () => {
    node = await cluster.addNode(nodeSize);
    const job = await jobOf(waiting, { resources: onNode });
    await launcher.submit(job);
    await idsOf(job);
    const states = await readFile(join(job.folder, `launch-${job.key}`, "states.jsonl"), "utf8");
    const { node: id } = JSON.parse(states.split("\n")[0] as string) as { node: string };
    await cluster.announcePreemption(id, "spot capacity is gone");
    await node.kill();
    expect(await ended(launcher, job)).toMatchObject({ how: "preempted", detail: /spot capacity is gone/ });
  });

  test("tells a training out of memory that Ray's memory monitor killed", async () => {
    // Ray looks at the whole machine: half a gigabyte more than is used now is too much.
    const available = availableBytes(await readFile("/proc/meminfo", "utf8")) ?? freemem();
    const threshold = 1 - (available - 0.5e9) / totalmem();
    node = await cluster.addNode({
      ...nodeSize,
      environment: {
        RAY_memory_usage_threshold: threshold.toFixed(4),
        RAY_memory_monitor_refresh_ms: "200",
      },
    });
    const job = await jobOf(hungry, { resources: onNode });
    await launcher.submit(job);
    expect(await ended(launcher, job)).toMatchObject({ how: "out-of-memory", detail: /memory/ });
    await node.kill();
  });

  test("starts a training once where the answer to its start was lost, and where the study died before asking", async () => {
    const job = await jobOf(waiting);
    const proxy = await startProxy(cluster.address);
    proxy.onStart = (_, response) => response.destroy();
    const behind = await openElsewhere("behind", { rayAddress: proxy.address });
    const refusal = await behind.submit(job).catch((thrown: unknown) => thrown);
    expect(refusal).toMatchObject({ code: "launcher-unreachable" });
    expect(await behind.state(job)).toEqual({ kind: "unknown" });
    proxy.onStart = (passOn, response) => passOn().then(() => response.destroy());
    await behind.submit(job);
    await idsOf(job);
    await launcher.submit(job);
    await writeFile(join(job.folder, "go"), "");
    expect((await ended(launcher, job)).how).toBe("finished");
    expect(await readFile(join(job.folder, "starts"), "utf8")).toBe("started\n");
    proxy.close();
  });

  test("is not misled by a head whose clock is a day off", async () => {
    const proxy = await startProxy(cluster.address);
    proxy.shiftMs = -86_400_000;
    const behind = await open({ rayAddress: proxy.address });
    const job = await jobOf(waiting, { resources: { ...onHead, timeLimitSeconds: 3600 } });
    await behind.submit(job);
    await idsOf(job);
    expect(await behind.state(job)).toEqual({ kind: "running" });
    await writeFile(join(job.folder, "go"), "");
    expect((await ended(behind, job)).how).toBe("finished");
    proxy.close();
  });

  test("finds the trainings of a study that was killed", async () => {
    const job = await jobOf(waiting);
    const study = spawn(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `const { default: ray } = await import(process.argv[1]);
const launcher = await ray.create(...JSON.parse(process.argv[2]));
await launcher.submit(JSON.parse(process.argv[3])); setInterval(() => {}, 1000);`,
        new URL("ray.ts", import.meta.url).href,
        JSON.stringify([{ folder, environment: { RAY_AUTH_TOKEN: cluster.token } }, optionsOf()]),
        JSON.stringify(job),
      ],
      { stdio: ["ignore", "inherit", "inherit"] },
    );
    await idsOf(job);
    study.kill("SIGKILL");
    await launcher.submit(job);
    expect(await launcher.state(job)).toEqual({ kind: "running" });
    await writeFile(join(job.folder, "go"), "");
    expect((await ended(launcher, job)).how).toBe("finished");
    expect(await readFile(join(job.folder, "starts"), "utf8")).toBe("started\n");
  });

  test("says which, where and what to do when the cluster cannot be used", async () => {
    await expect(open({}, {})).rejects.toMatchObject({
      code: "launcher-refused",
      message: expect.stringMatching(/asks for a token.*HTTP 401.*RAY_AUTH_TOKEN/s),
    });
    await expect(open({}, { RAY_AUTH_TOKEN: "wrong" })).rejects.toMatchObject({
      code: "launcher-refused",
      message: expect.stringMatching(/HTTP 403/),
    });
  });

  test("after the head was lost: unreachable, then lost, never started twice, and ready for new trainings", async () => {
    node = await cluster.addNode({ ...nodeSize, gpus: 0 });
    const job = await jobOf(waiting, { resources: onNode });
    await launcher.submit(job);
    const [trainer] = await idsOf(job);
    await cluster.head.kill();
    // An answer is believed for a second.
    const refusal = await until(
      () => launcher.state(job).catch((thrown: unknown) => thrown),
      (answer) => answer instanceof Error,
    );
    expect(refusal).toMatchObject({
      code: "launcher-unreachable",
      message: expect.stringContaining(cluster.address),
    });
    await cluster.startHead({ cpus: 1, memory: 2e9 });
    expect(await launcher.state(job)).toMatchObject({ kind: "ended", how: "lost", detail: /never heard/ });
    await launcher.submit(job);
    expect(await launcher.state(job)).toMatchObject({ kind: "ended", how: "lost" });
    expect(await outputOf(job)).toBe("so far\n");
    expect(await readFile(join(job.folder, "starts"), "utf8")).toBe("started\n");

    await gone(trainer);

    const patient = await open({ rayAutoscaler: true });
    const late = await jobOf(waiting, { resources: onNode });
    await writeFile(join(late.folder, "go"), "");
    await patient.submit(late);
    expect(await patient.state(late)).toEqual({ kind: "queued" });
    await cluster.addNode(nodeSize);
    expect((await ended(patient, late)).how).toBe("finished");
    expect(await readFile(join(late.folder, "starts"), "utf8")).toBe("started\n");
  });
});

function availableBytes(meminfo: string): number | undefined {
  const line = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo);
  return line ? Number(line[1]) * 1024 : undefined;
}
