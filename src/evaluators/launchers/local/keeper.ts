// The program between the study and a local training: it starts the trainer, holds it to its limits, hands on a
// request to stop, and writes down how it ended. A process of its own, so that all this continues when the study ends.
//
//     node keeper.js DIRECTORY     (`launch-<key>`, with the order in it; the working directory is the job's folder)
import { spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../../base/errors.ts";
import { longestTimerMs } from "../../../base/longest-timer.ts";
import { type Exit, errorsName, outputName, readNote, writeNote } from "./job-files.ts";
import { countMemoryKills, memoryOfGroup } from "./memory.ts";
import { identityOf } from "./process-identity.ts";

type Cut = Extract<Exit["how"], "stopped" | "preempted" | "timeout" | "out-of-memory">;

const directory = process.argv[2] as string;
const memoryLookMs = 250;

/** Set once: the first reason for which the trainer was told to end. */
let cut: { readonly how: Cut; readonly detail: string } | undefined;
let onCut: (() => void) | undefined;
const end = (how: Cut, detail: string) => {
  if (cut !== undefined) return;
  cut = { how, detail };
  onCut?.();
};

for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
process.on("SIGTERM", () => {
  void readNote(directory, "stop")
    .catch(() => undefined)
    .then((asked) => {
      if (asked === undefined) end("preempted", "the machine asked the job to end (SIGTERM)");
      else end("stopped", "stopped on request");
    });
});
await main();

async function main(): Promise<void> {
  const order = await readNote(directory, "order");
  if (order === undefined) return;
  const keeper = await identityOf(process.pid);
  await writeNote(directory, "process", { keeper });
  if ((await readNote(directory, "stop")) !== undefined) {
    return writeNote(directory, "exit", { how: "stopped", detail: "stopped before it began" });
  }
  const killsBefore = await countMemoryKills();
  const [program, ...args] = order.command as [string, ...string[]];
  const output = await open(join(directory, outputName), "a");
  const errors = await open(join(directory, errorsName), "a");
  // In a group of its own: whatever the trainer starts is stopped with it, and this process is not.
  const child = spawn(program, args, { stdio: ["ignore", output.fd, errors.fd], detached: true });
  const exited = new Promise<Exit>((resolve) => {
    child.once("error", (thrown) =>
      resolve({ how: "failed", detail: `could not be started: ${messageOf(thrown)}` }),
    );
    child.once("exit", (code, signal) => {
      void exitOf(code, signal, killsBefore).then(resolve);
    });
  });
  const { pid } = child;
  const timers: NodeJS.Timeout[] = [];
  if (pid !== undefined) {
    await writeNote(directory, "process", { keeper, trainer: await identityOf(pid) });
    const signalGroup = (signal: NodeJS.Signals) => {
      try {
        process.kill(-pid, signal);
      } catch {
        // It has ended by itself.
      }
    };
    onCut = () => {
      if (cut?.how === "out-of-memory") return signalGroup("SIGKILL");
      signalGroup("SIGTERM");
      timers.push(setTimeout(() => signalGroup("SIGKILL"), order.graceSeconds * 1000));
    };
    if (cut !== undefined) onCut();
    const { timeLimitSeconds, memoryLimitMb } = order;
    if (timeLimitSeconds !== undefined) {
      const detail = `stopped after ${timeLimitSeconds} s, the limit`;
      timers.push(
        setTimeout(() => end("timeout", detail), Math.min(timeLimitSeconds * 1000, longestTimerMs)),
      );
    }
    if (memoryLimitMb !== undefined) {
      timers.push(setInterval(() => void holdMemory(pid, memoryLimitMb), memoryLookMs));
    }
  }
  const exit = await exited;
  for (const timer of timers) clearTimeout(timer);
  if (pid !== undefined) killRest(pid);
  await writeNote(
    directory,
    "exit",
    cut === undefined ? exit : { ...cut, detail: `${cut.detail}; ${exit.detail}` },
  );
}

async function holdMemory(pid: number, limitMb: number): Promise<void> {
  const usedMb = Math.round((await memoryOfGroup(pid)) / 1e6);
  if (usedMb > limitMb) end("out-of-memory", `used ${usedMb} MB, and ${limitMb} MB is the limit`);
}

/** Whatever the trainer left behind, such as workers that load images. */
function killRest(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing is left.
  }
}

async function exitOf(code: number | null, signal: string | null, killsBefore: number): Promise<Exit> {
  if (code === 0) return { how: "finished", detail: "exit code 0" };
  const words = await lastWords();
  if (signal === "SIGKILL" && (await countMemoryKills()) > killsBefore) {
    return { how: "out-of-memory", detail: `killed by the system for want of memory${words}` };
  }
  const how = signal === null ? `exit code ${code}` : `ended by ${signal}`;
  return { how: "failed", detail: `${how}${words}` };
}

/** The last line that the trainer wrote as an error. */
async function lastWords(): Promise<string> {
  const text = await readFile(join(directory, errorsName), "utf8").catch(() => "");
  const line = text.slice(-4000).trim().split("\n").at(-1) ?? "";
  return line === "" ? "" : `: ${line.slice(0, 500)}`;
}
