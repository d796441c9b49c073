// Two-stage search against more of the first stage, at the same processor time, in this process: random search over the
// mobile space, and from its best network (a) refinement of the blocks, (b) as much time again for random search,
// (c) the same network trained on, unchanged. What each hands over is measured on test images that nothing was selected
// on, and its network trains once more from fresh weights, alike for all: that is what the architecture is worth.
//
// Usage: node benchmarks/refine/run.ts --images FOLDER [--seed 1] [--first 150] [--second 270] [--image-size 16]
//   [--train 10000] [--validation 4000] [--epochs 6] [--short 1] [--final 20] [--candidates 3] [--max-macs 1500000]
//   [--out lines.jsonl]; --first and --second in processor seconds.
import { parseArgs } from "node:util";
import { createRandom } from "../../src/base/random.ts";
import { initialWeights } from "../../src/engine/index.ts";
import type { Design } from "../../src/features/refine/design.ts";
import { refine } from "../../src/features/refine/refine.ts";
import { scoresOf, trainDesign } from "../../src/features/refine/short-training.ts";
import { networkCost } from "../../src/graph/cost.ts";
import { accuracy } from "../../src/metrics/index.ts";
import { clock, openSetting, teller } from "./setting.ts";

const { values } = parseArgs({
  options: {
    images: { type: "string" },
    seed: { type: "string", default: "1" },
    first: { type: "string", default: "150" },
    second: { type: "string", default: "270" },
    "image-size": { type: "string", default: "16" },
    train: { type: "string", default: "10000" },
    validation: { type: "string", default: "4000" },
    epochs: { type: "string", default: "6" },
    short: { type: "string", default: "1" },
    final: { type: "string", default: "20" },
    candidates: { type: "string", default: "3" },
    "max-macs": { type: "string", default: "1500000" },
    out: { type: "string" },
  },
});
const seed = Number(values.seed);
const { data, domain, limits, onTest, onValidation, space, threads } = await openSetting({
  images: values.images!,
  imageSize: Number(values["image-size"]),
  trainCount: Number(values.train),
  validationCount: Number(values.validation),
  maxMacCount: Number(values["max-macs"]),
  seed,
});
const tell = teller(values.out);
const say = (line: Readonly<Record<string, unknown>>) => tell({ seed, ...line });
const scratch = { data, epochs: Number(values.epochs), learningRate: 0.1, batchSize: 64, threads };
const short = { epochs: Number(values.short), learningRate: 0.03, batchSize: 64, threads };

interface Found {
  readonly design: Design;
  readonly accuracy01: number;
  readonly trained: number;
}

const accuracyOf = async (design: Design, on: Parameters<typeof scoresOf>[1]) =>
  accuracy.measure(await scoresOf(design, on));

/** Random search for a number of processor seconds; continues from `from`. */
async function randomSearch(seconds: number, name: string, from?: Found): Promise<Found> {
  const spent = clock();
  let best = from;
  let trained = from?.trained ?? 0;
  for (let trial = trained + 1; spent() < seconds; trial += 1) {
    const random = createRandom(seed, "random", trial);
    const network = space.decode(domain.sample(random)!);
    const fresh = { network, weights: initialWeights(network.nodes, seed) };
    const design = await trainDesign(fresh, { ...scratch, seed });
    trained = trial;
    if (design === undefined) continue;
    const accuracy01 = await accuracyOf(design, onValidation);
    if (best === undefined || accuracy01 > best.accuracy01) best = { design, accuracy01, trained };
    say({ step: name, trial, spent: Math.round(spent()), accuracy01, best: best.accuracy01 });
  }
  return { ...best!, trained };
}

/** Test accuracy of networks from fresh weights: one training for each network, however many arms hand it over. */
const worth = new Map<string, number | undefined>();
async function worthOf({ network }: Design): Promise<number | undefined> {
  const key = JSON.stringify(network.nodes);
  if (!worth.has(key)) {
    const fresh = { network, weights: initialWeights(network.nodes, seed) };
    const trained = await trainDesign(fresh, { ...scratch, epochs: Number(values.final), seed: seed + 1 });
    worth.set(key, trained && (await accuracyOf(trained, onTest)));
  }
  return worth.get(key);
}

async function handOver(arm: string, design: Design, more: { spent: number; note: string }): Promise<void> {
  say({
    arm,
    ...more,
    ...networkCost(design.network),
    validation: await accuracyOf(design, onValidation),
    test: await accuracyOf(design, onTest),
    testFromFreshWeights: await worthOf(design),
  });
}

const begun = clock();
const first = await randomSearch(Number(values.first), "first stage");
await handOver("first stage", first.design, { spent: begun(), note: `${first.trained} designs` });
const second = Number(values.second);

const spentRefining = clock();
const refined = await refine(first.design, {
  data,
  metric: accuracy,
  training: short,
  candidates: Number(values.candidates),
  limits,
  random: createRandom(seed, "refine"),
  spent01: () => spentRefining() / second,
  onRound: ({ block, candidates, chosen }) =>
    say({ step: "refine", spent: Math.round(spentRefining()), block, chosen, candidates }),
});
const kept = refined.rounds.filter(({ chosen }) => chosen > 0).length;
await handOver("refined", refined.design, {
  spent: spentRefining(),
  note: `${refined.rounds.length} rounds, ${kept} changes kept`,
});

const spentTraining = clock();
let longer = first.design;
let trainings = 0;
while (spentTraining() < second) {
  longer = (await trainDesign(longer, { ...short, data, seed: seed * 1000 + trainings })) ?? longer;
  trainings += 1;
}
await handOver("first stage, trained on", longer, {
  spent: spentTraining(),
  note: `${trainings} short trainings`,
});

const spentSearching = clock();
const more = await randomSearch(second, "more first stage", first);
await handOver("more first stage", more.design, {
  spent: spentSearching(),
  note: `${more.trained} designs, ${first.trained} of them in the first stage`,
});
