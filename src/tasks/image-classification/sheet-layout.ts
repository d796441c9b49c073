// How sample images of each class lie in one picture, a row a class, within the size that all providers take: known before any
// image is read, so that what a picture costs is known too.
import { GeniusError } from "../../base/errors.ts";
import type { ImageShape } from "./dataset.ts";

/** Pixels of a side: larger pictures are made smaller by some providers, and cost more with all. */
const maxSide = 1024;
/** Classes shown, evenly chosen where there are more. */
const maxRows = 32;
/** White pixels around each image. */
export const gap = 2;
/** Small images are enlarged, by a whole number, up to about this many pixels. */
const wantedSide = 64;
/** Below this many pixels nothing can be seen. */
const minSide = 16;

export interface SheetLayout {
  readonly width: number;
  readonly height: number;
  /** Of one image as it is drawn. */
  readonly cell: readonly [height: number, width: number];
  /** Classes by their index, from top to bottom. */
  readonly rows: readonly number[];
}

/** @throws GeniusError `wrong-use` where so many images would be too small to be seen. */
export function sheetLayout(
  [, height, width]: ImageShape,
  { classCount, perClass }: { readonly classCount: number; readonly perClass: number },
): SheetLayout {
  const shown = Math.min(classCount, maxRows);
  const rows = Array.from({ length: shown }, (_, row) => Math.floor((row * classCount) / shown));
  const room = (count: number) => Math.floor((maxSide - gap) / count) - gap;
  const fitting = Math.min(room(shown) / height, room(perClass) / width);
  const wanted = Math.max(1, Math.floor(wantedSide / Math.max(height, width)));
  const scale = fitting >= 1 ? Math.min(Math.floor(fitting), wanted) : fitting;
  const cell = [height, width].map((side) => Math.max(1, Math.floor(side * scale))) as [number, number];
  if (scale < 1 && Math.max(...cell) < minSide) {
    throw new GeniusError(
      "wrong-use",
      `${perClass} images of each of ${shown} classes would be ${cell[1]} × ${cell[0]} pixels each in one picture, too small to be seen. Show fewer (--images).`,
    );
  }
  return {
    width: gap + perClass * (cell[1] + gap),
    height: gap + shown * (cell[0] + gap),
    cell,
    rows,
  };
}
