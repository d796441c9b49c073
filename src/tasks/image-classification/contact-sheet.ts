// Sample images of each class as one picture, for a language model that can see: a row a class, within the size that all providers
// take. The same images give the same picture, and a hash of their pixels says whether two pictures are the same.
import { createHash } from "node:crypto";
import sharp from "sharp";
import type { ImageSet, ImageShape } from "./dataset.ts";
import { openPixels } from "./pixels.ts";
import { gap, type SheetLayout, sheetLayout } from "./sheet-layout.ts";

export interface ContactSheet {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** SHA-256 of the images in it, of what they are called and of how they lie, in hexadecimal. */
  readonly hash: string;
  /** The class of each row, from top to bottom. */
  readonly classNames: readonly string[];
  /** Images in each row; a class that has fewer ends with white. */
  readonly perClass: number;
}

/** Images of each class, evenly from all that it has, in their order. */
export async function contactSheet(
  set: ImageSet,
  { classNames, perClass }: { readonly classNames: readonly string[]; readonly perClass: number },
): Promise<ContactSheet> {
  const { shape, classCount, labels } = set;
  const { width, height, cell, rows } = sheetLayout(shape, { classCount, perClass });
  const names = rows.map((index) => classNames[index] ?? String(index));
  const hash = createHash("sha256").update(JSON.stringify([shape, width, height, cell, names]));
  const canvas = new Uint8Array(width * height * 3).fill(255);
  const reader = openPixels(set);
  try {
    for (const [row, index] of rows.entries()) {
      const positions = [...labels.keys()].filter((position) => labels[position] === index);
      for (let column = 0; column < Math.min(perClass, positions.length); column += 1) {
        const position = positions[Math.floor(column * Math.max(1, positions.length / perClass))] as number;
        const planes = reader.read(position);
        hash.update(planes);
        draw(canvas, width, {
          pixels: await scaled(interleaved(planes, shape), shape, cell),
          cell,
          at: [gap + row * (cell[0] + gap), gap + column * (cell[1] + gap)],
        });
      }
    }
  } finally {
    reader.close();
  }
  const png = await sharp(canvas, { raw: { channels: 3, height, width } })
    .png({ compressionLevel: 9 })
    .toBuffer();
  return { png, width, height, hash: hash.digest("hex"), classNames: names, perClass };
}

/** `[C, H, W]` as rows of pixels of three bytes; one channel is grey. */
function interleaved(planes: Uint8Array, [channels, height, width]: ImageShape): Uint8Array {
  const area = height * width;
  return Uint8Array.from(
    { length: 3 * area },
    (_, at) => planes[(channels === 1 ? 0 : at % 3) * area + Math.floor(at / 3)] as number,
  );
}

async function scaled(
  pixels: Uint8Array,
  [, height, width]: ImageShape,
  [toHeight, toWidth]: SheetLayout["cell"],
): Promise<Uint8Array> {
  if (toHeight === height && toWidth === width) return pixels;
  return sharp(pixels, { raw: { channels: 3, height, width } })
    .resize(toWidth, toHeight, { fit: "fill", kernel: toHeight > height ? "nearest" : "lanczos3" })
    .raw()
    .toBuffer();
}

function draw(
  canvas: Uint8Array,
  width: number,
  {
    pixels,
    cell: [height, cellWidth],
    at: [top, left],
  }: {
    readonly pixels: Uint8Array;
    readonly cell: SheetLayout["cell"];
    readonly at: readonly [number, number];
  },
): void {
  for (let y = 0; y < height; y += 1) {
    const line = pixels.subarray(3 * y * cellWidth, 3 * (y + 1) * cellWidth);
    canvas.set(line, 3 * ((top + y) * width + left));
  }
}
