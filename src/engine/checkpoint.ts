// A training's state as bytes: a little-endian length, a JSON header of that length, then the vectors as raw float32.
// The header names every parameter with its dimensions, so that a checkpoint of another network is refused.
import { GeniusError } from "../base/errors.ts";
import type { NetworkNode } from "../graph/network.ts";
import type { Weights } from "../graph/weights.ts";
import { layoutState, type StateLayout, unpackWeights } from "./state.ts";

const formatVersion = 1;

interface Header {
  readonly format: "genius-training";
  readonly version: number;
  readonly step: number;
  readonly vectors: readonly (readonly [name: string, length: number])[];
  readonly parameters: readonly (readonly [name: string, dims: readonly number[]])[];
}

type Vectors = ReadonlyMap<string, Float32Array>;

export function writeCheckpoint(state: {
  readonly step: number;
  readonly vectors: Vectors;
  readonly layout: StateLayout;
}): Uint8Array {
  const header: Header = {
    format: "genius-training",
    version: formatVersion,
    step: state.step,
    vectors: [...state.vectors].map(([name, data]) => [name, data.length]),
    parameters: state.layout.places.map(({ name, dims }) => [name, dims]),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const total = 4 + text.length + header.vectors.reduce((sum, [, length]) => sum + 4 * length, 0);
  const bytes = new Uint8Array(total);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  let offset = 4 + text.length;
  for (const data of state.vectors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

/**
 * Fills the vectors and gives the step.
 * @throws GeniusError `bad-file` when the bytes are no checkpoint, or one of another network or optimiser.
 */
export function readCheckpoint(
  bytes: Uint8Array,
  state: { readonly vectors: Vectors; readonly layout: StateLayout },
): number {
  const { header, offset } = readHeader(bytes);
  const own = JSON.stringify([
    [...state.vectors].map(([name, data]) => [name, data.length]),
    state.layout.places.map(({ name, dims }) => [name, dims]),
  ]);
  if (JSON.stringify([header.vectors, header.parameters]) !== own) {
    throw new GeniusError(
      "bad-file",
      "The checkpoint belongs to another network, optimiser or averaging. Start the training again, or restore it with the options that it was written with.",
    );
  }
  let position = offset;
  for (const data of state.vectors.values()) {
    if (bytes.length < position + data.byteLength) throw noCheckpoint("it ends too early");
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(
      bytes.subarray(position, position + data.byteLength),
    );
    position += data.byteLength;
  }
  return header.step;
}

/**
 * The weights that a checkpoint of a network holds, averaged ones where there are any.
 * @throws GeniusError `bad-file` as {@link readCheckpoint} does.
 */
export function checkpointWeights(bytes: Uint8Array, nodes: readonly NetworkNode[]): Weights {
  const layout = layoutState(nodes);
  const { header } = readHeader(bytes);
  const vectors = new Map(header.vectors.map(([name, length]) => [name, new Float32Array(length)]));
  readCheckpoint(bytes, { vectors, layout });
  const isAveraged = vectors.has("averageParameters");
  const none = new Float32Array(layout.statisticCount);
  return unpackWeights(layout, {
    parameters: vectors.get(isAveraged ? "averageParameters" : "parameters") as Float32Array,
    statistics: vectors.get(isAveraged ? "averageStatistics" : "statistics") ?? none,
  });
}

function readHeader(bytes: Uint8Array): { header: Header; offset: number } {
  if (bytes.length < 4) throw noCheckpoint("it is too short");
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  } catch {
    throw noCheckpoint("its header is not readable");
  }
  const format = (header as Partial<Header> | null)?.format;
  const version = (header as Partial<Header> | null)?.version;
  if (format !== "genius-training") throw noCheckpoint("its header does not say so");
  if (version !== formatVersion) {
    throw noCheckpoint(`it has version ${String(version)}, and this release reads version ${formatVersion}`);
  }
  return { header: header as Header, offset: 4 + length };
}

function noCheckpoint(reason: string): GeniusError {
  return new GeniusError(
    "bad-file",
    `This is not a usable training checkpoint: ${reason}. Start the training again.`,
  );
}
