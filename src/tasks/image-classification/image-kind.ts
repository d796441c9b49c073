// What a file is, by its first bytes: endings are habits (.jfif, .JPG, a PNG that is called .jpg), contents are facts.
// Knows the kinds that people keep photos in, whether or not they can be read, so that a message can name them.

export interface ImageKind {
  readonly name: string;
  /** Who reads it; undefined: nobody here. */
  readonly reader: "sharp" | "bmp" | undefined;
  readonly endings: readonly string[];
}

const sharpKind = (name: string, ...endings: string[]): ImageKind => ({ name, reader: "sharp", endings });
const unread = (name: string, ...endings: string[]): ImageKind => ({ name, reader: undefined, endings });

const jpeg = sharpKind("JPEG", ".jpg", ".jpeg", ".jpe", ".jfif", ".jif");
const png = sharpKind("PNG", ".png");
const gif = sharpKind("GIF", ".gif");
const webp = sharpKind("WebP", ".webp");
const avif = sharpKind("AVIF", ".avif");
const tiff = sharpKind("TIFF", ".tif", ".tiff");
const bmp: ImageKind = { name: "BMP", reader: "bmp", endings: [".bmp", ".dib"] };
const heic = unread("HEIC", ".heic", ".heif");
const others = [
  unread("JPEG XL", ".jxl"),
  unread("JPEG 2000", ".jp2", ".j2k", ".jpx"),
  unread("SVG", ".svg"),
  unread("Photoshop", ".psd"),
  unread("icon", ".ico"),
  unread("Targa", ".tga"),
  unread("DICOM", ".dcm"),
  unread("raw camera image", ".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf"),
  unread("PNM", ".ppm", ".pgm", ".pbm", ".pnm"),
  unread("OpenEXR", ".exr"),
  unread("NumPy array", ".npy", ".npz"),
] as const;

/** What can be read, for messages. */
export const readableKinds = [jpeg, png, webp, gif, tiff, avif, bmp];

/** The kind of an image by the first bytes of its content; undefined for what is no image that is known. */
export function imageKindOf(bytes: Uint8Array): ImageKind | undefined {
  const at = (offset: number, text: string) =>
    [...text].every((letter, i) => bytes[offset + i] === letter.charCodeAt(0));
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return jpeg;
  if (at(0, "\x89PNG\r\n\x1a\n")) return png;
  if (at(0, "GIF87a") || at(0, "GIF89a")) return gif;
  if (at(0, "RIFF") && at(8, "WEBP")) return webp;
  if (at(0, "II*\0") || at(0, "MM\0*") || at(0, "II+\0") || at(0, "MM\0+")) return tiff;
  if (at(0, "BM") && isBmpHeader(bytes)) return bmp;
  if (at(4, "ftyp")) {
    const brand = String.fromCharCode(...bytes.subarray(8, 12));
    if (brand === "avif" || brand === "avis") return avif;
    if (/^(hei[cxms]|hev[cx]|mif1|msf1)$/.test(brand)) return mentions(bytes, "avif") ? avif : heic;
    return undefined; // a film
  }
  if ((bytes[0] === 0xff && bytes[1] === 0x0a) || at(4, "JXL ")) return kindByEnding("x.jxl");
  if (at(4, "jP  ") || (bytes[0] === 0xff && bytes[1] === 0x4f)) return kindByEnding("x.jp2");
  if (at(0, "8BPS")) return kindByEnding("x.psd");
  if (at(128, "DICM")) return kindByEnding("x.dcm");
  if (at(0, "\0\0\x01\0")) return kindByEnding("x.ico");
  if (at(0, "v/1\x01")) return kindByEnding("x.exr");
  if (at(0, "\x93NUMPY")) return kindByEnding("x.npy");
  const start = new TextDecoder().decode(bytes.subarray(0, 512));
  if (/<svg[\s>]/.test(start)) return kindByEnding("x.svg");
  if (/^P[1-6]\s+(#.*\s+)*\d+\s+\d+/.test(start)) return kindByEnding("x.ppm");
  return undefined;
}

/** The kind that a file's name promises. */
export function kindByEnding(name: string): ImageKind | undefined {
  const ending = /\.[^./\\]+$/.exec(name)?.[0].toLowerCase();
  if (ending === undefined) return undefined;
  return [...readableKinds, heic, ...others].find((kind) => kind.endings.includes(ending));
}

/** By its name: of a kind that is known, or without an ending that says otherwise. */
export function mayBeImage(file: string): boolean {
  return kindByEnding(file) !== undefined || !/\.[^.]+$/.test(file);
}

/** Whether the first bytes read as text: tables, labels and notes lie beside images by custom. */
export function looksLikeText(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 1024);
  if (start.includes(0))
    return (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  const odd = start.filter((byte) => byte < 9 || (byte > 13 && byte < 32)).length;
  return odd === 0 && !/\uFFFD[\s\S]/.test(new TextDecoder().decode(start));
}

/** "BM" alone begins many a text; the sizes of a header follow it in a bitmap. */
function isBmpHeader(bytes: Uint8Array): boolean {
  const headerSize = bytes[14];
  return (
    bytes.length >= 26 &&
    headerSize !== undefined &&
    [12, 40, 52, 56, 64, 108, 124].includes(headerSize) &&
    bytes[15] === 0
  );
}

function mentions(bytes: Uint8Array, brand: string): boolean {
  const length = Math.min(bytes.length, 16 + ((bytes[2] ?? 0) << 8) + (bytes[3] ?? 0));
  return String.fromCharCode(...bytes.subarray(8, Math.min(length, 64))).includes(brand);
}
