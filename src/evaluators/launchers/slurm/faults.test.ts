// What goes wrong on clusters, done for real: processes and daemons killed, jobs requeued and cancelled, a folder that
// the node does not see. One cluster for all, so the tests come one after another.
import { type ChildProcess, spawn } from "node:child_process";
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { messageOf } from "../../../base/errors.ts";
import type { JobState, Launcher, LaunchJob } from "../launcher.ts";
import slurm from "../slurm.ts";
import { startTestCluster, untilWithin, whyNoSlurm } from "./test-cluster.ts";

const without = whyNoSlurm();

/** Counts in the file `count`, which is its checkpoint, and waits at 3 for the file `go`. */
const counter = `import os, sys, time
count = int(open("count").read()) if os.path.exists("count") else 0
os.write(1, f"begun at {count}\\n".encode())
while count < 3:
    count += 1
    open("count.part", "w").write(str(count)); os.replace("count.part", "count")
    os.write(1, f"{count}\\n".encode())
open("pid", "w").write(str(os.getpid()))
os.write(1, b"a line that is not en")
while not os.path.exists("go"): time.sleep(0.05)
os.write(1, b"ded\\nend\\n")
`;

describe.skipIf(without !== undefined)("slurm, when things go wrong", { timeout: 120_000 }, async () => {
  if (without !== undefined) return;
  const cluster = await startTestCluster();
  const { folder, environment } = cluster;
  const open = (options: Record<string, unknown> = {}, env = environment): Promise<Launcher> =>
    slurm.create(
      { folder, environment: env },
      slurm.options.parse({ slurmPython: "python3", slurmPollSeconds: 0.1, ...options }),
    );

  const jobOf = async (key: string, change: Partial<LaunchJob> = {}, text = counter): Promise<LaunchJob> => {
    const job = { key, folder: join(folder, key), command: ["python", "train.py"], ...change };
    await mkdir(job.folder, { recursive: true });
    await writeFile(join(job.folder, "train.py"), text);
    return { resources: { gpus: 0, cpus: 1 }, ...job };
  };
  const until = untilWithin(300);
  const isThere = (job: LaunchJob, file: string) =>
    until(
      () =>
        access(join(job.folder, file)).then(
          () => true,
          () => false,
        ),
      Boolean,
    );
  const stateIs = (launcher: Launcher, job: LaunchJob, kind: JobState["kind"]) =>
    until(
      () => launcher.state(job),
      (state) => state.kind === kind,
    );
  const allow = (job: LaunchJob) => writeFile(join(job.folder, "go"), "");
  const idOf = (job: LaunchJob) =>
    readFile(join(job.folder, `launch-${job.key}`, "owner"), "utf8").then((id) => id.trim());
  const outputOf = async (launcher: Launcher, job: LaunchJob) => (await launcher.output(job, 0)).text;

  /**
   * Slurm waits two minutes before it starts a job again that was put back in the queue. One that is started at once
   * fails now and then before its script has begun: the node is not done with the last run.
   */
  const startSoon = async (job: LaunchJob) => {
    await wait(5000);
    const id = await idOf(job);
    await until(
      async () => {
        await cluster.slurm("scontrol", "update", `JobId=${id}`, "StartTime=now").catch(() => "");
        return cluster.slurm("squeue", "--noheader", `--jobs=${id}`, "--format=%T").catch(() => "");
      },
      (state) => !/PENDING|COMPLETING|REQUEUE/.test(state),
    );
  };
  // A test that failed leaves nothing to the next one.
  afterEach(async () => {
    await cluster.slurm("scancel", "--user=root");
    await until(
      () => cluster.slurm("squeue", "--noheader"),
      (text) => text === "",
    );
  });

  const begun = async (launcher: Launcher, job: LaunchJob) => {
    await launcher.submit(job);
    await isThere(job, "pid");
    await stateIs(launcher, job, "running");
  };
  const wentOn = "begun at 0\n1\n2\n3\na line that is not en\nbegun at 3\na line that is not ended\nend\n";

  test("a job that an administrator puts back in the queue continues from its checkpoint", async () => {
    const launcher = await open();
    const job = await jobOf("requeued");
    await begun(launcher, job);
    await cluster.slurm("scontrol", "requeue", await idOf(job));
    await stateIs(launcher, job, "queued");
    await startSoon(job);
    await until(
      () => outputOf(launcher, job),
      (text) => text.includes("begun at 3"),
    );
    await allow(job);
    expect(await stateIs(launcher, job, "ended")).toMatchObject({ how: "finished" });
    expect(await outputOf(launcher, job)).toBe(wentOn);
  });

  test("a job that gives way to one of higher rank waits, and continues from its checkpoint", async () => {
    const launcher = await open({ slurmPartition: "main" });
    const job = await jobOf("preempted", { resources: { gpus: 0, cpus: 8, memoryMb: 500 } });
    await begun(launcher, job);
    const urgent = await jobOf("urgent", { resources: { gpus: 0, cpus: 8, memoryMb: 500 } });
    const other = await open({ slurmPartition: "urgent" });
    await other.submit(urgent);
    const queued = await stateIs(launcher, job, "queued");
    expect(queued).toMatchObject({ detail: expect.stringMatching(/^PENDING/) });
    await isThere(urgent, "pid");
    await allow(urgent);
    await allow(job);
    expect(await stateIs(other, urgent, "ended")).toMatchObject({ how: "finished" });
    await startSoon(job);
    expect(await stateIs(launcher, job, "ended")).toMatchObject({ how: "finished" });
    expect(await outputOf(launcher, job)).toBe(wentOn);
  });

  test("without requeue, a job that gives way has ended as preempted", async () => {
    const launcher = await open({ slurmPartition: "main", slurmNoRequeue: true });
    const job = await jobOf("cut", { resources: { gpus: 0, cpus: 8, memoryMb: 500 } });
    await begun(launcher, job);
    const urgent = await jobOf("urgent2", { resources: { gpus: 0, cpus: 8, memoryMb: 500 } });
    await allow(urgent);
    const other = await open({ slurmPartition: "urgent" });
    await other.submit(urgent);
    const end = await stateIs(launcher, job, "ended");
    expect(end).toMatchObject({ how: "preempted", detail: expect.stringContaining("PREEMPTED") });
    expect(await stateIs(other, urgent, "ended")).toMatchObject({ how: "finished" });
  });

  test("the controller is restarted while a job runs", async () => {
    const launcher = await open();
    const job = await jobOf("restarted");
    await begun(launcher, job);
    await cluster.act("stop-controller");
    await wait(100);
    await expect(launcher.state(job)).rejects.toMatchObject({ code: "launcher-unreachable" });
    await expect(launcher.submit(await jobOf("away"))).rejects.toMatchObject({
      code: "launcher-unreachable",
    });
    // What the trainer prints is in the folder, and needs no controller.
    expect(await outputOf(launcher, job)).toBe("begun at 0\n1\n2\n3\n");
    await cluster.act("start-controller");
    expect(await stateIs(launcher, job, "running")).toEqual({ kind: "running" });
    await allow(job);
    expect(await stateIs(launcher, job, "ended")).toMatchObject({ how: "finished" });
    // The job that could not be submitted can be now.
    const away = await jobOf("away");
    expect(await launcher.state(away)).toEqual({ kind: "unknown" });
    await launcher.submit(away);
    await allow(away);
    expect(await stateIs(launcher, away, "ended")).toMatchObject({ how: "finished" });
  });

  test("the node is lost, and the job continues when it is back", async () => {
    const launcher = await open();
    const job = await jobOf("node-lost");
    await begun(launcher, job);
    await cluster.act("kill-node");
    await cluster.slurm("scontrol", "update", "NodeName=genius1", "State=DOWN", "Reason=lost");
    const queued = await stateIs(launcher, job, "queued");
    expect(queued).toMatchObject({ detail: expect.stringContaining("PENDING") });
    await cluster.act("start-node");
    await cluster.slurm("scontrol", "update", "NodeName=genius1", "State=RESUME").catch(() => "");
    await startSoon(job);
    await until(
      () => outputOf(launcher, job),
      (text) => text.includes("begun at 3"),
    );
    await allow(job);
    expect(await stateIs(launcher, job, "ended")).toMatchObject({ how: "finished" });
  });

  test("without requeue, a job whose node is lost is lost", async () => {
    const launcher = await open({ slurmNoRequeue: true });
    const job = await jobOf("node-lost-2");
    await begun(launcher, job);
    await cluster.act("kill-node");
    await cluster.slurm("scontrol", "update", "NodeName=genius1", "State=DOWN", "Reason=lost");
    const end = await stateIs(launcher, job, "ended");
    expect(end).toMatchObject({ how: "lost", detail: expect.stringContaining("NODE_FAIL") });
    await allow(job);
    await cluster.act("start-node");
    await cluster.slurm("scontrol", "update", "NodeName=genius1", "State=RESUME").catch(() => "");
    expect(await launcher.state(job)).toEqual(end);
  });

  test("all processes of a job are killed", async () => {
    const launcher = await open();
    const job = await jobOf("killed");
    await begun(launcher, job);
    const trainer = Number(await readFile(join(job.folder, "pid"), "utf8"));
    const status = await readFile(`/proc/${trainer}/status`, "utf8");
    process.kill(Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]), "SIGKILL");
    const end = await stateIs(launcher, job, "ended");
    expect(end).toMatchObject({ how: "failed", detail: expect.stringContaining("FAILED") });
    if (!cluster.hasCgroups) return;
    await until(
      async () => isAlive(trainer),
      (alive) => !alive,
    );
  });

  test("an administrator cancels a job, and the trainer has the time to write a checkpoint", async () => {
    const launcher = await open();
    const job = await jobOf(
      "cancelled",
      {},
      `import os, signal, sys, time
def stop(number, frame):
    open("asked", "a").write("once\\n"); time.sleep(1); open("checkpoint", "w").write("whole"); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
open("pid", "w").write(str(os.getpid()))
while True: time.sleep(1)
`,
    );
    await begun(launcher, job);
    await cluster.slurm("scancel", await idOf(job));
    expect(await stateIs(launcher, job, "ended")).toMatchObject({
      how: "stopped",
      detail: expect.stringContaining("CANCELLED"),
    });
    expect(await readFile(join(job.folder, "checkpoint"), "utf8")).toBe("whole");
    expect(await readFile(join(job.folder, "asked"), "utf8")).toBe("once\n");
  });

  test("a job that waits is taken from the queue", async () => {
    const launcher = await open();
    const job = await jobOf("waiting", { resources: { gpus: 2, cpus: 1 } });
    const first = await jobOf("first", { resources: { gpus: 1, cpus: 1 } });
    await begun(launcher, first);
    await launcher.submit(job);
    const queued = await until(
      () => launcher.state(job),
      (state) => state.kind === "queued" && /Resources/.test(state.detail ?? ""),
    );
    expect(queued).toMatchObject({ detail: "PENDING: Resources" });
    await launcher.stop(job);
    expect(await stateIs(launcher, job, "ended")).toMatchObject({ how: "stopped" });
    await allow(first);
    expect(await stateIs(launcher, first, "ended")).toMatchObject({ how: "finished" });
  });

  test("a study killed between sbatch and noting the number finds its job again", async () => {
    const job = await jobOf("orphan");
    const deadly = await cluster.withProgram(
      "sbatch",
      '"$REAL" "$@"; case "$1" in --parsable) kill -KILL $PPID ;; esac',
    );
    const study = spawn(
      process.execPath,
      [
        "--input-type=module",
        "--eval",
        `const { default: slurm } = await import(process.argv[1]);
         const [options, job] = process.argv.slice(2).map((text) => JSON.parse(text));
         const launcher = await slurm.create({ folder: job.folder, environment: process.env }, options);
         await launcher.submit(job);`,
        fileURLToPath(new URL("../slurm.ts", import.meta.url)),
        JSON.stringify(slurm.options.parse({ slurmPython: "python3" })),
        JSON.stringify(job),
      ],
      { env: deadly as NodeJS.ProcessEnv, stdio: "inherit" },
    );
    expect(await endOf(study)).toBe("SIGKILL");
    await expect(access(join(job.folder, "launch-orphan", "id"))).rejects.toThrow();
    const launcher = await open();
    await launcher.submit(job);
    await isThere(job, "pid");
    expect(await stateIs(launcher, job, "running")).toEqual({ kind: "running" });
    await allow(job);
    expect(await stateIs(launcher, job, "ended")).toMatchObject({ how: "finished" });
    const names = await cluster.slurm("squeue", "--noheader", "--states=all", "--name=orphan", "--format=%A");
    expect(names.split("\n")).toHaveLength(1);
  });

  test("a second Slurm job for a key does not train", async () => {
    const launcher = await open();
    const job = await jobOf("twice");
    await begun(launcher, job);
    const directory = join(job.folder, "launch-twice");
    const token = await readFile(join(directory, "token"), "utf8");
    const args = [directory, token, "", "", "", "30", "python3", "train.py"];
    const second = await cluster
      .slurm("sbatch", "--wait", "--parsable", "--output=/dev/null", join(directory, "run.sh"), ...args)
      .catch((thrown) => thrown as { code: number; stdout: string });
    expect(second).toMatchObject({ code: 82 });
    // Even where the second is the one that was noted, the first tells the state.
    await writeFile(join(directory, "id"), (second as { stdout: string }).stdout.trim());
    expect(await launcher.state(job)).toEqual({ kind: "running" });
    await allow(job);
    expect(await stateIs(launcher, job, "ended")).toMatchObject({ how: "finished" });
    expect(await outputOf(launcher, job)).toBe("begun at 0\n1\n2\n3\na line that is not ended\nend\n");
  });

  test("Slurm forgets a job that has ended, and keeps no accounts", async () => {
    const finished = await jobOf("forgotten");
    await allow(finished);
    const launcher = await open();
    await launcher.submit(finished);
    await isThere(finished, "launch-forgotten/exit");
    const forgetful = await open({}, await cluster.withProgram("squeue", ""));
    expect(await forgetful.state(finished)).toMatchObject({ how: "finished" });
    const cancelled = await jobOf("forgotten-2", { resources: { gpus: 0, cpus: 1 } });
    await cluster.slurm("scontrol", "update", "PartitionName=main", "State=DOWN");
    await launcher.submit(cancelled);
    const id = await readFile(join(cancelled.folder, "launch-forgotten-2", "id"), "utf8");
    await cluster.slurm("scancel", id);
    await cluster.slurm("scontrol", "update", "PartitionName=main", "State=UP");
    expect(await forgetful.state(cancelled)).toMatchObject({
      how: "lost",
      detail: expect.stringContaining("knows it no more"),
    });
  });

  test.skipIf(cluster.unshared === undefined)("a folder that the node does not see", async () => {
    const launcher = await open();
    const job = await jobOf("unseen", { folder: join(cluster.unshared ?? "", "unseen") });
    await launcher.submit(job);
    const end = await stateIs(launcher, job, "ended");
    expect(end).toMatchObject({
      how: "failed",
      detail: expect.stringContaining("genius1 does not see the folder"),
    });
    await expect(launcher.submit(await jobOf("unseen-2"))).rejects.toMatchObject({
      code: "launcher-refused",
      message: expect.stringContaining("choose one with --out"),
    });
  });

  test("the job's environment: graphics processors, a setup file, no secrets, nothing of an outer job", async () => {
    const setupFile = join(folder, "set up 'all'.sh");
    await writeFile(setupFile, 'export LOADED="by $(basename "$BASH_SOURCE")"\necho loud\n');
    const launcher = await open(
      { slurmSetupFile: setupFile, slurmSbatch: "--comment=ours --nice=0" },
      {
        ...environment,
        OPENAI_API_KEY: "secret",
        SLURM_MEM_PER_CPU: "1",
        SLURM_JOB_ID: "999999",
        KEPT: "yes",
      },
    );
    const names = [
      "LOADED",
      "OPENAI_API_KEY",
      "SLURM_MEM_PER_CPU",
      "CUDA_VISIBLE_DEVICES",
      "KEPT",
      "OMP_NUM_THREADS",
    ];
    const job = await jobOf(
      "environment",
      { resources: { gpus: 2, cpus: 2, memoryMb: 200 } },
      `import json, os\nprint(json.dumps([os.environ.get(name) for name in ${JSON.stringify(names)}]))\n`,
    );
    await launcher.submit(job);
    expect(await stateIs(launcher, job, "ended")).toMatchObject({ how: "finished" });
    const values = ["by set up 'all'.sh", null, null, "0,1", "yes", "2"];
    expect(JSON.parse(await outputOf(launcher, job))).toEqual(values);
  });

  test("says what is missing or refused", async () => {
    const reason = async (opening: Promise<unknown>) => opening.then(() => "nothing", messageOf);
    expect(await reason(open({ slurmPartition: "gpu" }))).toMatch(/no partition "gpu". It has: main, urgent/);
    expect(await reason(open({}, { ...environment, PATH: "/nowhere" }))).toMatch(/sbatch is not on the PATH/);
    expect(await reason(open({ slurmSetupFile: "/nowhere/setup.sh" }))).toMatch(/Cannot read the setup file/);
    const launcher = await open({ slurmSbatch: "--constraint=no-such-feature" });
    const job = await jobOf("refused");
    const refusal = await reason(launcher.submit(job));
    expect(refusal).toMatch(/sbatch refused: .*Invalid feature specification/s);
    expect(await launcher.state(job)).toEqual({ kind: "unknown" });
    for (const sbatch of [
      "--output=x",
      "--out=x",
      "--wrap=x",
      "-p main",
      "main",
      "--arr=1-9",
      "--gres=gpu:1; rm",
    ]) {
      expect(slurm.options.safeParse({ slurmSbatch: sbatch }).success, sbatch).toBe(false);
    }
  });
});

const endOf = (child: ChildProcess) =>
  new Promise<string | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
