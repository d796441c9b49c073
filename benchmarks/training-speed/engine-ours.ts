// Our side of the speed comparison, as a child process. Reads a network's nodes from a file, then commands on standard
// input: "steps N" trains N steps and answers with their times in ms, by the clock and of the processor; "memory" with
// the peak resident set in MB.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createTrainer } from "../../src/engine/index.ts";
import type { NetworkNode } from "../../src/graph/network.ts";

const [file = "", batch = "64", threads = "2"] = process.argv.slice(2);
const nodes = JSON.parse(readFileSync(file, "utf8")) as NetworkNode[];
const batchSize = Number(batch);
const input = nodes[0]?.op;
if (input?.kind !== "input") throw new Error("the first node must be the input");
const size = batchSize * input.shape.reduce((product, length) => product * length, 1);
const images = Float32Array.from({ length: size }, () => 2 * Math.random() - 1);
const targets = new Float32Array(batchSize * 10);
for (let image = 0; image < batchSize; image += 1) targets[image * 10 + (image % 10)] = 1;

const before = performance.now();
const trainer = await createTrainer({
  nodes,
  classCount: 10,
  batchSize,
  optimiser: { kind: "sgd", momentum: 0.9, nesterov: true, weightDecay: 1e-4 },
  seed: 1,
  threads: Number(threads),
});
const startMs = performance.now() - before;
console.log(JSON.stringify({ startMs, graphNodeCount: trainer.graphNodeCount }));

for await (const line of createInterface({ input: process.stdin })) {
  const [command, count] = line.split(" ");
  if (command === "steps") {
    const times: { wallMs: number; cpuMs: number }[] = [];
    for (let step = 0; step < Number(count); step += 1) {
      const start = performance.now();
      const startCpu = process.cpuUsage();
      await trainer.step({ images, targets, learningRate: 0.01 });
      const { user, system } = process.cpuUsage(startCpu);
      times.push({ wallMs: performance.now() - start, cpuMs: (user + system) / 1000 });
    }
    console.log(JSON.stringify(times));
  } else {
    console.log(JSON.stringify(process.resourceUsage().maxRSS / 1024));
  }
}
await trainer.dispose();
