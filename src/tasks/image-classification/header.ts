// What is known of an encoded image before its pixels are: kind, size, depth, colours. Refuses by name what cannot be
// read and what would not fit into memory. Knows one image at a time.
import sharp from "sharp";
import { messageOf } from "../../base/errors.ts";
import { bmpPalette, readBmpHeader } from "./bmp.ts";
import { imageKindOf, kindByEnding, looksLikeText } from "./image-kind.ts";
import { type JpegHeader, readPlainJpeg } from "./jpeg.ts";

/** More than the largest cameras of telephones have; a small file can announce far more (a decompression bomb). */
const maxPixelCount = 250_000_000;
/** Those of 16 bits are held whole while they are scaled. */
const maxDeepPixelCount = 64_000_000;

export interface ImageHeader {
  readonly kind: string;
  readonly width: number;
  readonly height: number;
  readonly grey: boolean;
  readonly transparent: boolean;
  /** Bits a channel; what has fewer than eight is brought to eight by its reader. */
  readonly depth: 8 | 16;
  /** Where the short way of jpeg.ts is open. */
  readonly plainJpeg?: JpegHeader;
}

/** An image, or why there is none: `broken` is an image that cannot be read, `foreign` a file of another kind. */
export type Looked =
  | { readonly image: ImageHeader }
  | { readonly broken: string }
  | { readonly foreign: "text" | "other"; readonly what: string };

/** Looks at the header of `bytes`; `where` is the name that the file goes by. */
export async function readHeader(bytes: Uint8Array, where: string): Promise<Looked> {
  const plainJpeg = readPlainJpeg(bytes);
  if (plainJpeg !== undefined) {
    const { width, height, channels } = plainJpeg;
    const image = {
      kind: "JPEG",
      width,
      height,
      grey: channels === 1,
      transparent: false,
      depth: 8,
      plainJpeg,
    };
    return limited(image as ImageHeader);
  }
  const kind = imageKindOf(bytes);
  const promised = kindByEnding(where);
  if (kind?.reader === undefined) {
    if (kind !== undefined) return { foreign: "other", what: `${kind.name}, which is not read` };
    if (promised === undefined)
      return looksLikeText(bytes)
        ? { foreign: "text", what: "text" }
        : { foreign: "other", what: "no image" };
    if (promised.reader === undefined)
      return { foreign: "other", what: `${promised.name}, which is not read` };
    return { broken: bytes.length === 0 ? "empty file" : "its content is no image" };
  }
  try {
    if (kind.reader === "bmp") {
      const header = readBmpHeader(bytes);
      const grey = header.bits <= 8 && bmpPalette(bytes, header).isGrey;
      const { width, height } = header;
      return limited({ kind: kind.name, width, height, grey, transparent: header.masks[3] !== 0, depth: 8 });
    }
    const header = await sharp(bytes, { limitInputPixels: false }).metadata();
    if (header.depth !== "uchar" && header.depth !== "ushort")
      return { broken: `${header.depth} values are not read; store 8 or 16 bits a channel` };
    return limited({
      kind: kind.name,
      ...header.autoOrient,
      grey: header.space === "b-w" || header.space === "grey16",
      transparent: header.hasAlpha,
      depth: header.depth === "ushort" ? 16 : 8,
    });
  } catch (thrown) {
    return { broken: damageWords(thrown) };
  }
}

function limited(image: ImageHeader): Looked {
  const max = image.depth === 16 ? maxDeepPixelCount : maxPixelCount;
  if (image.width * image.height <= max) return { image };
  const limit = `${max / 1e6} million pixels${image.depth === 16 ? " of 16 bits" : ""}`;
  return { broken: `${image.width}×${image.height} pixels announced; up to ${limit} are read` };
}

/** What a decoder says of an image that it cannot read, without the name of its library. */
export function damageWords(thrown: unknown): string {
  const [words = ""] = messageOf(thrown).split("\n", 1);
  if (/corrupt header/i.test(words)) return "its beginning is damaged";
  if (/read error|premature end|end of (stream|file)|truncated/i.test(words))
    return "it is damaged or cut off";
  return words;
}
