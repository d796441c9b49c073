// The promises of changes, over random sequences from networks of several kinds: every network is valid and keeps its input and
// output, its inherited weights are those of its parameters, and a change that says it preserves the function gives the same
// outputs, in training mode too. Those of a block touch no other.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { createPredictor, createTrainer, initialWeights } from "../../engine/index.ts";
import { readNetwork } from "../../language/index.ts";
import mobile from "../../search/spaces/mobile.ts";
import cells from "../../search/spaces/nas-bench-201.ts";
import { networkCost } from "../cost.ts";
import type { Network } from "../network.ts";
import { nodeParameters, parametersOf } from "../parameters.ts";
import { inferShapes } from "../shapes.ts";
import { blockOf, drawChange, inheritWeights, moves, type Parent, scaleWidths } from "./index.ts";

const small = mobile.create(mobile.options.parse({ imageSize: 8, sizeClass: "tiny" }));
const cell = cells.create(cells.options.parse({ imageSize: 8, stemChannels: 4, cellsPerStage: 1 }));
const starts: readonly Network[] = [
  small.decode(small.decisions.map(({ options }) => options.length - 1)),
  small.decode(small.decisions.map(() => 0)),
  cell.decode([3, 1, 2, 4, 3, 3]),
  readNetwork(`input 3x8x8
block res c s=1: residual(conv c k3 s norm relu conv c k3 norm else conv c s norm) relu
conv 16 k3 norm relu
res 16 res 24 s2 res 24
globalpool flatten linear 10`),
  readNetwork(`input 3x8x8
block unit: concat(slice 0 in/2, slice in/2 in dw norm conv in norm relu) shuffle 2
conv 8 k3 norm relu
unit conv 12 k2 s2 p0 bias layernorm gelu
mul(in, globalpool conv 4 bias relu conv in bias sigmoid)
maxpool 3 s1 flatten linear 10`),
];

function begin(start: number): Parent {
  const network = starts[start] as Network;
  const weights = new Map(initialWeights(network.nodes, 5));
  // As after a training: scales and shifts that are not all alike.
  const random = createRandom("weights", start);
  for (const [name, { dims, data }] of weights)
    if (dims.length === 1)
      weights.set(name, { dims, data: data.map((value) => value + 0.3 * random.next()) });
  return { network, weights };
}

function heirOf(parent: Parent, network: Network, seed: number): Parent {
  return { network, weights: inheritWeights(parent, network, initialWeights(network.nodes, seed)) };
}

test("keep every network valid, through any sequence", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.nat(starts.length - 1), fc.integer(), (start, seed) => {
      const random = createRandom("changes", seed);
      let parent = begin(start);
      const { nodes } = parent.network;
      const output = inferShapes(nodes).get(nodes.at(-1)?.id as string);
      for (let count = 0; count < 12; count += 1) {
        const name = random.pick(Object.keys(moves));
        const block =
          random.next() < 0.5
            ? undefined
            : random.pick([...new Set(parent.network.nodes.slice(1).map(({ id }) => blockOf(id)))]);
        const change = moves[name]?.(parent.network, { random, block });
        if (change === undefined) continue;
        seen.add(name);
        const before = new Map(parent.network.nodes.map((node) => [node.id, JSON.stringify(node.op)]));
        parent = heirOf(parent, change.network, seed);
        const after = parent.network.nodes;
        const shapes = inferShapes(after);
        expect(after[0]).toEqual(nodes[0]);
        expect(shapes.get(after.at(-1)?.id as string)).toEqual(output);
        expect(new Set(after.map(({ id }) => id)).size).toBe(after.length);
        const read = new Set(after.flatMap(({ inputs }) => inputs));
        expect(after.slice(0, -1).filter(({ id }) => !read.has(id))).toEqual([]);
        const wanted = parametersOf(after, shapes).map(({ name: key, dims }) => [key, dims.join()]);
        expect([...parent.weights].map(([key, { dims }]) => [key, dims.join()])).toEqual(wanted);
        for (const { dims, data } of parent.weights.values())
          expect(data.length).toBe(dims.reduce((a, b) => a * b));
        expect(networkCost(parent.network).paramCount).toBeGreaterThan(0);
        if (block === undefined) continue;
        expect(change.words).toContain(block);
        for (const { id, op } of after)
          if (blockOf(id) !== block) expect(before.get(id)).toBe(JSON.stringify(op));
      }
    }),
    { numRuns: 20, seed: 8 },
  );
  expect([...seen].sort()).toEqual(Object.keys(moves).sort());
});

test("preserve the function where they say so", { timeout: 120_000 }, async () => {
  const images = Float32Array.from({ length: 4 * 3 * 64 }, (_, index) => Math.sin(index * 2.3));
  const targets = Float32Array.from({ length: 40 }, (_, index) => Number(index % 11 === 0));
  const optimiser = { kind: "sgd", momentum: 0, nesterov: false, weightDecay: 0 } as const;
  const outputs = async ({ network: { nodes }, weights }: Parent) => {
    const predictor = await createPredictor({ nodes, weights });
    const trainer = await createTrainer({ nodes, classCount: 10, batchSize: 4, optimiser, seed: 1 });
    trainer.setWeights(weights);
    await trainer.gradientsOnly({ images, targets });
    const all = [...(await predictor.run(images)), ...trainer.logits()];
    await Promise.all([predictor.dispose(), trainer.dispose()]);
    return all;
  };
  const compared = new Set<string>();
  for (const start of [1, 2, 3, 4]) {
    for (const name of ["widen", "grow", "larger-kernel", "insert-block"]) {
      let parent = begin(start);
      const before = await outputs(parent);
      const random = createRandom("preserve", name, start);
      for (let count = 0; count < 4; count += 1) {
        const change = moves[name]?.(parent.network, { random });
        if (change?.preserves !== true) continue;
        parent = heirOf(parent, change.network, 7);
        compared.add(`${name} ${start}`);
      }
      const after = await outputs(parent);
      const scale = Math.max(...before.map(Math.abs));
      const worst = Math.max(...after.map((value, at) => Math.abs(value - (before[at] as number))));
      expect(worst / scale, `${name} on ${start}`).toBeLessThan(1e-4);
    }
  }
  // The stream of a residual stage is widened as a whole.
  for (const name of ["widen 3", "widen 1", "grow 2", "larger-kernel 1", "insert-block 3", "insert-block 4"])
    expect(compared).toContain(name);
});

test("narrower keeps the strongest channels, and what is changed keeps every weight that has a place", () => {
  const parent = begin(3);
  for (let seed = 0; seed < 40; seed += 1) {
    const change = drawChange(parent.network, { random: createRandom("keep", seed) });
    if (change === undefined) continue;
    const heir = heirOf(parent, change.network, 3);
    const shapes = inferShapes(change.network.nodes);
    for (const node of change.network.nodes) {
      const old = parent.network.nodes.find(({ id }) => id === node.id);
      if (old === undefined || JSON.stringify(old) !== JSON.stringify(node)) continue;
      for (const { part, dims } of nodeParameters(node, shapes)) {
        const [was, is] = [parent.weights.get(`${node.id}.${part}`), heir.weights.get(`${node.id}.${part}`)];
        if (was?.dims.join() === dims.join())
          expect(is?.data, `${change.words}: ${node.id}`).toEqual(was.data);
      }
    }
  }
});

test("draw a change for every block, and another seed draws another", () => {
  const { network } = begin(0);
  const words = [1, 2, 3, 4].map(
    (seed) => drawChange(network, { block: "stage1.block1", random: createRandom(seed) })?.words,
  );
  expect(words).not.toContain(undefined);
  expect(new Set(words).size).toBeGreaterThan(1);
});

test("all widths at once: the network itself at 1, valid at every factor, and costs that never fall as it rises", () => {
  const factors = [1 / 64, 0.1, 0.25, 0.5, 0.8, 0.97, 1, 1.03, 1.25, 2, 5.3, 16];
  for (const network of starts) {
    expect(scaleWidths(network, 1)).toEqual(network);
    const scaled = factors.map((factor) => scaleWidths(network, factor));
    const ends = scaled.map(({ nodes }) => [...inferShapes(nodes).values()]);
    for (const shapes of ends) expect([shapes[0], shapes.at(-1)]).toEqual([ends[6]?.[0], ends[6]?.at(-1)]);
    for (const cost of ["paramCount", "macCount"] as const) {
      const costs = scaled.map((each) => networkCost(each)[cost]);
      expect(costs).toEqual(costs.toSorted((a, b) => a - b));
    }
  }
  // A residual network is scaled as a whole: 16 and 24 channels become 32 and 48.
  const twice = scaleWidths(starts[3] as Network, 2).nodes.flatMap(({ op }) =>
    op.kind === "conv" ? op.outChannels : [],
  );
  expect(new Set(twice)).toEqual(new Set([32, 48]));
});
