// A reference: a network that people designed, with its width free. Fitted to limits and images it is the best that a
// person could have taken off the shelf, from which a search starts and beside which its result is shown.
import { networkCost } from "../../graph/cost.ts";
import type { FeatureShape, Network } from "../../graph/network.ts";
import { networkViolations } from "../constraints/create-domain.ts";
import type { Limits } from "../space.ts";

export interface ReferenceSetting {
  /** `[channels, height, width]` of the images. */
  readonly input: FeatureShape;
  readonly classCount: number;
  /** Multiplies all channel counts; 1 is the network as published. */
  readonly width: number;
}

/** What a reference file exports by default. */
export interface ReferenceDefinition {
  readonly name: string;
  /** One sentence for people and for a language model. */
  readonly summary: string;
  /** Where it was published, and in what it differs from that. */
  readonly source: string;
  /** Total for positive widths: costs grow with the width. */
  build(setting: ReferenceSetting): Network;
}

export function defineReference(definition: ReferenceDefinition): ReferenceDefinition {
  return definition;
}

export interface FittedReference {
  readonly name: string;
  /** The width multiplier that was found. */
  readonly width: number;
  readonly network: Network;
  readonly paramCount: number;
  /** Multiply–accumulates for one image. */
  readonly macCount: number;
  /** The network that a person's search starts from; outside the limits it is only compared with. */
  readonly own?: "inside" | "outside";
}

/** "resnet-8", or "resnet-8 ×0.84" at another width than the published one. */
const nameAt = ({ name }: ReferenceDefinition, width: number) =>
  width === 1 ? name : `${name} ×${width.toFixed(2)}`;

/** The same name for people: "resnet-8 at 84 % width". Prompts and journals keep the name as it is. */
export const nameInWords = (name: string): string =>
  name.replace(/ ×(\d+\.\d\d)(?!\d)/, (_, width) => ` at ${Math.round(100 * Number(width))} % width`);

/** The narrowest that is tried: every layer at its minimum. */
export const narrowestWidth = 1 / 64;

export interface FitSetting extends Omit<ReferenceSetting, "width"> {
  /** 1 for none wider than published; 16 by default. */
  readonly maxWidth?: number;
}

/**
 * The widest network of a reference inside the limits; undefined when even the narrowest is too large or the widest
 * too small. Without an upper limit the network is as published (width 1).
 */
export function fitReference(
  definition: ReferenceDefinition,
  { maxWidth = 16, ...images }: FitSetting,
  limits: Limits,
): FittedReference | undefined {
  const at = (width: number): FittedReference => {
    const published = definition.build({ ...images, width });
    const network = { ...published, name: nameAt(definition, width) };
    const { paramCount, macCount } = networkCost(network);
    return { name: definition.name, width, network, paramCount, macCount };
  };
  const { minParamCount = 0, minMacCount = 0, precision: _precision, ...others } = limits;
  const isUnder = ({ network }: FittedReference) =>
    networkViolations(network, limits).every(({ bound }) => bound === "min");
  const widestUnder = () => {
    let [low, high] = [narrowestWidth, maxWidth];
    if (!isUnder(at(low))) return undefined;
    if (isUnder(at(high))) return at(high);
    while (high / low > 1.002) {
      const middle = Math.sqrt(low * high);
      if (isUnder(at(middle))) low = middle;
      else high = middle;
    }
    return at(low);
  };
  const isFree = Object.keys(others).length === 0;
  const fitted = isFree ? at(1) : widestUnder();
  const isOver = fitted !== undefined && fitted.paramCount >= minParamCount && fitted.macCount >= minMacCount;
  return isOver ? fitted : undefined;
}
