// The designs a search may propose: a space under limits. It answers what a design costs, whether it is
// allowed, which allowed design is nearest, and draws allowed designs uniformly. Strategies see limits only
// through this contract. (Latency is measured, not known: it is not among these limits.)
import type { Random } from "../../base/random.ts";
import type { Choices, Limits, Space } from "../space.ts";

export type { Limits };

export interface DesignCost {
  readonly paramCount: number;
  readonly macCount: number;
}

/** A design's cost as it is recorded: with RAM and flash where one of them is limited. */
export interface RecordedCost extends DesignCost, Partial<MemoryCost> {}

/** What a network needs of a device for one image, in bytes. */
export interface MemoryCost {
  /** The arena of feature maps. */
  readonly ramBytes: number;
  /** Weights, tables and code. */
  readonly flashBytes: number;
}

export interface Violation {
  /** `rule` is the space's own: its value is 1, and its limit 0. */
  readonly quantity: "paramCount" | "macCount" | "ramBytes" | "flashBytes" | "latencyMs" | "rule";
  readonly value: number;
  readonly bound: "min" | "max";
  readonly limit: number;
  /** What the space's rule says. */
  readonly reason?: string;
}

export interface Domain {
  readonly space: Space;
  readonly limits: Limits;
  costOf(choices: Choices): DesignCost;
  /** In the precision of the limits. */
  memoryOf(choices: Choices): MemoryCost;
  /** Empty when the design is allowed. */
  violations(choices: Choices): readonly Violation[];
  isFeasible(choices: Choices): boolean;
  /** An allowed design, uniformly among all allowed ones, or undefined if there is none. */
  sample(random: Random): Choices | undefined;
  /**
   * The allowed design with the fewest changed decisions, or undefined if there is none. Exact, but where RAM or flash is
   * limited in a space too large to list: then a near design, whose every change the limits need.
   */
  repair(choices: Choices): Choices | undefined;
}
