// Reads a text: as a network, or as a program that leaves choices open.

import { GeniusError } from "../base/errors.ts";
import { networkCost } from "../graph/cost.ts";
import type { Network } from "../graph/network.ts";
import { type ElaborateSetting, elaborate } from "./elaborate.ts";
import { errorOf, FaultError } from "./faults.ts";
import { parseProgram } from "./parse-program.ts";
import type { Program } from "./program.ts";

/**
 * The program of a text; `source` is how errors call it, such as its file.
 * @throws GeniusError `bad-file` that shows each mistake with its line and column.
 */
export function readProgram(text: string, source: string): Program {
  const { program, faults } = parseProgram(text);
  if (program === undefined) throw errorOf(text, source, faults);
  return program;
}

/** The network of a program; like {@link elaborate}, with an error for people. */
export function networkOfProgram(program: Program, source: string, setting: ElaborateSetting): Network {
  try {
    return elaborate(program, setting);
  } catch (thrown) {
    if (!(thrown instanceof FaultError)) throw thrown;
    throw errorOf(program.text, source, [thrown]);
  }
}

export interface ReadSetting {
  /** How errors call the text; "the text" by default. */
  readonly source?: string;
  /** For a text that does not say its input; 3×32×32 by default. */
  readonly input?: ElaborateSetting["input"];
  /** What `classes` is; 10 by default. */
  readonly classCount?: number;
  /** For a text that does not say its name. */
  readonly name?: string;
}

/**
 * The network that a text describes.
 * @throws GeniusError `bad-file` that shows each mistake with its line and column, or for a text that leaves choices open.
 * @example
 * ```ts
 * import { cost, readNetwork } from "genius-nas";
 *
 * const network = readNetwork("conv 16 k3 norm relu\nglobalpool flatten linear 10");
 * console.log(await cost(network));
 * ```
 */
export function readNetwork(text: string, { source = "the text", ...setting }: ReadSetting = {}): Network {
  const program = readProgram(text, source);
  const [open] = program.choices;
  if (open !== undefined) {
    throw errorOf(text, source, [
      { offset: open.offset, message: "alternatives make this text a space, and a network is needed here" },
    ]);
  }
  const { input = [3, 32, 32], classCount = 10, name = "network" } = setting;
  const network = networkOfProgram(program, source, { choices: [], input, classCount, name });
  checkCountable(network, source);
  return network;
}

/** @throws GeniusError `bad-file` for a network whose costs are beyond exact numbers. */
export function checkCountable(network: Network, source: string): void {
  const { paramCount, macCount, activationBytes } = networkCost(network);
  if (Math.max(paramCount, macCount, activationBytes) <= Number.MAX_SAFE_INTEGER) return;
  throw new GeniusError("bad-file", `${source}: the network is too large to be counted exactly.`);
}
