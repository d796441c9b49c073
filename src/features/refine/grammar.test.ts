// The grammar's promises over random sequences of changes from networks of several spaces: every design is valid and
// keeps its input and output, its weights are those of its parameters, and a change that says it preserves the
// function gives the same outputs, in training mode too. And no change is forgotten by the draw.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { createPredictor, createTrainer, initialWeights } from "../../engine/index.ts";
import { networkCost } from "../../graph/cost.ts";
import { parametersOf } from "../../graph/parameters.ts";
import { inferShapes } from "../../graph/shapes.ts";
import mobile from "../../search/spaces/mobile.ts";
import cells from "../../search/spaces/nas-bench-201.ts";
import { blocksOf, type Design } from "./design.ts";
import { drawChange, moves } from "./grammar.ts";

const small = mobile.create(mobile.options.parse({ imageSize: 8, sizeClass: "tiny" }));
const cell = cells.create(cells.options.parse({ imageSize: 8, stemChannels: 4, cellsPerStage: 1 }));
const starts = [
  small.decode(small.decisions.map(({ options }) => options.length - 1)),
  small.decode(small.decisions.map(() => 0)),
  cell.decode([3, 1, 2, 4, 3, 3]),
];

function begin(start: number): Design {
  const network = starts[start]!;
  const weights = new Map(initialWeights(network.nodes, 5));
  // As after a training: scales and shifts that are not all alike.
  const random = createRandom("weights", start);
  for (const [name, { dims, data }] of weights)
    if (dims.length === 1)
      weights.set(name, { dims, data: data.map((value) => value + 0.3 * random.next()) });
  return { network, weights };
}

test("keeps every design valid, through any sequence of changes", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.nat(starts.length - 1), fc.integer(), (start, seed) => {
      const random = createRandom("grammar", seed);
      let design = begin(start);
      const { nodes } = design.network;
      const output = inferShapes(nodes).get(nodes.at(-1)!.id);
      for (let count = 0; count < 12; count += 1) {
        const blocks = blocksOf(design.network);
        expect(blocks.length).toBeGreaterThan(0);
        const block = random.pick(blocks);
        const name = random.pick(Object.keys(moves));
        const change = moves[name]!(design, block, random);
        if (change === undefined) continue;
        seen.add(name);
        design = change.design;
        const after = design.network.nodes;
        const shapes = inferShapes(after);
        expect(after[0]).toEqual(nodes[0]);
        expect(shapes.get(after.at(-1)!.id)).toEqual(output);
        expect(new Set(after.map(({ id }) => id)).size).toBe(after.length);
        const read = new Set(after.flatMap(({ inputs }) => inputs));
        expect(after.slice(0, -1).filter(({ id }) => !read.has(id))).toEqual([]);
        const wanted = parametersOf(after, shapes).map(({ name: key, dims }) => [
          key,
          dims.reduce((a, b) => a * b),
        ]);
        expect([...design.weights].map(([key, { data }]) => [key, data.length])).toEqual(wanted);
        expect(networkCost(design.network).paramCount).toBeGreaterThan(0);
        expect(change.words).toContain(block);
      }
    }),
    { numRuns: 30, seed: 8 },
  );
  expect([...seen].sort()).toEqual(Object.keys(moves).sort());
});

test("preserves the function where it says so", async () => {
  const images = Float32Array.from({ length: 4 * 3 * 64 }, (_, index) => Math.sin(index * 2.3));
  const targets = Float32Array.from({ length: 40 }, (_, index) => Number(index % 11 === 0));
  const optimiser = { kind: "sgd", momentum: 0, nesterov: false, weightDecay: 0 } as const;
  const outputs = async ({ network: { nodes }, weights }: Design) => {
    const predictor = await createPredictor({ nodes, weights });
    const trainer = await createTrainer({ nodes, classCount: 10, batchSize: 4, optimiser, seed: 1 });
    trainer.setWeights(weights);
    await trainer.gradientsOnly({ images, targets });
    const all = [...(await predictor.run(images)), ...trainer.logits()];
    await Promise.all([predictor.dispose(), trainer.dispose()]);
    return all;
  };
  const compared = new Set<string>();
  for (const start of [1, 2]) {
    for (const name of ["widen", "grow", "larger-kernel"]) {
      let design = begin(start);
      const before = await outputs(design);
      const random = createRandom("preserve", name, start);
      for (const block of blocksOf(design.network).slice(0, 4)) {
        const change = moves[name]!(design, block, random);
        if (change === undefined) continue;
        expect(change.preserves).toBe(true);
        design = change.design;
        compared.add(name);
      }
      const after = await outputs(design);
      const scale = Math.max(...before.map(Math.abs));
      const worst = Math.max(...after.map((value, at) => Math.abs(value - before[at]!)));
      expect(worst / scale, `${name} on ${start}`).toBeLessThan(1e-4);
    }
  }
  expect([...compared].sort()).toEqual(["grow", "larger-kernel", "widen"]);
});

test("draws a change for every block, and another seed draws another", () => {
  const design = begin(0);
  const words = [1, 2, 3, 4].map(
    (seed) => drawChange(design, blocksOf(design.network)[0]!, createRandom(seed))?.words,
  );
  expect(words).not.toContain(undefined);
  expect(new Set(words).size).toBeGreaterThan(1);
});
