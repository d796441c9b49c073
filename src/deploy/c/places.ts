// Where each value of a program lies in the arena. The plan is the one that was promised for the network (graph/arena.ts),
// found by the names of the nodes, and it is checked against what the steps really read and write.
import { type ArenaPlan, networkArena, planArena } from "../../graph/arena.ts";
import type { Network } from "../../graph/network.ts";
import { bytesPerElement, type Precision } from "../../graph/precision.ts";
import type { DeviceWindow, MapShape } from "../device-network.ts";

/** What the plan must know of a network of values and steps; the image is value 0. */
export interface ValueFlow {
  readonly values: readonly { readonly name: string; readonly shape: MapShape }[];
  readonly steps: readonly {
    readonly inputs: readonly number[];
    readonly output: number;
    readonly op: { readonly kind: string; readonly window?: DeviceWindow };
  }[];
  readonly output: number;
}

const pointwise = new Set(["add", "multiply", "pointwise", "table", "layer-norm"]);

/** Whether an operation may write its result over an input of the same size: a batch norm is a depthwise window of one pixel. */
const overwrites = ({ kind, window }: ValueFlow["steps"][number]["op"]) =>
  pointwise.has(kind) || (kind === "depthwise" && window?.kernel.every((length) => length === 1) === true);

/**
 * The offset of each value in bytes, and the size of the arena. Where the steps are not those that were promised for – a
 * flattened map read in an unusual way, a concatenation of maps whose grids cannot be the same – a plan of its own is made.
 */
export function placeValues(flow: ValueFlow, network: Network, precision: Precision): ArenaPlan {
  const size = bytesPerElement[precision];
  const lives = livesOf(flow).map((life, value) => ({ ...life, bytes: size * elementsOf(flow, value) }));
  const promised = promisedPlaces(flow, network, precision);
  return promised !== undefined && isSound(promised, lives, flow) ? promised : ownPlaces(lives, flow);
}

const elementsOf = ({ values }: ValueFlow, value: number) => values[value]!.shape.reduce((a, b) => a * b);

function livesOf({ values, steps, output }: ValueFlow) {
  const lives = values.map(() => ({ firstStep: 0, lastStep: 0 }));
  steps.forEach((step, index) => {
    lives[step.output] = { firstStep: index + 1, lastStep: index + 1 };
    for (const input of step.inputs) lives[input]!.lastStep = index + 1;
  });
  lives[output]!.lastStep = steps.length + 1;
  return lives;
}

/** The promised places by name; a part of a sum lies where the whole sum does. */
function promisedPlaces(
  { values, steps }: ValueFlow,
  network: Network,
  precision: Precision,
): ArenaPlan | undefined {
  const { bytes, buffers } = networkArena(network, precision);
  const byName = new Map(buffers.flatMap(({ nodeIds, offset }) => nodeIds.map((id) => [id, offset])));
  const offsets: (number | undefined)[] = values.map(({ name }) => byName.get(name));
  for (const { inputs, output, op } of steps.toReversed()) {
    if (op.kind !== "add") continue;
    for (const input of inputs) offsets[input] ??= offsets[output];
  }
  return offsets.every((offset) => offset !== undefined) ? { offsets, bytes } : undefined;
}

interface Life {
  readonly firstStep: number;
  readonly lastStep: number;
  readonly bytes: number;
}

/** A plan in which a result lies in the place of an input that nothing reads later, if the operation can do that. */
function ownPlaces(lives: readonly Life[], { values, steps }: ValueFlow): ArenaPlan {
  const buffers: Life[] = [lives[0]!];
  const bufferOf = values.map(() => 0);
  for (const { inputs, output, op } of steps) {
    const life = lives[output]!;
    const shared = inputs.find((input) => {
      const { lastStep, bytes } = buffers[bufferOf[input]!]!;
      return overwrites(op) && input !== 0 && lastStep === life.firstStep && bytes === life.bytes;
    });
    if (shared === undefined) {
      bufferOf[output] = buffers.push(life) - 1;
      continue;
    }
    const place = bufferOf[shared]!;
    bufferOf[output] = place;
    buffers[place] = { ...buffers[place]!, lastStep: Math.max(buffers[place]!.lastStep, life.lastStep) };
  }
  const { offsets, bytes } = planArena(buffers);
  return { offsets: bufferOf.map((place) => offsets[place]!), bytes };
}

/** Whether no value lies in what another one that is still read lies in. */
function isSound({ offsets, bytes }: ArenaPlan, lives: readonly Life[], { steps }: ValueFlow): boolean {
  return lives.every((life, value) => {
    const start = offsets[value]!;
    if (start + life.bytes > bytes) return false;
    return lives.slice(0, value).every((other, index) => {
      const begin = offsets[index]!;
      if (begin >= start + life.bytes || start >= begin + other.bytes) return true;
      if (other.lastStep < life.firstStep || life.lastStep < other.firstStep) return true;
      // Both are needed in the step that writes the later one: it must be able to write over its input, at the same place.
      const step = steps[life.firstStep - 1];
      const isInPlace =
        begin === start && other.bytes === life.bytes && step?.inputs.includes(index) === true;
      return other.lastStep === life.firstStep && isInPlace && overwrites(step.op);
    });
  });
}
