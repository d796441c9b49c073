// Trainings in one allocation, on a real Slurm: the contract of every launcher, and what befalls the allocation. Where no
// Slurm can be started the tests are left out, and the reason is printed.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { launcherChecks } from "../../../testing/launcher-suite.ts";
import type { JobState, Launcher, LaunchJob } from "../launcher.ts";
import slurm from "../slurm.ts";
import { startTestCluster, untilWithin, whyNoSlurm } from "./test-cluster.ts";

const without = whyNoSlurm();
if (without !== undefined) console.warn(`Allocations of Slurm are not tested: ${without}.`);

/** Says its process, and waits. */
const waiting = `import os, time
with open("starts", "a") as file: file.write("started\\n")
print("so far", flush=True)
with open("ids.part", "w") as file: file.write(f"{os.getpid()} {os.getppid()} {os.environ.get('LOADED')}")
os.replace("ids.part", "ids")
while not os.path.exists("go"): time.sleep(0.05)
`;

describe.skipIf(without !== undefined)("slurm, in one allocation", { timeout: 120_000 }, async () => {
  if (without !== undefined) return;
  const cluster = await startTestCluster();
  const { folder, environment } = cluster;
  const open = (run: string, options: Record<string, unknown> = {}): Promise<Launcher> =>
    slurm.create(
      { folder: join(folder, run), environment },
      slurm.options.parse({ slurmPython: "python3", slurmPollSeconds: 0.2, slurmPlaces: 2, ...options }),
    );
  let jobs = 0;
  const jobOf = async (text = waiting, change: Partial<LaunchJob> = {}): Promise<LaunchJob> => {
    jobs += 1;
    const own = join(folder, `place ${jobs}`);
    await mkdir(own);
    await writeFile(join(own, "train.py"), text);
    return {
      key: `place-${jobs}`,
      folder: own,
      command: ["python", "train.py"],
      resources: { gpus: 0, cpus: 1 },
      ...change,
    };
  };
  const until = untilWithin(600);
  const ended = (launcher: Launcher, job: LaunchJob) =>
    until(
      () => launcher.state(job),
      ({ kind }) => kind === "ended",
    ) as Promise<Extract<JobState, { kind: "ended" }>>;
  const idsOf = async (job: LaunchJob) =>
    (
      await until(
        () => readFile(join(job.folder, "ids"), "utf8").catch(() => ""),
        (text) => text !== "",
      )
    ).split(" ") as [string, string, string];
  const begun = async (launcher: Launcher, job: LaunchJob) => {
    await launcher.submit(job);
    return idsOf(job);
  };
  const allow = (job: LaunchJob) => writeFile(join(job.folder, "go"), "");
  const keyOf = async (run: string) =>
    (JSON.parse(await readFile(join(folder, run, "slurm", "allocation.json"), "utf8")) as { key: string })
      .key;
  const isGone = (pid: string) =>
    until(
      () => readFile(`/proc/${pid}/stat`, "latin1").catch(() => ""),
      (stat) => stat === "" || /\) Z/.test(stat),
    );

  describe("contract", () => {
    const checks = launcherChecks({
      open: () => open("contract"),
      folder,
      run: "allocated",
      timeLimitSeconds: 2,
      patienceSeconds: 100,
    });
    for (const check of checks) test(check.name, check.run);
  });

  test("trainings follow one another in the places of one Slurm job, from the same processes", async () => {
    const setup = join(folder, "setup.sh");
    await writeFile(setup, "export LOADED=yes\n");
    const launcher = await open("one", { slurmSetupFile: setup });
    const parents = new Set<string>();
    for (let count = 0; count < 3; count += 1) {
      const job = await jobOf();
      const [, parent, loaded] = await begun(launcher, job);
      expect(loaded).toBe("yes");
      parents.add(parent);
      await allow(job);
      expect((await ended(launcher, job)).how).toBe("finished");
    }
    expect(parents.size).toBeLessThan(3);
    const key = await keyOf("one");
    await launcher.close?.();
    await until(
      () => cluster.slurm("squeue", "--noheader", `--name=${key}`),
      (text) => text === "",
    );
  });

  test("what an allocation had that is cancelled is told, with its time for a checkpoint; the next order asks for another", async () => {
    const launcher = await open("cancelled");
    const job = await jobOf(
      `import os, signal, sys, time
def stop(*_): open("checkpoint", "w").write("whole"); sys.exit(0)
signal.signal(signal.SIGTERM, stop)
${waiting}`,
    );
    const [trainer] = await begun(launcher, job);
    const key = await keyOf("cancelled");
    await cluster.slurm("scancel", `--name=${key}`);
    expect(["preempted", "lost"]).toContain((await ended(launcher, job)).how);
    await isGone(trainer);
    expect(await readFile(join(job.folder, "checkpoint"), "utf8")).toBe("whole");
    await launcher.submit(job);
    expect((await launcher.state(job)).kind).toBe("ended");
    const next = await jobOf("print(42)");
    await launcher.submit(next);
    expect((await ended(launcher, next)).how).toBe("finished");
    expect(await keyOf("cancelled")).not.toBe(key);
    expect(await readFile(join(job.folder, "starts"), "utf8")).toBe("started\n");
    await launcher.close?.();
  });

  test("with its node an allocation is lost, and what it trained is too", async () => {
    const launcher = await open("node");
    const job = await jobOf();
    await begun(launcher, job);
    await cluster.act("kill-node");
    await cluster.slurm("scontrol", "update", "NodeName=genius1", "State=DOWN", "Reason=lost");
    expect((await ended(launcher, job)).how).toBe("lost");
    expect((await launcher.output(job, 0)).text).toBe("so far\n");
    await cluster.act("start-node");
    await cluster.slurm("scontrol", "update", "NodeName=genius1", "State=RESUME").catch(() => "");
    const next = await jobOf("print(42)");
    await launcher.submit(next);
    expect((await ended(launcher, next)).how).toBe("finished");
    await launcher.close?.();
  });

  test("refuses a training that is larger than a place", async () => {
    const launcher = await open("large");
    const job = await jobOf("print(42)");
    await launcher.submit(job);
    expect((await ended(launcher, job)).how).toBe("finished");
    const large = await jobOf("", { resources: { gpus: 0, cpus: 2 } });
    await expect(launcher.submit(large)).rejects.toMatchObject({
      code: "launcher-refused",
      message: expect.stringMatching(/2 CPUs.*--slurm-places/s),
    });
    await launcher.close?.();
  });
});
