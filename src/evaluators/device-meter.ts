// Latency as a person's own command measures it, such as `ssh pi ./run {model}`: called for each network with the path of
// its model file, one call at a time, since a device that runs two models measures neither. What it prints last is the
// latency in milliseconds. It knows nothing of trainings.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../base/errors.ts";
import { longestTimerMs } from "../base/longest-timer.ts";
import { quote } from "../base/shell.ts";
import { initialWeights } from "../engine/index.ts";
import { exportOnnx } from "../graph/export/onnx.ts";
import type { Network } from "../graph/network.ts";

export const modelPlace = "{model}";

export interface MeterSetting {
  /** A line for `sh`, with `{model}` where the path of the .onnx file goes. */
  readonly command: string;
  /** Of one call. */
  readonly timeLimitMs: number;
  /** Calls for each network, of which the median counts. */
  readonly repeats: number;
}

export type Measurement =
  | { readonly kind: "measured"; readonly latencyMs: number }
  | { readonly kind: "failed"; readonly detail: string }
  | { readonly kind: "cancelled" };

export interface DeviceMeter {
  /** Of a network with untrained weights: latency does not depend on their values. Measured once for each network. */
  measure(network: Network, signal: AbortSignal): Promise<Measurement>;
}

export function createDeviceMeter(setting: MeterSetting): DeviceMeter {
  const known = new Map<string, Measurement>();
  let last: Promise<unknown> = Promise.resolve();
  const measureNow = async (network: Network, signal: AbortSignal): Promise<Measurement> => {
    const key = JSON.stringify(network.nodes);
    const earlier = known.get(key);
    if (earlier !== undefined) return earlier;
    const measurement = await measureModel(network, { ...setting, signal });
    if (measurement.kind === "measured") known.set(key, measurement);
    return measurement;
  };
  return {
    measure(network, signal) {
      const turn = last.then(() => measureNow(network, signal));
      last = turn.catch(() => {});
      return turn;
    },
  };
}

async function measureModel(
  network: Network,
  { command, timeLimitMs, repeats, signal }: MeterSetting & { readonly signal: AbortSignal },
): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), "genius-measure-"));
  try {
    const model = join(folder, "model.onnx");
    await writeFile(model, exportOnnx({ network, weights: initialWeights(network.nodes, 1) }));
    const line = command.replaceAll(modelPlace, quote(model));
    const times: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      if (signal.aborted) return { kind: "cancelled" };
      const ended = await runLine(line, timeLimitMs, signal);
      if (ended === "cancelled") return { kind: "cancelled" };
      const latencyMs = typeof ended === "string" ? readMilliseconds(ended) : undefined;
      if (latencyMs === undefined)
        return { kind: "failed", detail: faultWords(command, ended as Exclude<Ended, "cancelled">) };
      times.push(latencyMs);
    }
    times.sort((a, b) => a - b);
    return { kind: "measured", latencyMs: times[Math.floor(times.length / 2)] as number };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What it printed, why it gave nothing, or that it was stopped. */
type Ended = string | { readonly fault: string } | "cancelled";

/** The command and all that it started end with its time limit or the signal. */
function runLine(line: string, timeLimitMs: number, signal: AbortSignal): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn("sh", ["-c", line], { stdio: ["ignore", "pipe", "pipe"], detached: true });
    let [out, words] = ["", ""];
    let end: Exclude<Ended, string> | "cancelled" | undefined;
    const stop = (why: Exclude<Ended, string> | "cancelled") => {
      end ??= why;
      try {
        // The whole group: ssh and what it started, not the shell alone.
        process.kill(-(child.pid as number), "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    };
    const late = () => {
      // When this process was busy for long, the end of the command waits to be told behind the timer.
      setImmediate(() => {
        if (child.exitCode === null && child.signalCode === null)
          stop({ fault: `gave no answer within ${timeLimitMs / 1000} s` });
      });
    };
    const timer = setTimeout(late, Math.min(timeLimitMs, longestTimerMs));
    const onAbort = () => stop("cancelled");
    signal.addEventListener("abort", onAbort, { once: true });
    const finish = (ended: Ended) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      resolve(end ?? ended);
    };
    child.stdout.on("data", (text: Buffer) => {
      out = (out + text.toString()).slice(-10_000);
    });
    child.stderr.on("data", (text: Buffer) => {
      words = (words + text.toString()).slice(-2_000);
    });
    child.once("error", (thrown) => finish({ fault: `could not be started: ${messageOf(thrown)}` }));
    child.once("close", (code, killed) => {
      const said = words.trim().split("\n").at(-1) ?? "";
      const how = code === null ? `was ended by ${killed}` : `ended with exit code ${code}`;
      finish(code === 0 ? out : { fault: `${how}${said === "" ? "" : ` (${said.slice(0, 200)})`}` });
    });
  });
}

function faultWords(command: string, ended: Exclude<Ended, "cancelled">): string {
  const start = `The measuring command \`${command}\``;
  if (typeof ended === "object") return `${start} ${ended.fault}.`;
  const printed = ended.trim();
  const shown = printed === "" ? "nothing" : `"${printed.slice(-80)}"`;
  return `${start} printed ${shown}; its last line must be the latency in milliseconds, such as "12.5" or "12.5 ms", or what "genius latency --json" prints.`;
}

/** The latency in what a command printed: its last line is a number, perhaps with "ms", or an object with `medianMs`. */
export function readMilliseconds(printed: string): number | undefined {
  const line = printed.trim().split(/\r?\n/).at(-1)?.trim() ?? "";
  const number = /^(\d+(?:\.\d+)?(?:e[-+]?\d+)?)\s*(?:ms)?$/i.exec(line)?.[1];
  const value = number === undefined ? medianIn(line) : Number(number);
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : undefined;
}

function medianIn(line: string): number | undefined {
  try {
    const { medianMs } = JSON.parse(line) as { medianMs?: unknown };
    return typeof medianMs === "number" ? medianMs : undefined;
  } catch {
    return undefined;
  }
}
