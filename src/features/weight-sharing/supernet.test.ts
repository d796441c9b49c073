// A supernet with one path open must be the network that `decode` gives, weights and all, whatever the path; and spaces
// that have no supernet must be told so.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createTrainer, initialWeights } from "../../engine/index.ts";
import type { Space } from "../../search/space.ts";
import channels from "../../search/spaces/channel-bench-resnet.ts";
import mobile from "../../search/spaces/mobile.ts";
import cells from "../../search/spaces/nas-bench-201.ts";
import macro from "../../search/spaces/nas-bench-macro.ts";
import { tinySpace } from "../../testing/tiny-space.ts";
import { oneHot, segmentsOf } from "./architecture.ts";
import { createSupernet, pathNodes } from "./supernet.ts";

const optimiser = { kind: "sgd", momentum: 0, nesterov: false, weightDecay: 0 } as const;
const smallCells = cells.create(
  cells.options.parse({ imageSize: 8, stemChannels: 4, cellsPerStage: 2, classCount: 10 }),
);

test("computes what the decoded network computes, for any design of NAS-Bench-201", async () => {
  const supernet = createSupernet(smallCells);
  const setting = { classCount: 10, batchSize: 4, optimiser, seed: 3 };
  const whole = await createTrainer({ ...setting, nodes: supernet.nodes });
  const weights = initialWeights(supernet.nodes, "shared");
  whole.setWeights(weights);
  const images = Float32Array.from({ length: 4 * 3 * 64 }, (_, index) => Math.sin(index * 1.7));
  const targets = Float32Array.from({ length: 40 }, (_, index) => Number(index % 11 === 0));
  await fc.assert(
    fc.asyncProperty(fc.tuple(...smallCells.decisions.map(() => fc.nat(4))), async (choices) => {
      const shares = oneHot(choices, segmentsOf(smallCells));
      await whole.gradientsOnly({ images, targets, shares });
      const { nodes } = smallCells.decode(choices);
      const alone = await createTrainer({ ...setting, nodes });
      const inherited = [...alone.weights()].map(([name, own]) => {
        const dot = name.lastIndexOf(".");
        const source = `${supernet.nodeOf(name.slice(0, dot), choices)}${name.slice(dot)}`;
        // A cell that is never reached has no weights in the path, and none are needed.
        return [name, weights.get(source) ?? own] as const;
      });
      alone.setWeights(new Map(inherited));
      await alone.gradientsOnly({ images, targets });
      const wanted = alone.logits();
      const worst = Math.max(...whole.logits().map((value, at) => Math.abs(value - wanted[at]!)));
      expect(worst).toBeLessThan(1e-3);
      await alone.dispose();
    }),
    { numRuns: 8, seed: 201, examples: [[[0, 0, 0, 0, 0, 0]], [[1, 1, 1, 1, 1, 1]], [[3, 0, 1, 2, 4, 3]]] },
  );
  await whole.dispose();
});

test("shares all options' weights by cell and counts one mixture an output that is read", () => {
  const supernet = createSupernet(smallCells);
  const mixtures = supernet.nodes.filter(({ op }) => op.kind === "mixture");
  expect(mixtures).toHaveLength(6 * 6);
  expect(supernet.shareCount).toBe(30);
  const convolutions = supernet.nodes.filter(({ op }) => op.kind === "conv");
  // Stem, two reductions of three, and two in each of six edges of six cells.
  expect(convolutions).toHaveLength(1 + 6 + 6 * 6 * 2);
});

test("fits NAS-Bench-Macro, whose blocks may be absent", () => {
  const space = macro.create({});
  const supernet = createSupernet(space);
  expect(supernet.nodes.filter(({ op }) => op.kind === "mixture")).toHaveLength(8);
  const choices = space.decisions.map(() => 1);
  const path = pathNodes(supernet, choices);
  expect(path.map(({ op }) => op)).toHaveLength(space.decode(choices).nodes.length);
});

test.each<[Space, RegExp]>([
  [channels.create({}), /channels1.*changes "block1\.first\.conv", as channels0 does/],
  [mobile.create(mobile.options.parse({})), /mobile has no supernet: decision stage1\.depth/],
  [tinySpace, /tiny has no supernet/],
])("refuses a space whose decisions are no choices of operation", (space, message) => {
  expect(() => createSupernet(space)).toThrow(message);
});
