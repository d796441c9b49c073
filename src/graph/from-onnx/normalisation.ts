// A file may normalise its images first: (pixel − mean) / deviation for each channel. That is no layer of the network but a fact of
// its data, so it is taken out and kept beside it, to be put back by the export.
import type { Network, NetworkNode } from "../network.ts";
import type { Weights } from "../weights.ts";

export interface Normalisation {
  /** Of pixels from 0 to 1. */
  readonly mean01: readonly number[];
  readonly sd01: readonly number[];
  /** What the largest pixel value is in the file. */
  readonly pixelScale: 1 | 255;
}

interface Made {
  readonly network: Network;
  readonly weights: Weights;
}

/** The network without a normalisation that is all that reads its input. */
export function withoutNormalisation({
  network,
  weights,
}: Made): Made & { readonly normalisation: Normalisation | undefined } {
  const [input, ...rest] = network.nodes as readonly [NetworkNode, ...NetworkNode[]];
  const [first, ...others] = rest.filter(({ inputs }) => inputs.includes(input.id));
  const found =
    first?.op.kind === "batch-norm" && others.length === 0 && rest.length > 1
      ? normalisationOf(first, weights)
      : undefined;
  if (first === undefined || found === undefined) return { network, weights, normalisation: undefined };
  const nodes = network.nodes
    .filter((node) => node !== first)
    .map((node) => ({ ...node, inputs: node.inputs.map((id) => (id === first.id ? input.id : id)) }));
  return {
    network: { ...network, nodes },
    weights: new Map([...weights].filter(([name]) => !name.startsWith(`${first.id}.`))),
    normalisation: found,
  };
}

function normalisationOf({ id, op }: NetworkNode, weights: Weights): Normalisation | undefined {
  if (op.kind !== "batch-norm") return undefined;
  const part = (name: string) => [...(weights.get(`${id}.${name}`)?.data ?? [])];
  // One that was trained has statistics.
  const isPlain =
    part("runningMean").every((value) => value === 0) &&
    part("runningVariance").every((value) => value === 1);
  const factor = part("weight").map((value) => value / Math.sqrt(1 + op.epsilon));
  if (!isPlain || !factor.every((value) => value > 0 && Number.isFinite(value))) return undefined;
  const shift = part("bias");
  const mean = shift.map((value, channel) => -value / (factor[channel] as number));
  const deviation = factor.map((value) => 1 / value);
  const pixelScale = [...mean, ...deviation].some((value) => value > 2) ? 255 : 1;
  return {
    mean01: mean.map((value) => value / pixelScale),
    sd01: deviation.map((value) => value / pixelScale),
    pixelScale,
  };
}
