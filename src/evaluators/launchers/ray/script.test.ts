// What a real shell makes of the scripts: the same shell that Ray's nodes have.
import { spawn, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { LaunchJob } from "../launcher.ts";
import { entrypointOf, scriptExitCodes, scriptOf } from "./script.ts";

const folder = await mkdtemp(join(tmpdir(), "genius-ray-script-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const jobOf = async (name: string, change: Partial<LaunchJob> = {}): Promise<LaunchJob> => {
  const own = join(folder, name);
  await mkdir(join(own, "launch-k"), { recursive: true });
  const command = ["python", "-c", "print('trained')"];
  return { key: "k", folder: own, command, resources: { gpus: 0, cpus: 1 }, ...change };
};
/** In a process group of its own, as Ray starts it. */
const run = async (job: LaunchJob) => {
  await writeFile(join(job.folder, "launch-k", "run.sh"), scriptOf(job, "python3"));
  const child = spawn(entrypointOf(job), { shell: "/bin/sh", detached: true, stdio: "ignore" });
  return new Promise<number | string>((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? signal ?? ""));
  });
};
const outputOf = (job: LaunchJob) => readFile(join(job.folder, "launch-k", "output.txt"), "utf8");

describe("script", () => {
  test("runs the command in the job's folder, whatever its name, and keeps its output and exit code", async () => {
    const job = await jobOf("it's $(a) folder", {
      command: ["python", "-c", "import os, sys; print(os.path.basename(os.getcwd())); sys.exit(7)"],
    });
    expect(await run(job)).toBe(7);
    expect(await outputOf(job)).toBe("it's $(a) folder\n");
  });

  test("does not start a training that was told to stop, nor one whose folder is not seen", async () => {
    const job = await jobOf("stopped");
    await writeFile(join(job.folder, "launch-k", "stop"), "");
    expect(await run(job)).toBe(scriptExitCodes.stoppedBefore);
    await expect(outputOf(job)).rejects.toThrow("ENOENT");
    const unseen = entrypointOf({ ...job, folder: join(folder, "nowhere") });
    expect(spawnSync("/bin/sh", ["-c", unseen]).status).toBe(scriptExitCodes.folderUnseen);
  });

  test("ends a training that the study has given up for lost", async () => {
    const job = await jobOf("lost", { command: ["sleep", "1000"] });
    await writeFile(join(job.folder, "launch-k", "lost"), "");
    expect(await run(job)).toBe("SIGKILL");
  });

  test("asks at the time limit, and kills after the grace what does not listen", async () => {
    const program = 'trap "echo asked" TERM; while :; do sleep 0.1; done';
    const job = await jobOf("deaf", {
      command: ["sh", "-c", program],
      stopGraceSeconds: 1,
      resources: { gpus: 0, cpus: 1, timeLimitSeconds: 1 },
    });
    expect(await run(job)).toBe("SIGKILL");
    expect(await outputOf(job)).toBe("asked\n");
    expect(await readFile(join(job.folder, "launch-k", "timeout"), "utf8")).toBe("");
  });
});
