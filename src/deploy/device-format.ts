// The contract of a format for devices: what a network is written as for an interpreter on a device, and how that file is
// called. A format is one file in formats/ whose default export is made by `defineDeviceFormat`; the README beside an
// exported file, with its program in Python, is put together from it (readme.ts).
// It must not know runs, tasks or which formats there are.
import type { ValueRange } from "../graph/export/quantise.ts";
import type { Network } from "../graph/network.ts";
import type { Precision } from "../graph/precision.ts";
import type { Weights } from "../graph/weights.ts";
import type { TfliteRam } from "./tflite/promised.ts";

/** A network with everything that a file for a device is written from. */
export interface DesignForDevice {
  readonly network: Network;
  readonly weights: Weights;
  /** Becomes a part of the network: what goes in are pixels from 0 to 1, or bytes. */
  readonly normalisation: { readonly mean01: readonly number[]; readonly sd01: readonly number[] };
  readonly classNames: readonly string[];
  /** A few to try the file with, [height, width, channels] of bytes. */
  readonly images: readonly Uint8Array[];
  /** Texts for the file's own metadata, by name. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * How far values of the network reach, for 8 bits.
   * @throws GeniusError `missing-feature` where they were not measured in training
   */
  rangesOf(values: readonly string[]): ReadonlyMap<string, ValueRange>;
  /** The scores of each image by an ONNX model, in onnxruntime. */
  scoresOf(onnx: Uint8Array): Promise<readonly ArrayLike<number>[]>;
}

/** What is written, and what must come out of it. */
export interface DeviceFile {
  readonly bytes: Uint8Array;
  /** Of each image, in the file's own type. */
  readonly scores: readonly ArrayLike<number>[];
  /** For feature maps, where an interpreter plans their memory. */
  readonly ram?: TfliteRam;
  /** Of the 8-bit scores: a real score is scale · (score − zeroPoint). */
  readonly scoreGrid?: { readonly scale: number; readonly zeroPoint: number };
}

export type ImageShape = readonly [height: number, width: number, channels: number];

export interface DeviceFormatDefinition {
  /** As in `--format NAME`; the name of its file. */
  readonly name: string;
  /** What the network becomes, to be read after "as": "a TFLite file in floats". */
  readonly summary: string;
  readonly source: string;
  /** The file's name where none is given. */
  readonly file: string;
  readonly precision: Precision;
  /** @throws GeniusError `missing-feature` that names the operators without such a form, or as `rangesOf`. */
  write(design: DesignForDevice): Promise<DeviceFile>;
  /** What goes in, in Markdown: name, shape and type. */
  input(shape: ImageShape): string;
  /** How the file is tried. */
  readonly python: {
    /** Lines that open the file, which is given as a literal of Python. */
    open(file: string): string;
    /** The scores of `image`, a uint8 array [1, height, width, channels]. */
    readonly scores: string;
    /** How far a score may be from `expected`: not at all in integers, by rounding in floats. */
    readonly tolerance: string;
  };
}

export function defineDeviceFormat(format: DeviceFormatDefinition): DeviceFormatDefinition {
  return format;
}
