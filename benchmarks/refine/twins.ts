// What noise looks like to the rule that chooses a refinement: the same design, trained on from the same weights by other
// orders of the images. Every pair is compared as a changed design is with the unchanged one, at every block. Prints how
// far each measure strays in its own units, and how often the rule takes a twin for an improvement.
//
// Usage: node benchmarks/refine/twins.ts --images FOLDER [--designs 4] [--twins 5] [--train 10000] [--validation 4000]
//   [--epochs 6] [--short 1] [--seed 1] [--out lines.jsonl]
import { parseArgs } from "node:util";
import { createRandom } from "../../src/base/random.ts";
import { initialWeights } from "../../src/engine/index.ts";
import { blocksOf, outputOf } from "../../src/features/refine/design.ts";
import {
  type Evidence,
  evidenceFor,
  isBetter,
  type Measured,
  margins,
} from "../../src/features/refine/evidence.ts";
import { metricSample } from "../../src/features/refine/metric-sample.ts";
import { measureMap, scoresOf, trainDesign } from "../../src/features/refine/short-training.ts";
import { accuracy } from "../../src/metrics/index.ts";
import { clock, openSetting, teller } from "./setting.ts";

const { values } = parseArgs({
  options: {
    images: { type: "string" },
    designs: { type: "string", default: "4" },
    twins: { type: "string", default: "5" },
    train: { type: "string", default: "10000" },
    validation: { type: "string", default: "4000" },
    epochs: { type: "string", default: "6" },
    short: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    out: { type: "string" },
  },
});
const seed = Number(values.seed);
const setting = await openSetting({
  images: values.images!,
  imageSize: 16,
  trainCount: Number(values.train),
  validationCount: Number(values.validation),
  maxMacCount: 1_500_000,
  seed,
});
const { data, domain, onValidation, space, threads } = setting;
const say = teller(values.out);
const training = { data, batchSize: 64, threads };
const spent = clock();

const found: Evidence[] = [];
for (let index = 1; index <= Number(values.designs); index += 1) {
  const network = space.decode(domain.sample(createRandom(seed, "twins", index))!);
  const fresh = { network, weights: initialWeights(network.nodes, seed) };
  const begun = spent();
  const start = await trainDesign(fresh, {
    ...training,
    epochs: Number(values.epochs),
    learningRate: 0.1,
    seed,
  });
  if (start === undefined) continue;
  const begunTwins = spent();
  const twins: ReadonlyMap<string, Measured>[] = [];
  for (let twin = 1; twin <= Number(values.twins); twin += 1) {
    const design = await trainDesign(start, {
      ...training,
      epochs: Number(values.short),
      learningRate: 0.03,
      seed: 1000 * seed + twin,
    });
    const sample = metricSample(accuracy, await scoresOf(design!, onValidation));
    const measured = new Map<string, Measured>();
    for (const block of blocksOf(network)) {
      const local = await measureMap(design!, outputOf(network, block)!, {
        ...onValidation,
        imageCount: 768,
      });
      measured.set(block, { values: sample.values, local });
    }
    twins.push(measured);
  }
  for (const [at, base] of twins.entries())
    for (const other of twins.slice(at + 1))
      for (const [block, measured] of base) {
        const evidence = evidenceFor(other.get(block)!, measured);
        found.push(evidence);
        say({ design: index, block, ...evidence });
      }
  const accuracy01 =
    twins[0]!
      .values()
      .next()
      .value!.values.reduce((a, b) => a + b, 0) / onValidation.set.count;
  say({
    design: index,
    blocks: blocksOf(network).length,
    accuracy01,
    trainSeconds: Math.round(begunTwins - begun),
    twinSeconds: Math.round(spent() - begunTwins),
  });
}

const places = (value: number) => Number(value.toFixed(3));
const spread = (name: keyof Evidence) => {
  const sizes = found.map((evidence) => Math.abs(evidence[name]));
  return {
    rootMeanSquare: places(Math.sqrt(sizes.reduce((sum, size) => sum + size ** 2, 0) / sizes.length)),
    aboveMargin: places(sizes.filter((size) => size > margins[name]).length / sizes.length),
  };
};
/** Of every pair either could have been the unchanged one. */
const turned = (evidence: Evidence) =>
  ({
    score: -evidence.score,
    classEntropy: -evidence.classEntropy,
    probeAccuracy: -evidence.probeAccuracy,
    effectiveRank: 1 / (1 + evidence.effectiveRank) - 1,
  }) satisfies Evidence;
const both = [...found, ...found.map(turned)];
say({
  pairs: found.length,
  accuracy: spread("score"),
  classEntropy: spread("classEntropy"),
  probeAccuracy: spread("probeAccuracy"),
  effectiveRank: spread("effectiveRank"),
  takenForBetter: places(both.filter(isBetter).length / both.length),
});
