// A network from a .onnx file, as the language writes it, with its weights.
import { GeniusError } from "../base/errors.ts";
import { type Inference, inferenceMetadata } from "../graph/export/inference.ts";
import { encodeWeights } from "../graph/export/weights-file.ts";
import { importOnnx, type OnnxImport } from "../graph/from-onnx/import-onnx.ts";
import { withNorms } from "../graph/from-onnx/unfold-norms.ts";
import type { FeatureShape, Network } from "../graph/network.ts";
import type { Weights, WeightTensor } from "../graph/weights.ts";
import { printNetwork, readNetwork } from "../language/index.ts";

export interface ImportOptions {
  /** The network's name; `imported` by default. */
  readonly name?: string | undefined;
  /** `[channels, height, width]` of the images, for a file that leaves them open. */
  readonly input?: FeatureShape | undefined;
  /** What images are normalised with before the network sees them, by channel, for pixels from 0 to 1, where the file does not do it. */
  readonly mean01?: readonly number[] | undefined;
  readonly sd01?: readonly number[] | undefined;
  /** Puts batch norms behind convolutions that a file has without, as exporters fold them; false by default. The scores stay the same. */
  readonly norms?: boolean | undefined;
}

export interface ImportedNetwork {
  readonly network: Network;
  /** By the names of the network's nodes: `${nodeId}.weight` and so on. */
  readonly weights: Weights;
  /** The network in the language; it reads back to the same network. */
  readonly text: string;
  /** The content of a .safetensors file with the weights, normalisation and class names, for `train` and `exportNetwork`. */
  readonly weightsFile: Uint8Array;
  /** What a person should know of the import. */
  readonly notes: readonly string[];
}

/**
 * Reads a small classification network from the bytes of a .onnx file: PyTorch's or another program's. It computes the same
 * scores; a normalisation of the images and a softmax at the end are taken out, and kept or noted.
 *
 * @throws GeniusError `bad-model-file` for a damaged, quantised or unsuitable file, `missing-feature` that names each node that is
 *   not known, `wrong-use` for a network that no text can say.
 * @example
 * ```ts
 * import { readFile, writeFile } from "node:fs/promises";
 * import { cost, importNetwork } from "genius-nas";
 *
 * const { network, text, weightsFile } = importNetwork(await readFile("mine.onnx"), { name: "mine" });
 * await writeFile("mine.txt", text);
 * await writeFile("mine.safetensors", weightsFile);
 * console.log(await cost(network));
 * ```
 */
export function importNetwork(bytes: Uint8Array, options: ImportOptions = {}): ImportedNetwork {
  const { name = "imported", input, norms = false } = options;
  const file = importOnnx(bytes, { name: plainName(name), ...(input !== undefined && { input }) });
  const read = norms ? { ...file, ...withNorms(file) } : file;
  const text = printNetwork(read.network);
  const network = readNetwork(text);
  const weights = renamed(read, network);
  const inference = inferenceOf(read, network, options);
  return {
    ...{ network, weights, text, notes: read.notes },
    weightsFile: encodeWeights(network, weights, inferenceMetadata(inference)),
  };
}

/** Letters, digits and the signs that a name in a text may have. */
const plainName = (name: string): string =>
  name
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 80) || "imported";

/** The weights under the names of the text's network, whose nodes are in the same order. */
function renamed({ network, weights }: OnnxImport, again: Network): Weights {
  const named = new Map<string, WeightTensor>();
  network.nodes.forEach(({ id }, place) => {
    for (const part of ["weight", "bias", "runningMean", "runningVariance"]) {
      const tensor = weights.get(`${id}.${part}`);
      if (tensor !== undefined) named.set(`${again.nodes[place]?.id}.${part}`, tensor);
    }
  });
  return named;
}

function inferenceOf(
  { normalisation, metadata }: OnnxImport,
  { nodes }: Network,
  { mean01, sd01 }: ImportOptions,
): Inference {
  const classNames = namesIn(metadata.get("class_names"));
  const named = classNames === undefined ? {} : { classNames };
  if ((mean01 === undefined) !== (sd01 === undefined))
    throw new GeniusError(
      "wrong-use",
      "A normalisation has two parts: give both the means and the standard deviations.",
    );
  if (mean01 === undefined || sd01 === undefined)
    return {
      ...named,
      ...(normalisation !== undefined && { normalisation, pixelScale: normalisation.pixelScale }),
    };
  if (normalisation !== undefined)
    throw new GeniusError(
      "wrong-use",
      "The file normalises its images itself: leave out the means and standard deviations.",
    );
  const first = nodes[0]?.op;
  const channels = first?.kind === "input" ? first.shape[0] : 0;
  if (mean01.length !== channels || sd01.length !== channels || !sd01.every((value) => value > 0))
    throw new GeniusError(
      "wrong-use",
      `The images have ${channels} channels: give ${channels} means and as many positive standard deviations.`,
    );
  return { ...named, normalisation: { mean01, sd01 } };
}

function namesIn(text: string | undefined): readonly string[] | undefined {
  try {
    const names: unknown = JSON.parse(text ?? "");
    return Array.isArray(names) && names.every((one) => typeof one === "string") ? names : undefined;
  } catch {
    return undefined;
  }
}
