// What a text says, as data: blocks, statements, chains of layers and the choices that it leaves open. Names are settled:
// every word that could mean two things means one here. It knows nothing of how texts are read or networks are built.
import type { FeatureShape, Operation, Pair } from "../graph/network.ts";
import type { LayerWord } from "./words.ts";

export type Expression =
  /** `offset` is where its digits are; absent where it is not written as a number. */
  | { readonly kind: "number"; readonly value: number; readonly offset?: number }
  | { readonly kind: "pair"; readonly value: Pair }
  /** A parameter of the block, a number that was given a name, or `classes`. */
  | { readonly kind: "name"; readonly name: string }
  /** The channels of `in`. */
  | { readonly kind: "channels" }
  | {
      readonly kind: "arithmetic";
      readonly sign: "+" | "-" | "*" | "/" | "~";
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "choice"; readonly decision: number; readonly options: readonly Expression[] };

export interface Argument {
  readonly name: string;
  readonly value: Expression;
  readonly offset: number;
}

/** Layers one after another, each reading the one before. */
export interface Chain {
  /** The wire that it begins with, or `in`; absent: the value at hand. */
  readonly start?: { readonly wire: string };
  readonly items: readonly Item[];
}

interface ItemBase {
  readonly offset: number;
  /** How many times, one after another; absent: once. */
  readonly times?: Expression;
}

export type Item = ItemBase &
  (
    | {
        readonly kind: "layer";
        readonly word: string;
        readonly layer: LayerWord;
        /** Of a convolution with a norm or activation, and of these: they are named as one part. */
        readonly part?: "first" | "later";
        readonly arguments: readonly Argument[];
      }
    | { readonly kind: "call"; readonly block: Block; readonly arguments: readonly Argument[] }
    | {
        readonly kind: "merge";
        readonly word: string;
        readonly op: Operation;
        readonly branches: readonly Chain[];
      }
    | { readonly kind: "residual"; readonly main: Chain; readonly other?: Chain }
    | { readonly kind: "group"; readonly chain: Chain }
    | { readonly kind: "pick"; readonly by: Expression | number; readonly options: readonly Chain[] }
  );

export type Statement =
  | { readonly kind: "flow"; readonly chain: Chain; readonly offset: number }
  | { readonly kind: "wire"; readonly name: string; readonly chain: Chain; readonly offset: number }
  | { readonly kind: "value"; readonly name: string; readonly value: Expression; readonly offset: number };

export interface BlockParameter {
  readonly name: string;
  readonly fallback?: Expression;
}

export interface Block {
  readonly name: string;
  readonly parameters: readonly BlockParameter[];
  readonly body: readonly Statement[];
}

/** A choice that a text leaves open: one pair of braces. */
export interface OpenChoice {
  /** Short and unique in the text: `width`, `ir2.k`, `layer1`. */
  readonly name: string;
  readonly offset: number;
  /** Its options as they are written. */
  readonly options: readonly string[];
  /** Where all options are plain numbers. */
  readonly values?: readonly number[];
}

export interface Program {
  readonly text: string;
  readonly name?: string;
  /** Absent: as the data are. */
  readonly input?: FeatureShape;
  /** Whether the number `classes` is used, which the data settle. */
  readonly usesClasses: boolean;
  readonly normMacsPerElement?: number;
  readonly body: readonly Statement[];
  readonly choices: readonly OpenChoice[];
}
