// The options of a space that suit a dataset. A space whose `imageSize` is a number only gets square images.
import type { ImageTask, Limits, SpaceDefinition } from "../search/space.ts";
import { shortSideOf, sizeText } from "../tasks/image-size.ts";

/** Options by name; empty for a space that fits no data. */
export type FittedOptions = Readonly<Record<string, unknown>>;

/** What the space takes of these images, and as squares where it takes no other; `onProgress` is told of that. */
export function fitSpace(
  space: SpaceDefinition,
  images: ImageTask,
  {
    limits = {},
    onProgress,
  }: { readonly limits?: Limits; readonly onProgress?: ((text: string) => void) | undefined } = {},
): FittedOptions {
  const optionsFor = (task: ImageTask): FittedOptions => ({
    ...(space.fit?.(task, limits) as object | undefined),
  });
  const fitted = optionsFor(images);
  const refused = space.options.safeParse(fitted).error?.issues.some(({ path }) => path[0] === "imageSize");
  if (refused !== true || typeof images.imageSize === "number") return fitted;
  const side = shortSideOf(images.imageSize);
  onProgress?.(
    `The space ${space.name} takes square images only: those of ${sizeText(images.imageSize)} are cropped to ${sizeText(side)}.`,
  );
  return optionsFor({ ...images, imageSize: side });
}
