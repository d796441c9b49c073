// A network in 8-bit integers as the folder of C that is handed over: the header, hooks for CMSIS-NN, and a program that tries it on a few
// images, with the scores that our interpreter gives.
import type { Network } from "../../graph/network.ts";
import type { IntegerNetwork } from "../integer-network.ts";
import { imageOf, realScores, runInteger } from "../run-integer.ts";
import { cmsisText } from "./cmsis-nn.ts";
import { type CFolderOptions, cFolder } from "./folder.ts";
import { int8Program } from "./int8-program.ts";

export interface IntegerFolderOptions
  extends Pick<CFolderOptions, "name" | "title" | "classNames" | "remarks"> {
  readonly integer: IntegerNetwork;
  /** From which `integer` was made. */
  readonly network: Network;
  /** [height, width, channels] of bytes. */
  readonly images: readonly Uint8Array[];
}

/** The files, by name. */
export function integerFolder({ integer, network, images, ...told }: IntegerFolderOptions) {
  const examples = images.map((pixels) => ({
    pixels,
    scores: realScores(integer, runInteger(integer, imageOf(integer, pixels))),
  }));
  const [program, hooks] = [int8Program(integer, network), cmsisText(integer, told.name)];
  return cFolder({ ...told, program, hooks, examples });
}
