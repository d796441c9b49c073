// The second pass over a dataset: every record to uint8 pixels of one shape, [C, H, W]. Encoded images go
// through sharp; raw pixels that already fit are taken as they are. Knows one image at a time, nothing of sets.
import sharp, { type Sharp } from "sharp";
import { messageOf } from "../../base/errors.ts";
import type { ImageRecord, ImageShape } from "./dataset.ts";

/** Pixels of one image, or why it has none. */
export type Decoded = { readonly pixels: Uint8Array } | { readonly broken: string };

/** Many small images at once beat many threads on one of them. */
export function prepareDecoder(): void {
  sharp.concurrency(1);
  sharp.cache(false);
}

/**
 * Decodes `record` to uint8 `[C, H, W]` of `shape`. Larger or smaller images are resized (Lanczos) so that the
 * short side fits, and the rest is cut off evenly; transparency is laid on white; EXIF orientation is applied;
 * grey is repeated for three channels, colour becomes luminance for one.
 */
export async function decodeImage(record: ImageRecord, shape: ImageShape): Promise<Decoded> {
  const { image } = record;
  if (image.kind === "encoded") {
    const bytes = await image.read();
    try {
      return { pixels: await resizeTo(sharp(bytes, { failOn: "error", autoOrient: true }), shape) };
    } catch (thrown) {
      return { broken: bytes.length === 0 ? "empty file" : (messageOf(thrown).split("\n", 1)[0] as string) };
    }
  }
  const [channels, height, width] = image.shape;
  if (height === shape[1] && width === shape[2]) {
    if (channels === shape[0]) return { pixels: image.bytes };
    if (channels === 1) return { pixels: repeat(image.bytes, shape[0]) };
  }
  const raw = { channels: channels as 1 | 3, height, width };
  return { pixels: await resizeTo(sharp(interleave(image.bytes, channels), { raw }), shape) };
}

async function resizeTo(image: Sharp, [channels, height, width]: ImageShape): Promise<Uint8Array> {
  const { data, info } = await image
    .flatten({ background: "#ffffff" })
    .resize(width, height, { fit: "cover", position: "centre" })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels === channels) return planar(data, channels);
  if (info.channels === 1) return repeat(data, channels);
  throw new Error(`decoded to ${info.channels} channels`);
}

/** `[H, W, C]` → `[C, H, W]`. */
function planar(bytes: Uint8Array, channels: number): Uint8Array {
  if (channels === 1) return bytes;
  const area = bytes.length / channels;
  const out = new Uint8Array(bytes.length);
  for (let channel = 0; channel < channels; channel += 1) {
    for (let i = 0, from = channel; i < area; i += 1, from += channels)
      out[channel * area + i] = bytes[from] as number;
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
