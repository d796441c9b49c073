// Limits in words, for messages and titles.
import { formatBytes, formatCount } from "../../base/units.ts";
import type { Limits } from "../space.ts";
import type { MemoryCost } from "./domain.ts";
import { defaultPrecision } from "./memory.ts";

/** One text a limit: "at most 20k parameters", "at most 256 KiB of RAM (int8)"; empty without limits. */
export function limitsInWords(limits: Limits): readonly string[] {
  const { minParamCount, maxParamCount, minMacCount, maxMacCount, maxRamBytes, maxFlashBytes } = limits;
  const { precision = defaultPrecision } = limits;
  const memory = (bytes: number | undefined, noun: string) =>
    bytes === undefined ? [] : [`at most ${formatBytes(bytes)} of ${noun} (${precision})`];
  return [
    ...range(minParamCount, maxParamCount, "parameters"),
    ...range(minMacCount, maxMacCount, "MACs"),
    ...memory(maxRamBytes, "RAM"),
    ...memory(maxFlashBytes, "flash"),
  ];
}

/** ", 120 KiB of RAM, 310 KiB of flash", to be said after parameters and MACs; empty where they were not counted. */
export function memoryInWords({ ramBytes, flashBytes }: Partial<MemoryCost>): string {
  const ram = ramBytes === undefined ? "" : `, ${formatBytes(ramBytes)} of RAM`;
  return flashBytes === undefined ? ram : `${ram}, ${formatBytes(flashBytes)} of flash`;
}

function range(min: number | undefined, max: number | undefined, unit: string): readonly string[] {
  if (min !== undefined && max !== undefined) return [`${formatCount(min)} to ${formatCount(max)} ${unit}`];
  if (max !== undefined) return [`at most ${formatCount(max)} ${unit}`];
  return min === undefined ? [] : [`at least ${formatCount(min)} ${unit}`];
}
