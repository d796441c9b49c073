// A space that is made for images, where nothing says what the images are: no guess is made for it.
import { GeniusError } from "../base/errors.ts";
import { flagOf } from "../runs/flags.ts";
import type { SpaceDefinition } from "../search/space.ts";

const ofImages: readonly string[] = ["imageSize", "channels", "classCount"];

/** @throws GeniusError `wrong-use` when the space depends on something of the images that is not among `given`. */
export function refuseUnknownData(
  space: SpaceDefinition,
  dataset: string,
  given: Readonly<Record<string, unknown>>,
): void {
  const fitted: object = space.fit?.({ imageSize: 32, channels: 3, classCount: 10 }, {}) ?? {};
  const missing = Object.keys(fitted).filter((field) => ofImages.includes(field) && !(field in given));
  if (missing.length === 0) return;
  throw new GeniusError(
    "wrong-use",
    `Nothing says what "${dataset}" holds, and the networks of ${space.name} depend on it: give ${missing.map(flagOf).join(", ")}.`,
  );
}
