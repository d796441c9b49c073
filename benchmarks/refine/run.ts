// Two-stage search against more of the first stage, at the same processor time, in this process: random search over the
// mobile space, and from its best network (a) refinement of the blocks, (b) as much time again for random search,
// (c) the same network trained on, unchanged. The networks of all three then train from fresh weights alike, and are
// measured on test images that nothing was selected on.
//
// Usage: node benchmarks/refine/run.ts --images FOLDER [--seed 1] [--first 60] [--second 90] [--image-size 16]
//   [--fraction 0.1] [--epochs 3] [--short 1] [--final 12] [--candidates 3] [--max-macs 1500000] [--out lines.jsonl]; times in processor seconds.
import { appendFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createRandom } from "../../src/base/random.ts";
import {
  channelStatistics,
  defaultAugmentation,
  openDataset,
  splitValidation,
  takeFraction,
} from "../../src/data/index.ts";
import { networkCost } from "../../src/network/cost.ts";
import { initialWeights } from "../../src/nn/index.ts";
import type { Design } from "../../src/refine/design.ts";
import { refine } from "../../src/refine/refine.ts";
import { accuracyOf, trainDesign } from "../../src/refine/short-training.ts";
import { createDomain } from "../../src/spaces/create-domain.ts";
import mobile from "../../src/spaces/mobile.ts";

const { values } = parseArgs({
  options: {
    images: { type: "string" },
    seed: { type: "string", default: "1" },
    first: { type: "string", default: "60" },
    second: { type: "string", default: "90" },
    "image-size": { type: "string", default: "16" },
    fraction: { type: "string", default: "0.1" },
    epochs: { type: "string", default: "3" },
    short: { type: "string", default: "1" },
    final: { type: "string", default: "12" },
    candidates: { type: "string", default: "3" },
    "max-macs": { type: "string", default: "1500000" },
    out: { type: "string" },
  },
});
const seed = Number(values.seed);
const threads = 1;
const batchSize = 64;
const space = mobile.create(
  mobile.options.parse({ imageSize: Number(values["image-size"]), sizeClass: "tiny" }),
);
const limits = { maxMacCount: Number(values["max-macs"]) };
const domain = createDomain(space, limits);
const dataset = await openDataset(values.images!, { imageSize: Number(values["image-size"]) });
const kept = takeFraction(dataset.train, { fraction01: Number(values.fraction), seed });
const { train, validation } = splitValidation(kept, { fraction01: 0.25, seed });
const normalisation = channelStatistics(train);
const data = { train, validation, normalisation, augmentation: defaultAugmentation(dataset) };
const onValidation = { set: validation, normalisation, threads };
const onTest = { set: dataset.test!, normalisation, threads };

/** Processor seconds of this process: the machine has others. */
function clock(): () => number {
  const begun = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 1e6;
  };
}
function say(line: Readonly<Record<string, unknown>>): void {
  const text = JSON.stringify(line);
  console.log(text);
  if (values.out !== undefined) appendFileSync(values.out, `${text}\n`);
}
const scratch = { data, epochs: Number(values.epochs), learningRate: 0.1, batchSize, threads };
const short = { epochs: Number(values.short), learningRate: 0.03, batchSize, threads };

interface Found {
  readonly design: Design;
  readonly accuracy01: number;
  readonly trained: number;
}

/** Random search for so many processor seconds; goes on from `from`. */
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
    say({ arm: name, trial, spent: Math.round(spent()), accuracy01, best: best.accuracy01 });
  }
  return { ...best!, trained };
}

const first = await randomSearch(Number(values.first), "first stage");
const second = Number(values.second);

const spentRefining = clock();
const refined = await refine(first.design, {
  data,
  training: short,
  candidates: Number(values.candidates),
  limits,
  random: createRandom(seed, "refine"),
  spent01: () => spentRefining() / second,
  onRound: ({ block, candidates, chosen }) =>
    say({ arm: "refine", spent: Math.round(spentRefining()), block, chosen, candidates }),
});

const more = await randomSearch(second, "more first stage", first);

const spentTraining = clock();
let longer = first.design;
let rounds = 0;
while (spentTraining() < second) {
  longer = (await trainDesign(longer, { ...short, data, seed: seed * 1000 + rounds })) ?? longer;
  rounds += 1;
}

for (const [arm, design, note] of [
  [
    "refined",
    refined.design,
    `${refined.rounds.length} rounds, ${refined.rounds.filter(({ chosen }) => chosen > 0).length} changes kept`,
  ],
  ["more first stage", more.design, `${more.trained} designs, ${first.trained} of them in the first stage`],
  ["first stage, trained on", longer, `${rounds} short trainings`],
] as const) {
  const { nodes } = design.network;
  const fresh = { network: design.network, weights: initialWeights(nodes, seed) };
  const final = await trainDesign(fresh, { ...scratch, epochs: Number(values.final), seed: seed + 1 });
  say({
    arm,
    note,
    ...networkCost(design.network),
    validation: await accuracyOf(design, onValidation),
    test: await accuracyOf(design, onTest),
    testFromFreshWeights: final && (await accuracyOf(final, onTest)),
  });
}
