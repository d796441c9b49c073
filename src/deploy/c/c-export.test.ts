// The exported C, compiled and run: by gcc with sanitizers, and for two Cortex-M processors by QEMU. Its scores are those of the
// ONNX file in onnxruntime (floats), and of our interpreter bit by bit (8-bit integers). Of its arena the promised last byte is
// used and none beyond; beside the arena it needs no memory but the stack, which is below 1 kB; and its flash is nearly that of the promise, never above.
// GENIUS_ALL_DESIGNS=1 adds larger networks and twenty random designs of each space, which takes an hour or more.
import { describe, expect, test, vi } from "vitest";
import { networkArena } from "../../graph/arena.ts";
import { flashBytes as promisedFlash } from "../../graph/flash.ts";
import type { Network } from "../../graph/network.ts";
import { type Precision, precisions } from "../../graph/precision.ts";
import {
  cortex,
  needsPrograms,
  sanitised,
  sizesOf,
  stackBytesOf,
  type Target,
  tryHeader,
} from "./fixtures/c-tools.ts";
import { type Deployed, deployed, handMade, headerOf, testNetworks } from "./fixtures/deployed.ts";

const all = process.env.GENIUS_ALL_DESIGNS === "1";
const networks = await testNetworks(all);
vi.setConfig({ testTimeout: all ? 1_200_000 : 120_000 });
const known = new Map<string, Promise<Readonly<Partial<Record<Precision, Deployed>>>>>();

/** A network and its programs, made once for all targets. */
async function programsOf(name: string) {
  const network = networks[name]!();
  if (!known.has(name)) known.set(name, deployed(network));
  return { network, programs: await known.get(name)! };
}

function tryOn(
  target: Target,
  network: Network,
  precision: Precision,
  { program, pixels, scores }: Deployed,
) {
  const tried = tryHeader(headerOf(program), pixels, target);
  expect(tried.scores.length).toBe(scores.length);
  if (precision === "int8") expect([...tried.scores]).toEqual(scores);
  else {
    const differences = Array.from(
      scores,
      (score, i) => Math.abs(tried.scores[i]! - score) / (1 + Math.abs(score)),
    );
    expect(Math.max(...differences)).toBeLessThanOrEqual(1e-4);
  }
  expect(program.arenaBytes).toBe(networkArena(network, precision).bytes);
  expect(16 * Math.ceil(tried.highWaterBytes / 16)).toBe(program.arenaBytes);
}

const gcc = needsPrograms("gcc");
const arm = needsPrograms("arm-none-eabi-gcc", "qemu-system-arm");

describe.skipIf(gcc.skip)(`compiled by gcc${gcc.why}`, () => {
  test.each(Object.keys(networks))("%s", async (name) => {
    const { network, programs } = await programsOf(name);
    for (const precision of precisions) {
      const given = programs[precision];
      if (given !== undefined) tryOn(sanitised, network, precision, given);
    }
  });
});

const cpp = needsPrograms("g++");

test.skipIf(cpp.skip)(`a program in C++ may hold the implementation too${cpp.why}`, async () => {
  const { network, programs } = await programsOf("everything");
  const target = { compiler: "g++", flags: ["-std=c++11", "-O1", "-Wall", "-Wextra", "-Werror"], runner: [] };
  for (const precision of precisions) tryOn(target, network, precision, programs[precision]!);
});

describe.skipIf(arm.skip).each(["cortex-m4", "cortex-m7"] as const)(`compiled for %s${arm.why}`, (cpu) => {
  test.each(Object.keys(networks))("%s", async (name) => {
    const { network, programs } = await programsOf(name);
    for (const precision of precisions) {
      const given = programs[precision];
      if (given === undefined) continue;
      const header = headerOf(given.program);
      const { ramBytes, flashBytes } = sizesOf(header, cpu);
      // What README and header say.
      expect(stackBytesOf(header, cpu)).toBeLessThan(1024);
      const promised = promisedFlash(network, precision);
      // The hand-made graphs have more kinds of operators than any network that is searched.
      const spare = handMade.includes(name) ? 1024 : 0;
      expect(flashBytes).toBeLessThanOrEqual(promised + spare);
      expect(promised - flashBytes).toBeLessThanOrEqual(0.02 * flashBytes + 4096);
      // newlib's expf and erff have 1,080 bytes for the number of an error.
      const usesExponent = precision === "float" && /\b(expf|erff)\(/.test(header);
      expect(ramBytes - given.program.arenaBytes).toBe(usesExponent ? 1080 : 0);
      // The boards that QEMU has hold 4 MB.
      if (flashBytes < 3_500_000) tryOn(cortex(cpu), network, precision, given);
    }
  });
});
