// A reference network as callers name it, fitted to images and limits.
import { GeniusError } from "../base/errors.ts";
import { formatCount } from "../base/units.ts";
import { type Given, loadReference } from "../catalog/load.ts";
import { networkCost } from "../graph/cost.ts";
import { memoryInWords } from "../search/constraints/limit-words.ts";
import { limitedMemory } from "../search/constraints/memory.ts";
import {
  type FittedReference,
  fitReference,
  narrowestWidth,
  type ReferenceDefinition,
} from "../search/references/reference.ts";
import type { ImageTask } from "../search/space.ts";
import { sidesOf, sizeText } from "../tasks/image-size.ts";
import { limitsOf } from "./limits.ts";
import { type SearchLimits, settingsOf } from "./search-options.ts";

/** A network that people designed, as wide as the limits allow; as published where there are none. */
export interface ReferenceDesign {
  /** A name of `genius list references`, a file, or an object made by `defineReference`. */
  readonly reference: Given<ReferenceDefinition>;
  readonly limits?: SearchLimits | undefined;
}

/**
 * The widest network of a reference inside the limits, for these images.
 * @throws GeniusError `unknown-name`, `bad-file`, and `infeasible` when no width is inside the limits.
 */
export async function openReference(
  { reference, limits = {} }: ReferenceDesign,
  images: ImageTask,
): Promise<FittedReference> {
  const definition = await loadReference(reference);
  const { imageSize, channels, classCount } = images;
  const setting = { input: [channels, ...sidesOf(imageSize)], classCount } as const;
  const asked = limitsOf(settingsOf({ limits }));
  const fitted = fitReference(definition, setting, asked);
  if (fitted !== undefined) return fitted;
  const narrowest = definition.build({ ...setting, width: narrowestWidth });
  const { paramCount, macCount } = networkCost(narrowest);
  const memory = memoryInWords(limitedMemory(narrowest, asked));
  throw new GeniusError(
    "infeasible",
    `${definition.name} has no width inside the limits for images of ${sizeText(imageSize)}: its narrowest has ${formatCount(paramCount)} parameters and ${formatCount(macCount)} MACs${memory}. Change the limits, or choose another of "genius list references".`,
  );
}
