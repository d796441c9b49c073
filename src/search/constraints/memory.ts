// What designs need of a device: RAM for their feature maps and flash for their weights and code. Known exactly before
// training, but no sum over decisions – the peak is a maximum, and a plan – so it is counted on each design's network.
import { arenaOf } from "../../graph/arena.ts";
import { type InferenceGraph, inferenceGraph } from "../../graph/export/simplify.ts";
import { flashOf } from "../../graph/flash.ts";
import type { Network } from "../../graph/network.ts";
import type { Precision } from "../../graph/precision.ts";
import type { Choices, Limits, Space } from "../space.ts";
import type { Domain, MemoryCost, RecordedCost, Violation } from "./domain.ts";

/** The precision that limits of memory are meant in, where none is named. */
export const defaultPrecision: Precision = "int8";

/** RAM and flash of a network for one image. */
export const networkMemory = (network: Network, precision: Precision): MemoryCost =>
  graphMemory(inferenceGraph(network), precision);

/** The same of what is left of a network in inference. */
export const graphMemory = (graph: InferenceGraph, precision: Precision): MemoryCost => ({
  ramBytes: arenaOf(graph, precision).bytes,
  flashBytes: flashOf(graph, precision),
});

export const hasMemoryLimit = ({ maxRamBytes, maxFlashBytes }: Limits): boolean =>
  maxRamBytes !== undefined || maxFlashBytes !== undefined;

/** The same, where the limits ask for it. */
export function limitedMemory(network: Network, limits: Limits): Partial<MemoryCost> {
  if (!hasMemoryLimit(limits)) return {};
  return networkMemory(network, limits.precision ?? defaultPrecision);
}

/** A design's cost with everything that is limited. */
export function recordedCost({ costOf, memoryOf, limits }: Domain, choices: Choices): RecordedCost {
  return hasMemoryLimit(limits) ? { ...costOf(choices), ...memoryOf(choices) } : costOf(choices);
}

/** Designs whose figures are kept. */
const maxKept = 100_000;
const kept = new WeakMap<Space, Record<Precision, Map<string, MemoryCost>>>();

/** RAM and flash of a design; kept, since searches ask for the same designs again and again. */
export function designMemory(space: Space, choices: Choices, precision: Precision): MemoryCost {
  let both = kept.get(space);
  if (both === undefined) {
    both = { int8: new Map(), float: new Map() };
    kept.set(space, both);
  }
  const known = both[precision];
  const key = choices.join();
  let memory = known.get(key);
  if (memory === undefined) {
    memory = networkMemory(space.decode(choices), precision);
    if (known.size >= maxKept) known.clear();
    known.set(key, memory);
  }
  return memory;
}

/** Which limits of memory are broken; empty when none. */
export function memoryViolations(
  { ramBytes, flashBytes }: MemoryCost,
  { maxRamBytes, maxFlashBytes }: Limits,
): readonly Violation[] {
  const found: Violation[] = [];
  if (maxRamBytes !== undefined && ramBytes > maxRamBytes)
    found.push({ quantity: "ramBytes", value: ramBytes, bound: "max", limit: maxRamBytes });
  if (maxFlashBytes !== undefined && flashBytes > maxFlashBytes)
    found.push({ quantity: "flashBytes", value: flashBytes, bound: "max", limit: maxFlashBytes });
  return found;
}
