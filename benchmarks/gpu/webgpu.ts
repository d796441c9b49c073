// The graphs that train in process, on this machine's processor and through WebGPU: steps a second of one network, in turns.
// One line of JSON each. It is started by run.py, where Node is.
//
//   node benchmarks/gpu/webgpu.ts [--batch 256] [--steps 10] [--rounds 3]
import { parseArgs } from "node:util";
import { checkExecutionProvider, createTrainer, type ExecutionProvider } from "../../src/engine/index.ts";
import { median } from "../../src/math/statistics.ts";
import { benchmarkNetworks } from "../training-speed/networks.ts";

const { values } = parseArgs({
  options: {
    batch: { type: "string", default: "256" },
    steps: { type: "string", default: "10" },
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
  },
});
const [batchSize, steps, rounds] = [Number(values.batch), Number(values.steps), Number(values.rounds)];
const network = benchmarkNetworks().find(({ name }) => name === "mobile")!;

async function open(executionProvider: ExecutionProvider) {
  await checkExecutionProvider(executionProvider);
  const optimiser = { kind: "sgd", momentum: 0.9, nesterov: true, weightDecay: 1e-4 } as const;
  const trainer = await createTrainer({
    ...{ nodes: network.nodes, classCount: 10, batchSize, optimiser, seed: 1 },
    ...{ threads: Number(values.threads), executionProvider },
  });
  const images = Float32Array.from(
    { length: batchSize * 3 * 32 * 32 },
    (_, at) => ((at * 7919) % 200) / 100 - 1,
  );
  const targets = new Float32Array(batchSize * 10);
  for (let image = 0; image < batchSize; image += 1) targets[image * 10 + (image % 10)] = 1;
  return { executionProvider, trainer, batch: { images, targets, learningRate: 0.01 } };
}

const opened = await Promise.all(
  (["cpu", "webgpu"] as const).map((provider) =>
    open(provider).catch((thrown: unknown) => {
      const detail = thrown instanceof Error ? thrown.message : String(thrown);
      console.log(JSON.stringify({ provider, notThere: detail }));
      return undefined;
    }),
  ),
);
const rates = new Map<string, number[]>();
for (let round = 0; round <= rounds; round += 1) {
  for (const one of opened) {
    if (one === undefined) continue;
    const started = performance.now();
    for (let step = 0; step < steps; step += 1) await one.trainer.step(one.batch);
    // The first round warms up.
    if (round === 0) continue;
    const rate = (1000 * steps * batchSize) / (performance.now() - started);
    rates.set(one.executionProvider, [...(rates.get(one.executionProvider) ?? []), rate]);
  }
}
for (const [provider, all] of rates)
  console.log(JSON.stringify({ provider, network: network.name, batchSize, imagesPerSecond: median(all) }));
for (const one of opened) await one?.trainer.dispose();
