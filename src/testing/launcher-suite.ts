// What every launcher must hold to, as checks that throw: run for real against a subprocess, a Ray cluster and a Slurm
// cluster, and by a plug-in's author against his own. The trainings are small Python programs that wait for a file
// where a check has to come between, so nothing depends on how fast the backend is. They know no test framework.
import assert from "node:assert/strict";
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { GeniusError } from "../base/errors.ts";
import type { JobState, Launcher, LaunchJob, Output, Resources } from "../evaluators/launchers/launcher.ts";
import type { Check } from "./check.ts";

export interface LauncherHarness {
  /** A new launcher object on the same backend, as a new process would make it. The checks close it. */
  open(): Promise<Launcher>;
  /** An existing folder that the backend sees too. The checks make folders in it. */
  readonly folder: string;
  /** Told apart in the keys of jobs, so that a backend which remembers can be used again. */
  readonly run: string;
  /** Default: no graphics processor, one other. */
  readonly resources?: Resources;
  /** How long a job may take to begin or end; 60 by default. */
  readonly patienceSeconds?: number;
  /** A `memoryMb` that a Python with nothing in it keeps and 2000 MB do not; absent where the backend does not tell. */
  readonly memoryLimitMb?: number;
  /** The shortest time limit that the backend keeps; absent where that is too long to wait for. */
  readonly timeLimitSeconds?: number;
}

type Ended = Extract<JobState, { kind: "ended" }>;

const preamble = `import json, os, signal, sys, time
def say(text): os.write(1, text.encode() if isinstance(text, str) else text)
def leave(name, text=""):
    with open(name + ".part", "a") as file: file.write(text)
    os.replace(name + ".part", name)
def wait_for(name):
    while not os.path.exists(name): time.sleep(0.02)
with open("starts", "a") as file: file.write("started\\n")
`;

/** The contract's checks for a launcher. */
export function launcherChecks(harness: LauncherHarness): readonly Check[] {
  const { patienceSeconds = 60, resources = { gpus: 0, cpus: 1 } } = harness;

  interface Stage extends Tools {
    readonly launcher: Launcher;
    readonly job: LaunchJob;
  }
  interface Tools {
    state(wanted: (state: JobState) => boolean, of?: LaunchJob, by?: Launcher): Promise<JobState>;
    end(of?: LaunchJob, by?: Launcher): Promise<Ended>;
    /** The file that the training leaves in its folder. */
    left(name: string): Promise<string>;
    /** Lets a training that waits for this file go on. */
    allow(name: string): Promise<void>;
    output(wanted: (text: string) => boolean): Promise<Output>;
    starts(): Promise<number>;
  }
  let count = 0;

  /** A job whose program is `lines`, and the tools to follow it. */
  const stage = async (
    lines: string,
    play: (stage: Stage) => Promise<void>,
    change: Partial<LaunchJob> & { readonly name?: string } = {},
  ) => {
    count += 1;
    const { name = `job ${count}`, ...rest } = change;
    const folder = join(harness.folder, name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "stand_in.py"), `${preamble}${lines}\n`);
    const job: LaunchJob = {
      key: `${harness.run}-${count}`,
      folder,
      command: ["python", "stand_in.py"],
      stopGraceSeconds: 20,
      resources,
      ...rest,
    };
    const launcher = await harness.open();
    const until = async <T>(look: () => Promise<T>, isWanted: (value: T) => boolean): Promise<T> => {
      const deadline = performance.now() + patienceSeconds * 1000;
      for (;;) {
        const value = await look();
        if (isWanted(value)) return value;
        assert.ok(
          performance.now() < deadline,
          `after ${patienceSeconds} s still ${JSON.stringify(value)}; errors: ${JSON.stringify(await launcher.state(job))}`,
        );
        await wait(Math.min(250, (launcher.pollSeconds ?? 1) * 1000));
      }
    };
    const exists = (path: string) =>
      access(path).then(
        () => true,
        () => false,
      );
    const tools: Tools = {
      state: (wanted, of = job, by = launcher) => until(() => by.state(of), wanted),
      end: async (of = job, by = launcher) =>
        (await until(
          () => by.state(of),
          ({ kind }) => kind === "ended",
        )) as Ended,
      async left(file) {
        await until(() => exists(join(folder, file)), Boolean);
        return readFile(join(folder, file), "utf8");
      },
      allow: (file) => writeFile(join(folder, file), ""),
      output: (wanted) =>
        until(
          () => launcher.output(job, 0),
          ({ text }) => wanted(text),
        ),
      starts: async () => (await readFile(join(folder, "starts"), "utf8")).trim().split("\n").length,
    };
    try {
      await play({ launcher, job, ...tools });
    } finally {
      // A check that failed leaves no training behind.
      if (/^[\w-]{1,100}$/.test(job.key)) await launcher.stop(job).catch(() => {});
      await launcher.close?.();
    }
  };

  const checks: Check[] = [
    {
      name: "knows nothing of a job that was never started",
      run: () =>
        stage("", async ({ launcher, job }) => {
          assert.deepEqual(await launcher.state(job), { kind: "unknown" });
          assert.deepEqual(await launcher.output(job, 0), { text: "", offset: 0 });
          await launcher.stop(job);
          assert.deepEqual(await launcher.state(job), { kind: "unknown" });
        }),
    },
    {
      name: "runs a job to its end, in its folder, and has its output",
      run: () =>
        stage('say("eins\\nzwei ü\\n"); leave("result", "42")', async ({ launcher, job, end, left }) => {
          await launcher.submit(job);
          const ended = await end();
          assert.equal(ended.how, "finished", ended.detail);
          assert.equal(await left("result"), "42");
          const text = "eins\nzwei ü\n";
          assert.deepEqual(await launcher.output(job, 0), { text, offset: Buffer.byteLength(text) });
          assert.deepEqual(await launcher.output(job, 5), { text: "zwei ü\n", offset: 13 });
          assert.deepEqual(await launcher.output(job, 13), { text: "", offset: 13 });
        }),
    },
    {
      name: "gives output while the job runs, in whole lines, also where a line or a character was written in two",
      run: () =>
        stage(
          `say(b"first\\nsec\\xc3"); leave("half"); wait_for("go")
say(b"\\xbcnd\\n" + b"x" * 300000); leave("long"); wait_for("on"); say("y\\nthe end")`,
          async ({ launcher, job, output, left, allow, end }) => {
            await launcher.submit(job);
            await left("half");
            const first = await output((text) => text !== "");
            assert.deepEqual(first, { text: "first\n", offset: 6 });
            await allow("go");
            await left("long");
            await output((text) => text.includes("nd"));
            const second = await launcher.output(job, first.offset);
            assert.deepEqual(second, { text: "secünd\n", offset: 14 });
            await allow("on");
            assert.equal((await end()).how, "finished");
            const rest = await launcher.output(job, second.offset);
            assert.equal(rest.text, `${"x".repeat(300_000)}y\nthe end`);
            assert.equal(rest.offset, 14 + 300_002 + 7);
          },
        ),
    },
    {
      name: "keeps what the trainer writes as errors out of the output",
      run: () =>
        stage('print("a warning", file=sys.stderr); say("{}\\n")', async ({ launcher, job, end }) => {
          await launcher.submit(job);
          await end();
          assert.equal((await launcher.output(job, 0)).text, "{}\n");
        }),
    },
    {
      name: "tells a failure and its exit code",
      run: () =>
        stage('say("so far\\n"); sys.exit(3)', async ({ launcher, job, end }) => {
          await launcher.submit(job);
          const { how, detail } = await end();
          assert.equal(how, "failed", detail);
          assert.match(detail, /\b3\b/);
          assert.equal((await launcher.output(job, 0)).text, "so far\n");
        }),
    },
    {
      name: "tells a program that is not there",
      run: () =>
        stage(
          "",
          async ({ launcher, job, end }) => {
            await launcher.submit(job);
            assert.equal((await end()).how, "failed");
          },
          { command: ["no-such-program-anywhere"] },
        ),
    },
    {
      name: "stops a job, which has the time to write a checkpoint",
      run: () =>
        stage(
          `def stop(number, frame):
    wait_for("go"); leave("checkpoint", "whole"); sys.exit(0)
signal.signal(signal.SIGTERM, stop); leave("ready"); wait_for("never")`,
          async ({ launcher, job, left, allow, end, state }) => {
            await launcher.submit(job);
            await left("ready");
            await state(({ kind }) => kind === "running");
            await launcher.stop(job);
            await launcher.stop(job);
            await allow("go");
            const { how, detail } = await end();
            assert.equal(how, "stopped", detail);
            assert.equal(await left("checkpoint"), "whole");
            await launcher.stop(job);
            assert.equal((await end()).how, "stopped");
          },
        ),
    },
    {
      name: "stops a job that does not listen, after its time to write a checkpoint",
      run: () =>
        stage(
          'signal.signal(signal.SIGTERM, signal.SIG_IGN); leave("ready"); wait_for("never")',
          async ({ launcher, job, left, end }) => {
            await launcher.submit(job);
            await left("ready");
            await launcher.stop(job);
            const { how, detail } = await end();
            assert.equal(how, "stopped", detail);
          },
          { stopGraceSeconds: 1 },
        ),
    },
    {
      name: "starts a key once, however often and by whomever it is submitted",
      run: () =>
        stage('wait_for("go")', async ({ launcher, job, allow, end, starts }) => {
          const other = await harness.open();
          await Promise.all([launcher.submit(job), other.submit(job), launcher.submit(job)]);
          await other.submit(job);
          await allow("go");
          assert.equal((await end()).how, "finished");
          await other.submit(job);
          assert.equal((await end(job, other)).how, "finished");
          assert.equal(await starts(), 1);
          await other.close?.();
        }),
    },
    {
      name: "finds a running job again with a new launcher, and does not start it again",
      run: () =>
        stage('say("begun\\n"); leave("ready"); wait_for("go"); say("done\\n")', async (tools) => {
          const { launcher, job, left, allow, end, state, starts, output } = tools;
          await launcher.submit(job);
          await left("ready");
          await launcher.close?.();
          const next = await harness.open();
          await state(({ kind }) => kind === "running", job, next);
          await next.submit(job);
          await output((text) => text === "begun\n");
          await allow("go");
          assert.equal((await end(job, next)).how, "finished");
          assert.equal((await next.output(job, 6)).text, "done\n");
          assert.equal(await starts(), 1);
          await next.close?.();
        }),
    },
    {
      name: "tells a worker that was killed from one that finished",
      run: () =>
        stage('say("so far\\n"); os.kill(os.getpid(), signal.SIGKILL)', async ({ launcher, job, end }) => {
          await launcher.submit(job);
          const { how, detail } = await end();
          assert.ok(["failed", "lost", "out-of-memory"].includes(how), `${how}: ${detail}`);
          assert.notEqual(detail, "");
          assert.equal((await launcher.output(job, 0)).text, "so far\n");
        }),
    },
    {
      name: "runs several jobs, two of them in one folder, and mixes nothing up",
      run: () =>
        stage('say("I am " + sys.argv[1] + "\\n")', async ({ launcher, job, end }) => {
          const jobs = ["a", "b"].map((name): LaunchJob => {
            return { ...job, key: `${job.key}-${name}`, command: [...job.command, name] };
          });
          await Promise.all(jobs.map((one) => launcher.submit(one)));
          for (const one of jobs) assert.equal((await end(one)).how, "finished");
          const said = await Promise.all(jobs.map((one) => launcher.output(one, 0)));
          assert.deepEqual(
            said.map(({ text }) => text),
            ["I am a\n", "I am b\n"],
          );
        }),
    },
    {
      name: "lets the program import packages from the job's folder of packages",
      run: async () => {
        const packages = join(harness.folder, "some packages");
        await mkdir(join(packages, "standby"), { recursive: true });
        await writeFile(join(packages, "standby", "__init__.py"), 'words = "imported"\n');
        await stage(
          'import standby; say(standby.words + "\\n")',
          async ({ launcher, job, end }) => {
            await launcher.submit(job);
            const { how, detail } = await end();
            assert.equal(how, "finished", detail);
            assert.equal((await launcher.output(job, 0)).text, "imported\n");
          },
          { pythonPath: packages },
        );
      },
    },
    {
      name: "hands paths and arguments over as they are, whatever a shell would make of them",
      run: () => {
        const evil = `it's "a" $(touch pwned) \`touch pwned\`; touch pwned & * ü`;
        return stage(
          'leave("said", json.dumps([os.path.basename(os.getcwd()), sys.argv[1:]]))',
          async ({ launcher, job, end, left }) => {
            await launcher.submit(job);
            const { how, detail } = await end();
            assert.equal(how, "finished", detail);
            assert.deepEqual(JSON.parse(await left("said")), [evil, [evil, "", "-x", "two\nlines"]]);
            for (const place of [job.folder, harness.folder, process.cwd()]) {
              await assert.rejects(access(join(place, "pwned")), "a shell read a name");
            }
          },
          { name: evil, command: ["python", "stand_in.py", evil, "", "-x", "two\nlines"] },
        );
      },
    },
    {
      name: "refuses keys that are no plain names",
      run: () =>
        stage("", async ({ launcher, job }) => {
          for (const key of ["", "..", "../up", "a b", "a;b", "$(a)", "a\nb", "ü", "a/b", "a".repeat(101)]) {
            const hostile = { ...job, key };
            for (const act of [
              () => launcher.submit(hostile),
              () => launcher.state(hostile),
              () => launcher.output(hostile, 0),
              () => launcher.stop(hostile),
            ]) {
              await assert.rejects(
                act,
                (thrown) => thrown instanceof GeniusError && thrown.code === "launcher-refused",
                `the key ${JSON.stringify(key)} was not refused`,
              );
            }
          }
        }),
    },
  ];

  const { memoryLimitMb, timeLimitSeconds } = harness;
  if (memoryLimitMb !== undefined) {
    checks.push({
      name: "tells a job that needs more memory than it may have",
      run: () =>
        stage(
          `held = []
for _ in range(200):
    held.append(bytearray(os.urandom(1024)) * 10240); time.sleep(0.05)`,
          async ({ launcher, job, end }) => {
            await launcher.submit(job);
            const { how, detail } = await end();
            assert.equal(how, "out-of-memory", detail);
          },
          { resources: { ...resources, memoryMb: memoryLimitMb } },
        ),
    });
  }
  if (timeLimitSeconds !== undefined) {
    checks.push({
      name: "ends a job at its time limit, with the time to write a checkpoint",
      run: () =>
        stage(
          `def stop(number, frame):
    leave("checkpoint", "whole"); sys.exit(0)
signal.signal(signal.SIGTERM, stop); leave("ready"); wait_for("never")`,
          async ({ launcher, job, end, left }) => {
            await launcher.submit(job);
            const { how, detail } = await end();
            assert.equal(how, "timeout", detail);
            assert.equal(await left("checkpoint"), "whole");
          },
          { resources: { ...resources, timeLimitSeconds } },
        ),
    });
  }
  return checks;
}
