// A .onnx file of a small classification network as a network of ours with its weights. Constants are worked out, what only
// moves numbers becomes a view, each other node becomes layers by its rule or as part of a known pattern. What is not known
// is named with its node, and nothing is guessed: the network computes what the file does, image by image.
import { GeniusError } from "../../base/errors.ts";
import type { Network } from "../network.ts";
import {
  type ConstantTensor,
  decodeOnnxModel,
  type FileNode,
  type FileValue,
  type OnnxFile,
} from "../onnx/decode.ts";
import type { FeatureShape } from "../operator.ts";
import type { Weights } from "../weights.ts";
import { createBuild } from "./build.ts";
import { foldConstants, integers, isToFloat } from "./constants.ts";
import { ImportFault } from "./fault.ts";
import { layerRules } from "./layers.ts";
import { asMap, asVector, inLayout } from "./layout.ts";
import { moveRules } from "./moves.ts";
import { type Normalisation, withoutNormalisation } from "./normalisation.ts";
import { matchPattern } from "./pattern.ts";
import { pointwiseRules } from "./pointwise.ts";
import { poolRules } from "./pools.ts";
import type { FileGraph, Rule } from "./rule.ts";
import { type Feature, sizeOf, type Value } from "./value.ts";

export interface OnnxImport {
  readonly network: Network;
  readonly weights: Weights;
  /** What the file does to its input first; taken out of the network. */
  readonly normalisation: Normalisation | undefined;
  /** What a person should know of the import. */
  readonly notes: readonly string[];
  /** The file's own remarks, such as class names. */
  readonly metadata: ReadonlyMap<string, string>;
}

export interface OnnxImportOptions {
  readonly name: string;
  /** `[channels, height, width]` of the images, where the file leaves it open. */
  readonly input?: FeatureShape;
}

const rules: Readonly<Record<string, Rule>> = {
  ...moveRules,
  ...pointwiseRules,
  ...layerRules,
  ...poolRules,
};

const quantised = /^(Q[A-Z]|Quantize|Dequantize|DynamicQuantize|ConvInteger|MatMulInteger)/;
const operatorSets = { from: 7, to: 28 } as const;

/**
 * Reads a network from the bytes of a .onnx file.
 * @throws GeniusError `bad-model-file` for a file that is damaged or of another kind, `missing-feature` that names each node
 *   that is not known, with its operator and what it reads.
 */
export function importOnnx(bytes: Uint8Array, { name, input: given }: OnnxImportOptions): OnnxImport {
  const file = decodeOnnxModel(bytes);
  checkKind(file);
  const input = onlyOne(file.inputs, "input");
  const output = onlyOne(file.outputs, "output");
  const { shape, dims, layout } = inputShape(input, given);
  const build = createBuild(shape);
  const notes: string[] = [];
  const values = new Map<string, Value>();
  for (const [constant, tensor] of file.initializers) values.set(constant, { kind: "constant", tensor });
  const images = inLayout(build, build.input, { layout, like: dims });
  values.set(input.name, { ...images, dims, isSole: true });
  const graph = graphOf(file, values);
  const operatorSet = file.operatorSets.get("") ?? 0;
  for (const node of file.nodes) {
    const read = node.inputs.map((one) => (one === "" ? undefined : values.get(one)));
    const results = resultOf(node, { read, graph, build, operatorSet, notes });
    node.outputs.forEach((one, index) => {
      const value = results[index];
      if (value === undefined || one === "") return;
      const isSole = value.kind === "feature" && value.isSole && graph.readers(one) <= 1;
      values.set(one, value.kind === "feature" ? { ...value, isSole } : value);
    });
  }
  const scores = values.get(output.name);
  if (scores?.kind !== "feature") throw notKnown(file, scores, output.name);
  let last: string;
  try {
    const [, height, width] = build.shape(scores.base);
    last =
      scores.dims.length === 2 || height * width > 1
        ? asVector(build, scores)
        : asMap(build, { ...scores, dims: [scores.dims[0] as number, sizeOf(scores.dims.slice(1)), 1, 1] });
  } catch (thrown) {
    if (!(thrown instanceof ImportFault)) throw thrown;
    throw new GeniusError("missing-feature", `The output "${output.name}": ${thrown.message}.`);
  }
  if (last === build.input)
    throw new GeniusError("bad-model-file", "The file has no layers between its input and its output.");
  const made = withoutNormalisation(build.finish(name, last));
  return { ...made, notes, metadata: file.metadata };
}

interface Around {
  readonly read: readonly (Value | undefined)[];
  readonly graph: FileGraph;
  readonly build: ReturnType<typeof createBuild>;
  readonly operatorSet: number;
  readonly notes: string[];
}

/** The values that a node gives. */
function resultOf(node: FileNode, { read, graph, build, operatorSet, notes }: Around): readonly Value[] {
  const unknown = (faults: readonly string[]): readonly Value[] =>
    node.outputs.map(() => ({ kind: "unknown", faults }));
  try {
    const constant = constantResult(node, read);
    if (constant !== undefined) return [{ kind: "constant", tensor: constant }];
    const setting = {
      node,
      build,
      graph,
      operatorSet,
      inputs: read,
      note: (text: string) => void notes.push(text),
    };
    const known = matchPattern(setting);
    if (known !== undefined) return [known];
    const missing = node.inputs.find((one) => one !== "" && graph.valueOf(one) === undefined);
    if (missing !== undefined)
      return unknown([`${called(node)} reads "${missing}", which the file does not have`]);
    const faults = read.flatMap((value) => (value?.kind === "unknown" ? value.faults : []));
    if (faults.length > 0) return unknown([...new Set(faults)]);
    const rule = node.domain === "" && Object.hasOwn(rules, node.operator) ? rules[node.operator] : undefined;
    if (rule === undefined) {
      const reason = isFoldable(node.operator)
        ? "it cannot be worked out beforehand"
        : "there is no such operator here";
      return unknown([`${called(node)}: ${reason}${behind(node)}`]);
    }
    const result = rule(setting);
    return Array.isArray(result) ? result : [result as Feature];
  } catch (thrown) {
    if (!(thrown instanceof ImportFault)) throw thrown;
    return unknown([`${called(node)}: ${thrown.message}${behind(node)}`]);
  }
}

/** `node "features.3" (LRN)` */
const called = ({ name, operator, domain, outputs }: FileNode): string =>
  `node "${printable(name || (outputs[0] ?? ""))}" (${printable(domain === "" ? operator : `${domain}.${operator}`)})`;

const behind = ({ inputs }: FileNode): string =>
  inputs[0] === undefined ? "" : `; it reads "${printable(inputs[0])}"`;

/** Names come from a file, and go to a terminal. */
const printable = (text: string): string => text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, "?").slice(0, 120);

function constantResult(node: FileNode, read: readonly (Value | undefined)[]): ConstantTensor | undefined {
  const [first] = read;
  if (node.operator === "Shape" && node.domain === "" && first !== undefined && first.kind !== "unknown") {
    const dims = first.kind === "constant" ? first.tensor.dims : first.dims;
    const bound = (name: string, fallback: number) =>
      (node.attributes.get(name) as number | undefined) ?? fallback;
    return integers(dims.slice(bound("start", 0), bound("end", dims.length)));
  }
  if (read.some((value) => value !== undefined && value.kind !== "constant")) return undefined;
  return foldConstants(
    node,
    read.map((value) => (value?.kind === "constant" ? value.tensor : undefined)),
  );
}

const changesNothing = (node: FileNode): boolean =>
  ["Identity", "Dropout"].includes(node.operator) || (node.operator === "Cast" && isToFloat(node));
const onlyMoves: ReadonlySet<string> = new Set([
  "Identity",
  "Reshape",
  "Flatten",
  "Squeeze",
  "Unsqueeze",
  "Cast",
]);

function graphOf({ nodes, outputs }: OnnxFile, values: ReadonlyMap<string, Value>) {
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const readersByName = new Map<string, FileNode[]>();
  for (const node of nodes)
    for (const input of node.inputs) readersByName.set(input, [...(readersByName.get(input) ?? []), node]);
  const results = new Set(outputs.map(({ name }) => name));
  const originOf = (name: string): string => {
    let at = name;
    for (let step = 0; step < 100; step += 1) {
      const node = producers.get(at);
      if (node === undefined || !changesNothing(node) || node.outputs[0] !== at) return at;
      at = node.inputs[0] ?? "";
    }
    return at;
  };
  const graph: FileGraph & { readers(name: string): number } = {
    originOf,
    producerOf: (name) => producers.get(originOf(name)),
    valueOf: (name) => values.get(name),
    readers: (name) => (readersByName.get(name)?.length ?? 0) + (results.has(name) ? 1 : 0),
    endsWith(name) {
      let at = name;
      for (let step = 0; step < 100; step += 1) {
        if (results.has(at)) return true;
        const [reader, ...others] = readersByName.get(at) ?? [];
        if (reader === undefined || others.length > 0 || !onlyMoves.has(reader.operator)) return false;
        at = reader.outputs[0] ?? "";
      }
      return false;
    },
  };
  return graph;
}

function checkKind({ nodes, operatorSets: sets, functions }: OnnxFile): void {
  const found = nodes.find(({ operator }) => quantised.test(operator));
  if (found !== undefined)
    throw new GeniusError(
      "bad-model-file",
      `The model is quantised: ${called(found)}. Import the model of 32-bit floats from before the quantisation.`,
    );
  const version = sets.get("") ?? 0;
  if (version < operatorSets.from || version > operatorSets.to)
    throw new GeniusError(
      "bad-model-file",
      `The file is of operator set ${version}, and ${operatorSets.from} to ${operatorSets.to} can be read. Export it with opset_version=17.`,
    );
  const own = nodes.find(({ operator, domain }) => domain !== "" && functions.includes(operator));
  if (own !== undefined)
    throw new GeniusError(
      "bad-model-file",
      `The file defines operators of its own, such as "${printable(own.operator)}". Inline them with onnx.inliner.inline_local_functions, or export with torch.onnx.export(…, dynamo=False).`,
    );
}

function onlyOne(values: readonly FileValue[], what: "input" | "output"): FileValue {
  const [first, ...others] = values;
  if (first !== undefined && others.length === 0) return first;
  const names = values.map(({ name }) => `"${printable(name)}"`).join(", ");
  throw new GeniusError(
    "bad-model-file",
    `The network must have one ${what}, and has ${values.length === 0 ? "none" : names}. Export one that takes images and gives the scores of the classes.`,
  );
}

/** The images of the input: a batch of maps, channels first or, where there are one to four of them behind, last. */
function inputShape({ name, dims: written, type }: FileValue, given: FeatureShape | undefined) {
  const wrong = (reason: string) =>
    new GeniusError("bad-model-file", `The input "${printable(name)}" ${reason}.`);
  if (type !== 1 && type !== 10 && type !== 11 && type !== 16 && type !== 0)
    throw wrong("takes whole numbers, and images here are floats: export the network without the conversion");
  if (written === undefined || written.length !== 4)
    throw wrong(
      `has the shape [${written?.map((length) => length ?? "?").join(", ") ?? "unknown"}], and a batch of images [N, C, H, W] is needed`,
    );
  const [batch, ...rest] = written;
  const isLast =
    typeof rest[2] === "number" && rest[2] <= 4 && !(typeof rest[0] === "number" && rest[0] <= 4);
  const own = isLast ? [rest[2], rest[0], rest[1]] : rest;
  const shape = own.map((length, axis) => (typeof length === "number" ? length : given?.[axis]));
  if (shape.some((length) => length === undefined))
    throw wrong(
      `leaves its size open ([${written.map((length) => length ?? "?").join(", ")}]): say it, as in --input 3x224x224`,
    );
  if (given !== undefined && given.join() !== shape.join())
    throw wrong(`takes images of [${shape.join(", ")}], and [${given.join(", ")}] were named`);
  const [channels, height, width] = shape as [number, number, number];
  const images = typeof batch === "number" ? batch : 1;
  if (!(images * channels * height * width <= 2e7))
    throw wrong(`takes images of [${shape.join(", ")}], which are too large`);
  return {
    shape: [channels, height, width] as FeatureShape,
    dims: isLast ? [images, height, width, channels] : [images, channels, height, width],
    layout: isLast ? "last" : "first",
  } as const;
}

const maxNamed = 8;

function notKnown({ nodes }: OnnxFile, value: Value | undefined, output: string): GeniusError {
  if (value === undefined)
    return new GeniusError("bad-model-file", `The file has no value for its output "${printable(output)}".`);
  if (value.kind !== "unknown")
    return new GeniusError("bad-model-file", "The output of the network does not depend on its input.");
  const named = value.faults.slice(0, maxNamed).map((fault) => `  ${fault}`);
  const others = new Set(
    nodes
      .filter(({ operator, domain }) => !Object.hasOwn(rules, operator) || domain !== "")
      .map(({ operator }) => operator),
  );
  const further = [...others].filter(
    (operator) => !isFoldable(operator) && !value.faults.some((fault) => fault.includes(`(${operator})`)),
  );
  const more =
    further.length === 0
      ? ""
      : `\n  The file has further operators that are not known: ${further.map(printable).join(", ")}.`;
  const count = value.faults.length > maxNamed ? `\n  … and ${value.faults.length - maxNamed} more.` : "";
  return new GeniusError(
    "missing-feature",
    `The network uses what cannot be imported:\n${named.join("\n")}${count}${more}`,
  );
}

/** Operators that constants and known patterns are made of. */
const isFoldable = (operator: string): boolean =>
  /^(Constant|ConstantOfShape|Shape|Range|Where|Equal|Less|Greater|Expand|Sqrt|Pow|Exp|Reciprocal|Floor|Ceil|Min|Max|Mod|Reduce\w+|Erf)$/.test(
    operator,
  );
