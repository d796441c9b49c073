// `genius latency`: how long a model takes for one image on this machine, as a search measures it. On another machine it is
// what `--measure` may call: its --json line is understood there.
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { checkThreads } from "../base/at-once.ts";
import { fileError, GeniusError } from "../base/errors.ts";
import { jsonLine } from "../base/terminal-text.ts";
import { counted } from "../base/units.ts";
import { defineCommand } from "../command/command.ts";
import { latencyRuns, measureTimes, openModelFile } from "../training/model-file.ts";

export default defineCommand({
  options: z.object({
    threads: z.number().int().positive().default(1).describe("threads of onnxruntime, max the cores"),
    json: z.boolean().default(false).describe("one JSON object on standard output"),
  }),
  more: `Example:
  genius latency runs/mine/best/model.onnx
  genius search ./photos --max-latency-ms 20 --measure 'scp {model} pi:m.onnx && ssh pi genius latency m.onnx --json'

One image at a time, after ${latencyRuns.warmUp} runs of warm-up: at least ${latencyRuns.count} runs and ${latencyRuns.milliseconds} ms.`,
  async run({ operands, options: { threads, json }, terminal }) {
    const [path] = operands;
    if (path === undefined || operands.length > 1)
      throw new GeniusError("wrong-use", "Name one model: genius latency model.onnx.");
    checkThreads("--threads", threads);
    const bytes = await readFile(path).catch((thrown: unknown) => {
      throw fileError(thrown, path, "read the model");
    });
    const model = await openModelFile(bytes, threads);
    try {
      const times = await measureTimes(model);
      const at = (share01: number) => times[Math.floor(share01 * (times.length - 1))] as number;
      const [medianMs, p90Ms] = [times[Math.floor(times.length / 2)] as number, at(0.9)];
      if (json) terminal.out(jsonLine({ medianMs, p90Ms, repeats: times.length, threads }));
      else {
        const digits = (ms: number) => Number(ms.toPrecision(3));
        terminal.out(
          `${digits(medianMs)} ms median, ${digits(p90Ms)} ms at the 90th percentile, of ${counted(times.length, "run")} with ${counted(threads, "thread")}\n`,
        );
      }
    } finally {
      await model.dispose();
    }
    return 0;
  },
});
