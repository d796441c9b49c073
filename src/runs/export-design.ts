// A design as a file that other programs read, and the trained weights that a run's folder holds for its selected design.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileError, systemCodeOf } from "../base/errors.ts";
import { type Inference, inferenceMetadata } from "../graph/export/inference.ts";
import { exportMermaid } from "../graph/export/mermaid.ts";
import { exportOnnx } from "../graph/export/onnx.ts";
import { exportPytorch } from "../graph/export/pytorch.ts";
import { decodeWeights, encodeWeights } from "../graph/export/weights-file.ts";
import type { Network } from "../graph/network.ts";
import type { Weights } from "../graph/weights.ts";
import { printNetwork } from "../language/index.ts";
import type { Trial } from "../search/trial.ts";
import { isHandedOver } from "../study/fold.ts";
import { holdsTraining } from "../study/journal.ts";
import { apartFolder } from "./apart-training.ts";
import type { RunView } from "./run-view.ts";

export const designFormats = ["onnx", "pytorch", "mermaid", "text", "safetensors"] as const;
export type DesignFormat = (typeof designFormats)[number];

/** Random weights, so that nobody takes the file for a network that was trained. */
const untrained = { weights: "untrained" } as const;

export interface DesignWeights {
  readonly weights: () => Weights;
  readonly isTrained: boolean;
  /** What goes with trained weights: normalisation and class names. */
  readonly inference?: Inference;
}

/**
 * A network as a file that other programs read. `weights` is called only for formats that hold some; they are random, as
 * the file's metadata then says, unless `isTrained`.
 */
export function designFile(
  format: DesignFormat,
  network: Network,
  { weights, isTrained, inference = {} }: DesignWeights,
): string | Uint8Array {
  const metadata = isTrained ? inferenceMetadata(inference) : untrained;
  switch (format) {
    case "mermaid":
      return exportMermaid(network);
    case "text":
      return printNetwork(network);
    case "pytorch":
      return exportPytorch(network);
    case "onnx":
      return exportOnnx({
        network,
        weights: weights(),
        ...inference,
        ...(!isTrained && { metadata: untrained }),
      });
    case "safetensors":
      return encodeWeights(network, weights(), metadata);
    default:
      return format satisfies never;
  }
}

/** A folder whose `best/` may hold what a training left of a network. */
export interface Shelf {
  readonly folder: string;
  /** Whether what is there is of the network in question. */
  readonly isOfNetwork: boolean;
}

/** Where what was trained of a run's trial is: in the run's folder of the one that its search handed over, else apart. */
export function shelfOf({ folder, journal }: Pick<RunView, "folder" | "journal">, { number }: Trial): Shelf {
  const isOwn = isHandedOver(journal, number);
  const apart = apartFolder(folder, number);
  return holdsTraining(apart) && !(isOwn && holdsTraining(folder))
    ? { folder: apart, isOfNetwork: true }
    : { folder, isOfNetwork: isOwn };
}

/** The trained weights of a network; undefined where it was not trained at full length. */
export async function trainedWeights(shelf: Shelf, network: Network): Promise<Weights | undefined> {
  const bytes = await handedOver(shelf, "weights.safetensors");
  return bytes && decodeWeights(network, bytes);
}

const handedOverNames: Partial<Record<DesignFormat, string>> = {
  onnx: "model.onnx",
  safetensors: "weights.safetensors",
};

/**
 * A network as a file, and whether its weights are trained: of one that was trained to its end the very file of `best/`,
 * which for ONNX has normalisation and class names inside.
 */
export async function shelvedFile(
  shelf: Shelf,
  given: {
    readonly format: DesignFormat;
    readonly network: Network;
    readonly fresh: () => Weights | Promise<Weights>;
  },
): Promise<{ readonly content: string | Uint8Array; readonly isTrained: boolean }> {
  const { format, network, fresh } = given;
  const name = handedOverNames[format];
  const file = name && (await handedOver(shelf, name));
  // A file that is of another network is refused here.
  const trained = await trainedWeights(shelf, network);
  if (file !== undefined && trained !== undefined) return { content: file, isTrained: true };
  const isTrained = trained !== undefined;
  const weights = name === undefined ? undefined : (trained ?? (await fresh()));
  const content = designFile(format, network, { weights: () => weights as Weights, isTrained });
  return { content, isTrained };
}

/** A file of `best/`, if it is of the network and there. */
export async function handedOver(
  { folder, isOfNetwork }: Shelf,
  name: string,
): Promise<Uint8Array | undefined> {
  if (!isOfNetwork) return undefined;
  const path = join(folder, "best", name);
  try {
    return await readFile(path);
  } catch (thrown) {
    if (systemCodeOf(thrown) === "ENOENT") return undefined;
    throw fileError(thrown, path, "read");
  }
}
