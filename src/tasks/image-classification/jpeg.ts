// The short way for small JPEG files: their header read here, their pixels by libjpeg-turbo in WebAssembly, which takes
// a twelfth of the time that a pipeline of sharp's does on an image of 32×32 and gives the same bytes. Whatever is not
// plain (a profile, a rotation, four colours, a cut end) is left to sharp. benchmarks/open-images measures both.
import createModule, {
  type JpegDecoder,
  type JpegModule,
} from "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs";

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** The header of a plain JPEG: 8 bits, grey or YCbCr, upright, no colour profile, whole. Undefined for any other. */
export function readPlainJpeg(bytes: Uint8Array): JpegHeader | undefined {
  let end = bytes.length;
  while (end > 2 && bytes[end - 1] === 0) end -= 1;
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8 || bytes[end - 2] !== 0xff || bytes[end - 1] !== 0xd9)
    return undefined;
  for (let at = 2; at + 4 <= end; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] as number;
    const length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    // EXIF may turn the image, a profile changes its colours, Adobe's marker their meaning.
    if (marker === 0xe1 || marker === 0xe2 || marker === 0xee || length < 2) return undefined;
    if (marker >= 0xc0 && marker <= 0xc2) {
      const [precision, components] = [bytes[at + 4], bytes[at + 9]];
      const height = ((bytes[at + 5] as number) << 8) | (bytes[at + 6] as number);
      const width = ((bytes[at + 7] as number) << 8) | (bytes[at + 8] as number);
      if (precision !== 8 || (components !== 1 && components !== 3) || width * height === 0) return undefined;
      return isSupported(bytes, at + 2 + length, end) ? { width, height, channels: components } : undefined;
    }
    if (marker >= 0xc3 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      return undefined;
    if (marker === 0xda || marker < 0xc0) return undefined;
    at += 2 + length;
  }
  return undefined;
}

/** Whether the markers between the frame's header and the first scan are plain, too. */
function isSupported(bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at + 4 <= end; ) {
    if (bytes[at] !== 0xff) return false;
    const marker = bytes[at + 1] as number;
    if (marker === 0xda) return true;
    if (marker === 0xe1 || marker === 0xe2 || marker === 0xee) return false;
    at += 2 + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number));
  }
  return false;
}

let loaded: Promise<JpegModule> | undefined;
let decoder: JpegDecoder | undefined;

/** Makes `decodeJpeg` ready on this thread. */
export async function prepareJpeg(): Promise<void> {
  loaded ??= createModule();
  decoder ??= new (await loaded).JPEGDecoder();
}

/** The uint8 pixels `[H, W, C]`, valid until the next call; undefined where the decoder gives up (sharp then says why). */
export function decodeJpeg(bytes: Uint8Array, header: JpegHeader): Uint8Array | undefined {
  if (decoder === undefined) return undefined;
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    const pixels = decoder.getDecodedBuffer();
    return pixels.length === header.width * header.height * header.channels ? pixels : undefined;
  } catch {
    return undefined; // it throws numbers
  }
}
