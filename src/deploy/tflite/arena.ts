// The memory that Google's interpreters take for the maps of a TFLite file, by the rules of their own planners: which operators
// write over an input, what is kept to the end, scratch memory of the kernels, the order of placing and the alignment.
// An exported C program needs less or the same: it overwrites more (graph/arena.ts).
// @see https://github.com/google-ai-edge/LiteRT/blob/main/tflite/arena_planner.cc
// @see https://github.com/tensorflow/tflite-micro/blob/main/tensorflow/lite/micro/micro_allocation_info.cc
import { greedyArenaBytes, type LiveBuffer } from "../../graph/arena.ts";
import type { TfliteModel, TfliteOperator } from "./model.ts";

interface Placed extends LiveBuffer {
  /** Place in the list of tensors; scratch memory comes after all of them. */
  readonly tensor: number;
}

/** Operators that may write over one of their first inputs. */
const inPlace: Readonly<Partial<Record<TfliteOperator["operator"], number>>> = {
  ADD: 2,
  MUL: 2,
  SUB: 2,
  RESHAPE: 1,
};

/** Of each tensor in the interpreter's arena. */
const alignment = 64;

/** Inputs of no more bytes are never written over. */
const scalarBytes = 4;

/**
 * Bytes of the arena of the TFLite and LiteRT interpreter with the kernels that are in it, without XNNPACK: XNNPACK keeps
 * the maps between its operators in memory of its own. The optimised kernels of a convolution take a buffer more.
 */
export function interpreterArenaBytes(model: TfliteModel): number {
  const { tensors, operators, input, output } = model;
  const isConstant = (tensor: number) => tensors[tensor]?.data !== undefined;
  const references = countedReads(model, (tensor) => tensor);
  const homes = new Map<number, number>();
  const homeOf = (tensor: number) => homes.get(tensor) ?? tensor;
  for (const { operator, inputs, output: written } of operators) {
    if (written === output) continue;
    const keepsNumbers = operator === "RESHAPE";
    const shared = inputs.slice(0, inPlace[operator] ?? 0).find((read) => {
      if (isConstant(read) || read === input) return false;
      if (keepsNumbers) return true;
      const bytes = bytesOf(model, read);
      return bytes === bytesOf(model, written) && bytes > scalarBytes && references.get(read) === 1;
    });
    if (shared === undefined) continue;
    const home = homeOf(shared);
    if (keepsNumbers || references.get(home) === 1) homes.set(written, home);
  }

  const left = countedReads(model, homeOf);
  const lastSteps = new Map<number, number>();
  operators.forEach(({ inputs }, step) => {
    for (const tensor of inputs.map(homeOf)) {
      left.set(tensor, left.get(tensor)! - 1);
      if (left.get(tensor) === 0) lastSteps.set(tensor, step);
    }
  });
  const firstSteps = stepsOfWriting(model);
  const maps = tensors.flatMap((_, tensor): Placed[] => {
    if (isConstant(tensor) || homes.has(tensor)) return [];
    const lastStep = lastSteps.get(tensor) ?? Number.POSITIVE_INFINITY;
    return [{ tensor, bytes: bytesOf(model, tensor), firstStep: firstSteps.get(tensor) ?? 0, lastStep }];
  });
  return bestFitBytes([...maps, ...scratchOf(model, ({ rank, axes, sums }) => [rank, axes, sums])]);
}

/**
 * Bytes of the maps and the kernels' scratch memory in TFLite Micro's arena. Its own structures come on top, some kilobytes
 * that grow with the number of operators and tensors.
 */
export function microArenaBytes(model: TfliteModel): number {
  const { tensors, operators, output } = model;
  const firstSteps = stepsOfWriting(model);
  const lastSteps = new Map(operators.flatMap(({ inputs }, step) => inputs.map((read) => [read, step])));
  const maps = tensors.flatMap(({ data }, tensor): LiveBuffer[] => {
    if (data !== undefined) return [];
    const firstStep = firstSteps.get(tensor) ?? 0;
    const lastStep = tensor === output ? operators.length : (lastSteps.get(tensor) ?? firstStep);
    return [{ bytes: bytesOf(model, tensor), firstStep, lastStep }];
  });
  const scratch = scratchOf(model, ({ rank, axes, sums }) =>
    model.precision === "int8" ? [sums, rank, axes] : [rank, axes],
  );
  return greedyArenaBytes([...maps, ...scratch]);
}

function bytesOf({ tensors }: TfliteModel, tensor: number): number {
  const { shape, type } = tensors[tensor]!;
  return (type === "int8" ? 1 : 4) * shape.reduce((product, length) => product * length, 1);
}

const stepsOfWriting = ({ operators }: TfliteModel): ReadonlyMap<number, number> =>
  new Map(operators.map(({ output }, step) => [output, step]));

/** How often each tensor is read; the program itself reads the image and the scores. */
function countedReads({ operators, input, output }: TfliteModel, homeOf: (tensor: number) => number) {
  const counts = new Map<number, number>();
  for (const tensor of [input, output, ...operators.flatMap(({ inputs }) => inputs.map(homeOf))])
    counts.set(tensor, (counts.get(tensor) ?? 0) + 1);
  return counts;
}

interface Mean {
  /** Lengths of the input's shape, of the list of axes, and of the result. */
  readonly rank: number;
  readonly axes: number;
  readonly sums: number;
}

/** What kernels ask for beside their results, 32 bits each: a mean has an index, its axes and its sums. */
function scratchOf(model: TfliteModel, numbersOf: (mean: Mean) => readonly number[]): readonly Placed[] {
  const { tensors, operators } = model;
  return operators.flatMap(({ operator, inputs, output }, step): Placed[] => {
    if (operator !== "MEAN") return [];
    const [read, axes] = inputs.map((input) => tensors[input]!.shape);
    const sums = tensors[output]!.shape.reduce((product, length) => product * length, 1);
    return numbersOf({ rank: read!.length, axes: axes![0]!, sums }).map((numbers) => ({
      ...{ tensor: tensors.length, bytes: 4 * numbers, firstStep: step, lastStep: step },
    }));
  });
}

/** The largest first, each in the smallest gap that holds it; what lives from the first step to the end comes before all. */
function bestFitBytes(all: readonly Placed[]): number {
  const isWhole = ({ firstStep, lastStep }: Placed) =>
    firstStep === 0 && lastStep === Number.POSITIVE_INFINITY;
  const order = all.toSorted((a, b) => {
    if (isWhole(a) || isWhole(b)) return Number(isWhole(b)) - Number(isWhole(a)) || a.tensor - b.tensor;
    return b.bytes - a.bytes || a.firstStep - b.firstStep;
  });
  const aligned = (offset: number) => Math.ceil(offset / alignment) * alignment;
  /** By their offset. */
  const placed: (Placed & { readonly offset: number })[] = [];
  let size = 0;
  for (const buffer of order) {
    let end = 0;
    let gap = Number.POSITIVE_INFINITY;
    let found: number | undefined;
    for (const other of placed) {
      if (other.lastStep < buffer.firstStep || other.firstStep > buffer.lastStep) continue;
      const start = aligned(end);
      if (start + buffer.bytes <= other.offset && other.offset - start < gap) {
        found = start;
        gap = other.offset - end;
      }
      end = Math.max(end, other.offset + other.bytes);
      if (gap === 0) break;
    }
    const offset = found ?? aligned(end);
    size = Math.max(size, offset + buffer.bytes);
    const at = placed.findIndex((other) => other.offset > offset);
    placed.splice(at < 0 ? placed.length : at, 0, { ...buffer, offset });
  }
  return size;
}
