// A text of the language while a person writes it: a part of the contract in api.ts, which tells the rules. Plain JSON and types only.
import type { Shape, StageView } from "./api-views.ts";

export interface TextOrder {
  /** At most 100,000 characters. */
  readonly text: string;
  /** The run whose images and limits it is for; in place of the three below. */
  readonly run?: string | undefined;
  /** `[channels, height, width]` of a text that does not say its input; 3×32×32 by default. */
  readonly input?: Shape | undefined;
  /** What `classes` is; 10 by default. */
  readonly classCount?: number | undefined;
  /** By `OptionField.field`: the limits among the options of a search, `device` and `precision`. */
  readonly limits?: Readonly<Record<string, string | number>> | undefined;
  /** Which design of a text with alternatives is drawn and counted; the first options by default. */
  readonly choices?: readonly number[] | undefined;
}

export type TextCheck = TextFaults | TextFacts;

export interface TextFaults {
  readonly kind: "faults";
  /** Without a place: of the network as a whole. */
  readonly faults: readonly {
    readonly line?: number;
    readonly column?: number;
    readonly message: string;
  }[];
}

/** A network, or a space where the text has alternatives. */
export interface TextFacts {
  readonly kind: "network" | "space";
  readonly inputShape: Shape;
  readonly classCount: number;
  /** Of the network, or of the design that is drawn. */
  readonly costs: TextCosts;
  /** Limits that it breaks, in words. */
  readonly violations: readonly string[];
  /** The limits in words; empty without any. */
  readonly limits: readonly string[];
  /** Predicted latency on the device that was named, in words. */
  readonly latency?: string;
  readonly stages: readonly StageView[];
  /** Of a space. */
  readonly space?: {
    readonly decisions: readonly { readonly name: string; readonly options: readonly string[] }[];
    /** The design that is drawn. */
    readonly choices: readonly number[];
    readonly designs: number;
    /** Absent where it is not known exactly. */
    readonly reach?: {
      readonly minParamCount: number;
      readonly maxParamCount: number;
      readonly minMacCount: number;
      readonly maxMacCount: number;
    };
    /** How many designs are within the limits, in words; absent without limits. */
    readonly inside?: string;
  };
}

export interface TextCosts {
  readonly paramCount: number;
  readonly macCount: number;
  readonly ramBytes: { readonly int8: number; readonly float: number };
  readonly flashBytes: { readonly int8: number; readonly float: number };
}
