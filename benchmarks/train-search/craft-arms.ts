// What craft.ts compares: each arm is the usual recipe with one thing changed. Sources: airbench (Jordan 2024,
// https://arxiv.org/abs/2404.00498) for the initialisations, the rates of shifts and the flips; lookahead (Zhang and others
// 2019, https://arxiv.org/abs/1907.08610).
import type { TrainerOptions, Weights } from "../../src/engine/index.ts";
import type { Network, NetworkNode } from "../../src/graph/network.ts";
import { eigenvectorsOf } from "../../src/math/eigenvalues.ts";
import {
  createEvaluationBatches,
  type ImageSet,
  type Normalisation,
} from "../../src/tasks/image-classification/index.ts";

export interface Arm {
  readonly name: string;
  /** Multiplies the learning rate; the rate follows the batch in proportion beside it. */
  readonly rate?: number;
  readonly batch?: number;
  readonly labelSmoothing?: number;
  readonly alternatingFlip?: boolean;
  /** The average of the weights is measured instead of the last ones. */
  readonly averageDecay?: number;
  /** Every so many steps the weights go back by half the way that they came. */
  readonly lookaheadSteps?: number;
  readonly trainer?: Pick<TrainerOptions, "rateFactor" | "isFrozen">;
  /** Changes the first weights. */
  readonly begin?: (given: Begin) => Weights | Promise<Weights>;
}

export interface Begin {
  readonly network: Network;
  readonly weights: Weights;
  readonly set: ImageSet;
  readonly normalisation: Normalisation;
}

const shiftsTimes = (factor: number): Arm => ({
  name: `shifts-rate-x${factor}`,
  trainer: { rateFactor: ({ role }) => (role === "norm-shift" ? factor : 1) },
});

/** The name of the first convolution's weights. */
const firstConv = ({ nodes }: Network) => `${nodes.find(({ op }) => op.kind === "conv")?.id}.weight`;

export const arms = ({
  network,
  mirrors,
}: {
  readonly network: Network;
  /** Whether the recipe mirrors images. */
  readonly mirrors: boolean;
}): readonly Arm[] => [
  { name: "baseline" },
  { name: "label-smoothing-0", labelSmoothing: 0 },
  { name: "label-smoothing-0.1", labelSmoothing: 0.1 },
  { name: "rate-x0.5", rate: 0.5 },
  { name: "rate-x2", rate: 2 },
  { name: "rate-x4", rate: 4 },
  { name: "batch-x0.5", batch: 0.5 },
  { name: "batch-x2", batch: 2 },
  ...[4, 16, 64].map(shiftsTimes),
  { name: "identity-start", begin: identityStart },
  { name: "whitening-start", begin: whiteningStart },
  {
    name: "whitening-frozen",
    begin: whiteningStart,
    trainer: { isFrozen: ({ name }) => name === firstConv(network) },
  },
  ...(mirrors ? [{ name: "alternating-flip", alternatingFlip: true }] : []),
  { name: "average-0.99", averageDecay: 0.99 },
  { name: "average-0.998", averageDecay: 0.998 },
  { name: "lookahead-5", lookaheadSteps: 5 },
];

/** Each full convolution but the first passes as many channels through as it can, at the middle of its kernel. */
function identityStart({ network, weights }: Begin): Weights {
  const first = firstConv(network);
  const changed = network.nodes.flatMap((node) => {
    const name = `${node.id}.weight`;
    const given = weights.get(name);
    if (!isFullConv(node) || name === first || given === undefined) return [];
    const [outChannels, inChannels, height, width] = given.dims as [number, number, number, number];
    const data = given.data.slice();
    const area = height * width;
    const middle = (height >> 1) * width + (width >> 1);
    const passed = Math.min(outChannels, inChannels);
    data.fill(0, 0, passed * inChannels * area);
    for (let channel = 0; channel < passed; channel += 1)
      data[(channel * inChannels + channel) * area + middle] = 1;
    return [[name, { dims: given.dims, data }] as const];
  });
  return new Map([...weights, ...changed]);
}

const isFullConv = ({ op }: NetworkNode) => op.kind === "conv" && op.groups === 1;

/** The first convolution's filters are the main directions of its patches, scaled to variance 1, each with its negative. */
async function whiteningStart({ network, weights, set, normalisation }: Begin): Promise<Weights> {
  const name = firstConv(network);
  const given = weights.get(name);
  if (given === undefined) return weights;
  const [outChannels, , kernelHeight, kernelWidth] = given.dims as [number, number, number, number];
  const patches = await samplePatches({ set, normalisation }, [kernelHeight, kernelWidth]);
  const size = given.data.length / outChannels;
  const covariance = Array.from({ length: size }, () => new Float64Array(size));
  for (const patch of patches) {
    for (let a = 0; a < size; a += 1)
      for (let b = 0; b < size; b += 1) covariance[a]![b]! += (patch[a]! * patch[b]!) / patches.length;
  }
  const main = eigenvectorsOf(covariance).toSorted((a, b) => b.value - a.value);
  const data = given.data.slice();
  for (let filter = 0; filter < Math.min(outChannels, 2 * size); filter += 1) {
    const { value, vector } = main[filter >> 1]!;
    const scale = (filter % 2 === 0 ? 1 : -1) / Math.sqrt(value + 5e-4);
    for (const [at, entry] of vector.entries()) data[filter * size + at] = scale * entry;
  }
  return new Map([...weights, [name, { dims: given.dims, data }]]);
}

async function samplePatches(
  { set, normalisation }: Pick<Begin, "set" | "normalisation">,
  [kernelHeight, kernelWidth]: readonly [number, number],
): Promise<readonly Float64Array[]> {
  const [channels, height, width] = set.shape;
  const [images, step] = [1000, 5];
  const patches: Float64Array[] = [];
  await using batches = createEvaluationBatches({ set, normalisation, batchSize: 1 });
  for await (const { images: pixels, index } of batches.epoch(0)) {
    if (index >= images) break;
    for (let top = 0; top + kernelHeight <= height; top += step) {
      for (let left = 0; left + kernelWidth <= width; left += step) {
        const patch: number[] = [];
        for (let channel = 0; channel < channels; channel += 1)
          for (let y = 0; y < kernelHeight; y += 1)
            for (let x = 0; x < kernelWidth; x += 1)
              patch.push(pixels[(channel * height + top + y) * width + left + x] as number);
        patches.push(Float64Array.from(patch));
      }
    }
  }
  return patches;
}
