// The memory that an interpreter needs for the maps of a TFLite file, by the same plan as everywhere: what each map's tensor
// takes from the operator that writes it to the last that reads it.
import { planArena } from "../../graph/arena.ts";
import type { TfliteModel } from "./model.ts";

/** Bytes of the arena for the maps alone: an interpreter adds its own structures, in TFLite Micro some kilobytes. */
export function tfliteArenaBytes({ tensors, operators, output, precision }: TfliteModel): number {
  const bytes = precision === "int8" ? 1 : 4;
  const end = operators.length;
  const firstSteps = new Map(operators.map(({ output: written }, step) => [written, step]));
  const lastSteps = new Map(operators.flatMap(({ inputs }, step) => inputs.map((read) => [read, step])));
  const buffers = tensors.flatMap(({ shape, data }, place) => {
    if (data !== undefined) return [];
    return {
      bytes: bytes * shape.reduce((product, length) => product * length, 1),
      firstStep: firstSteps.get(place) ?? 0,
      lastStep: place === output ? end : (lastSteps.get(place) ?? end),
    };
  });
  return planArena(buffers).bytes;
}
