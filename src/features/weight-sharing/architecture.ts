// The architecture parameters of a supernet: one number per option of every decision, from which shares are made –
// softmax weights for DARTS, a sampled one-hot path for GDAS – and to which the gradient by the shares is brought back.
// A few dozen numbers, so plain arrays and loops. It must not know of networks or batches.
import type { Random } from "../../base/random.ts";
import type { Choices, Space } from "../../search/space.ts";

/** Where each decision's options lie in a vector of shares. */
export type Segments = readonly { readonly first: number; readonly count: number }[];

export function segmentsOf({ decisions }: Space): Segments {
  let first = 0;
  return decisions.map(({ options }) => {
    const segment = { first, count: options.length };
    first += options.length;
    return segment;
  });
}

/** Shares, and how a gradient by them becomes one by the parameters. */
export interface Shares {
  readonly values: Float32Array;
  backward(gradient: Float32Array): Float32Array;
}

/** Softmax over the options of each decision, of `parameters / temperature`. */
export function softmax(parameters: Float32Array, segments: Segments, temperature = 1): Float32Array {
  const result = new Float32Array(parameters.length);
  for (const { first, count } of segments) {
    const values = Array.from(parameters.subarray(first, first + count), (value) => value / temperature);
    const most = Math.max(...values);
    const powers = values.map((value) => Math.exp(value - most));
    const sum = powers.reduce((total, power) => total + power, 0);
    powers.forEach((power, option) => {
      result[first + option] = power / sum;
    });
  }
  return result;
}

/** The gradient by the parameters of `softmax(parameters, segments, temperature)`. */
function throughSoftmax(
  probabilities: Float32Array,
  gradient: Float32Array,
  { segments, temperature }: { readonly segments: Segments; readonly temperature: number },
): Float32Array {
  const result = new Float32Array(gradient.length);
  for (const { first, count } of segments) {
    let mean = 0;
    for (let at = first; at < first + count; at += 1) mean += probabilities[at]! * gradient[at]!;
    for (let at = first; at < first + count; at += 1)
      result[at] = (probabilities[at]! * (gradient[at]! - mean)) / temperature;
  }
  return result;
}

/** All options at once, each by its softmax weight. @see https://arxiv.org/abs/1806.09055 */
export function softShares(parameters: Float32Array, segments: Segments): Shares {
  const values = softmax(parameters, segments);
  return {
    values,
    backward: (gradient) => throughSoftmax(values, gradient, { segments, temperature: 1 }),
  };
}

/**
 * One option a decision, drawn by its probability with Gumbel noise. Backwards, straight through: as if the softmax of
 * the noisy parameters at `temperature` had been the shares, and only the drawn options had been computed – the
 * gradient by any other share is not looked at.
 * Differs from the authors' code, which adds the options that were not drawn as constants of value 0 and so gives each
 * the sum of the gradient over its map; the paper's equations, and their later variant of the code, do not.
 * @see https://arxiv.org/abs/1910.04465, equations 5 and 6
 */
export function gumbelShares(
  parameters: Float32Array,
  segments: Segments,
  { temperature, random }: { readonly temperature: number; readonly random: Random },
): Shares {
  const noisy = parameters.map((value) => value - Math.log(-Math.log(Math.max(random.next(), 1e-9))));
  const soft = softmax(noisy, segments, temperature);
  const values = oneHot(largest(noisy, segments), segments);
  return {
    values,
    backward: (gradient) =>
      throughSoftmax(
        soft,
        gradient.map((value, at) => value * values[at]!),
        { segments, temperature },
      ),
  };
}

/** A single path. */
export function oneHot(choices: Choices, segments: Segments): Float32Array {
  const last = segments.at(-1);
  const result = new Float32Array(last === undefined ? 0 : last.first + last.count);
  for (const [decision, { first }] of segments.entries()) result[first + choices[decision]!] = 1;
  return result;
}

/** The option with the largest value, for each decision. */
export function largest(values: Float32Array, segments: Segments): Choices {
  return segments.map(({ first, count }) => {
    let best = 0;
    for (let option = 1; option < count; option += 1)
      if (values[first + option]! > values[first + best]!) best = option;
    return best;
  });
}

/** Adam with the settings of DARTS for architecture parameters; its state is JSON-safe. */
export interface ArchitectureState {
  readonly parameters: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Steps made. */
  readonly steps: number;
}

/** Parameters near 0, as DARTS begins: 0.001 times a standard normal. */
export function beginArchitecture(count: number, random: Random): ArchitectureState {
  return {
    parameters: Float32Array.from({ length: count }, () => 1e-3 * random.normal()),
    first: new Float32Array(count),
    second: new Float32Array(count),
    steps: 0,
  };
}

/** One step of Adam (β 0.5 and 0.999, weight decay added to the gradient, as in DARTS). */
export function stepArchitecture(
  state: ArchitectureState,
  gradient: Float32Array,
  { rate, weightDecay }: { readonly rate: number; readonly weightDecay: number },
): ArchitectureState {
  const [beta1, beta2] = [0.5, 0.999];
  const steps = state.steps + 1;
  const total = gradient.map((value, at) => value + weightDecay * state.parameters[at]!);
  const first = state.first.map((value, at) => beta1 * value + (1 - beta1) * total[at]!);
  const second = state.second.map((value, at) => beta2 * value + (1 - beta2) * total[at]! ** 2);
  const parameters = state.parameters.map((value, at) => {
    const mean = first[at]! / (1 - beta1 ** steps);
    const deviation = Math.sqrt(second[at]! / (1 - beta2 ** steps));
    return value - (rate * mean) / (deviation + 1e-8);
  });
  return { parameters, first, second, steps };
}
