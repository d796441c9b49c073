// One stored image to uint8 pixels of one shape, [C, H, W]. Small plain JPEG files take the short way (jpeg.ts), bitmaps
// our own reader, everything else goes through sharp; raw pixels that already fit are taken as they are. Knows one image
// at a time, nothing of sets.
import sharp, { type Sharp } from "sharp";
import { decodeBmp, type Interleaved } from "./bmp.ts";
import type { ImageShape, Levels } from "./dataset.ts";
import { damageWords, type ImageHeader } from "./header.ts";
import { decodeJpeg, prepareJpeg } from "./jpeg.ts";
import { scaleLevels } from "./levels.ts";

/** Pixels of one image, or why it has none. */
export type Decoded = { readonly pixels: Uint8Array } | { readonly broken: string };

/** What images are brought to: a shape, and for 16-bit ones the scale of their set (the full scale by default). */
export interface Target {
  readonly shape: ImageShape;
  readonly levels?: Levels | undefined;
}

/** Many small images at once beat many threads on one of them. */
export async function prepareDecoder(): Promise<void> {
  sharp.concurrency(1);
  sharp.cache(false);
  await prepareJpeg();
}

/**
 * Decodes an encoded image to uint8 `[C, H, W]`. Larger or smaller images are resized (Lanczos) so that the short side
 * fits, and the rest is cut off evenly; transparency is laid on white; EXIF orientation is applied; grey is repeated for
 * three channels, colour becomes luminance for one.
 */
export async function decodeImage(
  bytes: Uint8Array,
  header: ImageHeader,
  { shape, levels = { low: 0, high: 65_535 } }: Target,
): Promise<Decoded> {
  try {
    if (header.plainJpeg !== undefined && header.width === shape[2] && header.height === shape[1]) {
      const { channels } = header.plainJpeg;
      const pixels = channels <= shape[0] ? decodeJpeg(bytes, header.plainJpeg) : undefined;
      if (pixels !== undefined) return { pixels: fitChannels(pixels, channels, shape[0]) };
    }
    if (header.kind === "BMP") return { pixels: await resizeInterleaved(decodeBmp(bytes), shape) };
    if (header.depth === 16) {
      const { values, ...size } = await readSixteenBits(bytes, header);
      const pixels = scaleLevels(values, levels, { channels: size.channels, hasAlpha: header.transparent });
      return { pixels: await resizeInterleaved({ ...size, pixels }, shape) };
    }
    return { pixels: await resizeTo(sharp(bytes, { failOn: "error", autoOrient: true }), shape) };
  } catch (thrown) {
    return { broken: damageWords(thrown) };
  }
}

/** Brings raw uint8 pixels `[C, H, W]` to a shape. */
export async function fitPixels(bytes: Uint8Array, from: ImageShape, shape: ImageShape): Promise<Uint8Array> {
  const [channels, height, width] = from;
  if (height === shape[1] && width === shape[2]) {
    if (channels === shape[0]) return bytes;
    if (channels === 1) return repeat(bytes, shape[0]);
  }
  const pixels = interleave(bytes, channels);
  return resizeInterleaved({ pixels, channels: channels as 1 | 3, height, width }, shape);
}

/** The stored values of a 16-bit image, upright, `[H, W, C]`. @throws Error when it cannot be decoded. */
export async function readSixteenBits(
  bytes: Uint8Array,
  { grey }: Pick<ImageHeader, "grey">,
): Promise<{ width: number; height: number; channels: 1 | 2 | 3 | 4; values: Uint16Array }> {
  const { data, info } = await sharp(bytes, { failOn: "error", autoOrient: true })
    .toColourspace(grey ? "grey16" : "rgb16")
    .raw({ depth: "ushort" })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const values = new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length));
  return { width, height, channels, values };
}

async function resizeInterleaved(
  { width, height, channels, pixels }: Omit<Interleaved, "channels"> & { readonly channels: 1 | 2 | 3 | 4 },
  shape: ImageShape,
): Promise<Uint8Array> {
  const isThere = width === shape[2] && height === shape[1] && (channels === 1 || channels === shape[0]);
  if (isThere && channels !== 2) return fitChannels(pixels, channels, shape[0]);
  return resizeTo(sharp(pixels, { raw: { width, height, channels } }), shape);
}

async function resizeTo(image: Sharp, [channels, height, width]: ImageShape): Promise<Uint8Array> {
  const { data, info } = await image
    .flatten({ background: "#ffffff" })
    .resize(width, height, { fit: "cover", position: "centre" })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels === channels) return channels === 1 ? new Uint8Array(data) : planar(data, channels);
  if (info.channels === 1) return repeat(data, channels);
  throw new Error(`decoded to ${info.channels} channels`);
}

/** `[H, W, C]` → `[wanted, H, W]`, in memory of its own. */
function fitChannels(bytes: Uint8Array, channels: number, wanted: number): Uint8Array {
  if (channels === 1) return wanted === 1 ? new Uint8Array(bytes) : repeat(bytes, wanted);
  return planar(bytes, channels);
}

/** `[H, W, C]` → `[C, H, W]`. */
function planar(bytes: Uint8Array, channels: number): Uint8Array {
  if (channels === 1) return bytes;
  const area = bytes.length / channels;
  const out = new Uint8Array(bytes.length);
  for (let channel = 0; channel < channels; channel += 1) {
    for (let i = channel * area, from = channel; i < (channel + 1) * area; i += 1, from += channels)
      out[i] = bytes[from] as number;
  }
  return out;
}

/** `[C, H, W]` → `[H, W, C]`. */
function interleave(bytes: Uint8Array, channels: number): Uint8Array {
  if (channels === 1) return bytes;
  const area = bytes.length / channels;
  const out = new Uint8Array(bytes.length);
  for (let channel = 0; channel < channels; channel += 1) {
    for (let i = 0, to = channel; i < area; i += 1, to += channels)
      out[to] = bytes[channel * area + i] as number;
  }
  return out;
}

function repeat(plane: Uint8Array, channels: number): Uint8Array {
  const out = new Uint8Array(plane.length * channels);
  for (let channel = 0; channel < channels; channel += 1) out.set(plane, channel * plane.length);
  return out;
}
