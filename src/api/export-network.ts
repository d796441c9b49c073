// A network as a file that other programs read, or as a folder of C that they build.
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { fileError, GeniusError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { Given } from "../catalog/load.ts";
import { identifier } from "../deploy/c/index.ts";
import { initialWeights } from "../engine/index.ts";
import { inferenceOfMetadata } from "../graph/export/inference.ts";
import { readWeights } from "../graph/export/weights-file.ts";
import type { Network } from "../graph/network.ts";
import { checkWeights } from "../graph/weights.ts";
import { type DeployedDesign, trainedDesign, untrainedDesign } from "../runs/deployed-design.ts";
import { type CFormat, cFiles, type DesignFolder } from "../runs/export-c.ts";
import { type DesignFormat, designFile, type Shelf, shelfOf, shelvedFile } from "../runs/export-design.ts";
import { openRun } from "../runs/open-run.ts";
import { isTrainedFolder, readTrainedNetwork } from "../runs/trained-network.ts";
import { networkOf as networkOfProposal, plainDesignName } from "../search/proposed-network.ts";
import type { SpaceDefinition } from "../search/space.ts";
import { type CalibrationSource, calibrated } from "./calibrate.ts";
import { networkOf, type Subject } from "./design.ts";

export interface ExportOptions {
  /** `onnx` and `safetensors` hold weights and are bytes; `pytorch`, `mermaid` and `text` are text. */
  readonly format: DesignFormat;
  /** Of fresh weights, where there are no trained ones; 1 by default. */
  readonly seed?: number | undefined;
  /** A .safetensors file of the network's weights, as `importNetwork` writes it. Of a network or a design. */
  readonly weights?: string | undefined;
}

export interface Exported {
  readonly content: string | Uint8Array;
  /** The network in words. */
  readonly title: string;
  /** Whether the weights are trained ones; undefined for a format without weights. */
  readonly trained: boolean | undefined;
}

/**
 * A network or a design of a space as the content of a file, with fresh weights where the format holds some.
 *
 * @throws GeniusError `unknown-name` for a space that does not exist, `bad-choices` for what is no design of it.
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { exportNetwork } from "genius-nas";
 *
 * const { content } = await exportNetwork({ space: "nas-bench-macro", choices: "22212220" }, { format: "pytorch" });
 * await writeFile("model.py", content);
 * ```
 */
export async function exportNetwork(subject: Subject, options: ExportOptions): Promise<Exported> {
  const { network, title } = await networkOf(subject);
  const { format, seed = 1, weights: file } = options;
  const given = file === undefined ? undefined : await weightsIn(file, network);
  const content = designFile(format, network, {
    weights: () => given?.weights ?? initialWeights(network.nodes, seed),
    isTrained: given !== undefined,
    ...(given !== undefined && { inference: given.inference }),
  });
  return { content, title, trained: typeof content === "string" ? undefined : given !== undefined };
}

async function weightsIn(file: string, network: Network) {
  const bytes = await readFile(file).catch((thrown: unknown) => {
    throw fileError(thrown, file, "read");
  });
  const { weights, metadata } = readWeights(network, bytes);
  checkWeights(network, weights);
  return { weights, inference: inferenceOfMetadata(metadata) };
}

/**
 * The selected network of a run, or the one that `train` put into the folder, as the content of a file. Where it was trained to its end, that is the file in `best/`: a
 * model with normalisation and class names inside. Else its weights are random, and `trained` is false.
 *
 * @throws GeniusError `not-found` when the folder holds no run, or no design of it was scored yet.
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { exportRun } from "genius-nas";
 *
 * const { content, trained } = await exportRun("runs/first", { format: "onnx" });
 * if (trained) await writeFile("model.onnx", content);
 * ```
 */
export async function exportRun(
  folder: string,
  options: ExportOptions & { readonly space?: Given<SpaceDefinition> | undefined },
): Promise<Exported> {
  const { shelf, network, title } = await openBest(folder, options.space);
  const { format, seed = 1 } = options;
  const fresh = () => initialWeights(network.nodes, seed);
  const { content, isTrained } = await shelvedFile(shelf, { format, network, fresh });
  return { content, title, trained: typeof content === "string" ? undefined : isTrained };
}

export interface OpenBest {
  readonly shelf: Shelf;
  readonly network: Network;
  /** The images of the run; a folder of a training does not name them. */
  readonly source?: CalibrationSource;
  /** In words. */
  readonly title: string;
}

/** The network of a run's selected trial, or that of a training without a search. */
export async function openBest(folder: string, given?: Given<SpaceDefinition>): Promise<OpenBest> {
  if (isTrainedFolder(folder)) {
    const network = await readTrainedNetwork(folder);
    return { shelf: { folder, isOfNetwork: true }, network, title: `${network.name}, trained in ${folder}` };
  }
  const run = await openRun(folder, given);
  const { space } = run;
  const best = run.journal.selected;
  if (best === undefined) throw new GeniusError("not-found", `${folder} has no scored design yet.`);
  const network = networkOfProposal(space, best.proposal);
  const title = `trial ${best.number} of ${folder}, ${space.name} ${plainDesignName(space, best.proposal)}`;
  const { dataset, evaluatorOptions } = run.journal.header.config;
  const named = (option: "task" | "format") => {
    const value = evaluatorOptions[option];
    return typeof value === "string" ? { [option]: value } : {};
  };
  const source = {
    data: dataset,
    ...named("task"),
    ...named("format"),
    ...splitOf(run.journal.header.provenance),
  };
  return { shelf: shelfOf(run, best), network, title, source };
}

const splitKept = z.object({
  evaluator: z.object({ validationFraction01: z.number(), splitSeed: z.number() }),
});

function splitOf(provenance: JsonObject): Pick<CalibrationSource, "split"> {
  const read = splitKept.safeParse(provenance);
  if (!read.success) return {};
  const { validationFraction01, splitSeed } = read.data.evaluator;
  return { split: { fraction01: validationFraction01, seed: splitSeed } };
}

/** What a network is made into a file from; in 8 bits with the ranges of its maps, measured now where its training did not. */
export async function deployedDesign(
  { shelf, network, source }: OpenBest,
  { isInteger, data, environment = process.env, onProgress }: DeployOptions & { readonly isInteger: boolean },
): Promise<DeployedDesign | undefined> {
  const design = await trainedDesign(shelf, network);
  if (design === undefined || !isInteger || (design.ranges !== undefined && data === undefined))
    return design;
  if (data !== undefined && data !== source?.data)
    return calibrated(design, shelf, { source: { ...source, data }, environment, onProgress });
  return calibrated(design, shelf, { source, environment, onProgress });
}

/** For 8 bits of a network that was trained without `int8`. */
export interface DeployOptions {
  /** The images that it was trained on, where the folder does not name them or they have moved. */
  readonly data?: string | undefined;
  /** Told in words when something takes long. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** Places of data and caches; `process.env` by default. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

export interface CExportOptions extends DeployOptions {
  /** `c` in 8-bit integers, `c-float` in floats. */
  readonly format: CFormat;
  /** The name of the header and the start of all names in it; characters that C does not allow are replaced. */
  readonly name: string;
  /** Of fresh weights, where there are no trained ones; 1 by default. */
  readonly seed?: number | undefined;
}

export interface ExportedC {
  /** Contents by file name: the header, a program that tries it, images, and how to use it. */
  readonly files: DesignFolder;
  /** The network in words. */
  readonly title: string;
  /** Whether the weights are trained ones. */
  readonly trained: boolean;
}

/**
 * A network as self-contained C: the selected one of a run or of a training (`folder`), or any `subject` with fresh weights.
 *
 * 8 bits of a network that was trained without `int8` need the images that it was trained on, to measure the ranges of its maps.
 *
 * @throws GeniusError `missing-feature` for a network with operators that have no form in 8 bits, which it names; `not-found` and
 *   `bad-data` where those images are gone or others; as `exportRun` and `exportNetwork` else.
 * @example
 * ```ts
 * import { mkdir, writeFile } from "node:fs/promises";
 * import { exportC } from "genius-nas";
 *
 * const subject = { space: "nas-bench-macro", choices: "22212220" };
 * const { files } = await exportC({ subject }, { format: "c-float", name: "classifier" });
 * await mkdir("classifier", { recursive: true });
 * for (const [name, content] of files) await writeFile(`classifier/${name}`, content);
 * ```
 */
export async function exportC(
  given: { readonly folder: string } | { readonly subject: Subject },
  { format, name, seed = 1, ...deploy }: CExportOptions,
): Promise<ExportedC> {
  const best = "folder" in given ? await openBest(given.folder) : undefined;
  const { network, title } = best ?? (await networkOf((given as { subject: Subject }).subject));
  const trained = best && (await deployedDesign(best, { ...deploy, isInteger: format === "c" }));
  const design = trained ?? untrainedDesign(network, initialWeights(network.nodes, seed));
  const files = await cFiles(design, { format, name: identifier(name), title });
  return { files, title, trained: design.isTrained };
}
