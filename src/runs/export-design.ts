// A design as a file that other programs read, and the trained weights that a run's folder holds for its selected design.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileError, systemCodeOf } from "../base/errors.ts";
import { exportMermaid } from "../graph/export/mermaid.ts";
import { exportOnnx } from "../graph/export/onnx.ts";
import { exportPytorch } from "../graph/export/pytorch.ts";
import { decodeWeights, encodeWeights } from "../graph/export/weights-file.ts";
import type { Network } from "../graph/network.ts";
import type { Weights } from "../graph/weights.ts";
import { printNetwork } from "../language/index.ts";
import type { Trial } from "../search/trial.ts";
import { isHandedOver } from "../study/fold.ts";
import type { RunView } from "./run-view.ts";

export const designFormats = ["onnx", "pytorch", "mermaid", "text", "safetensors"] as const;
export type DesignFormat = (typeof designFormats)[number];

/** A design as a file that other programs read. `weights` is called only for formats that hold some. */
export function designFile(
  format: DesignFormat,
  network: Network,
  weights: () => Weights,
): string | Uint8Array {
  switch (format) {
    case "mermaid":
      return exportMermaid(network);
    case "text":
      return printNetwork(network);
    case "pytorch":
      return exportPytorch(network);
    case "onnx":
      return exportOnnx({ network, weights: weights() });
    case "safetensors":
      return encodeWeights(network, weights());
    default:
      return format satisfies never;
  }
}

/** The trained weights of a run's trial; undefined where it was not trained at full length. */
export async function trainedWeights(
  { folder, journal }: Pick<RunView, "folder" | "journal">,
  trial: Trial,
  network: Network,
): Promise<Weights | undefined> {
  if (!isHandedOver(journal, trial.number)) return undefined;
  const path = join(folder, "best", "weights.safetensors");
  try {
    return decodeWeights(network, await readFile(path));
  } catch (thrown) {
    if (systemCodeOf(thrown) === "ENOENT") return undefined;
    throw fileError(thrown, path, "read");
  }
}
