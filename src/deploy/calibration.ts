// What must be kept of a training so that files for devices can be written later without its images: the ranges of its maps
// and three images with their classes, as `best/int8.json`.
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import type { ValueRange } from "../graph/export/quantise.ts";

export interface ExampleImage {
  readonly label: string;
  /** [height, width, channels], each 0 to 255. */
  readonly pixels: Uint8Array;
}

export interface Calibration {
  readonly ranges: ReadonlyMap<string, ValueRange>;
  readonly images: readonly ExampleImage[];
}

const kept = z.object({
  ranges: z.record(z.string(), z.tuple([z.number(), z.number()])),
  images: z.array(z.object({ label: z.string(), pixels: z.base64() })),
});

export function writeCalibration({ ranges, images }: Calibration): string {
  const shown = images.map(({ label, pixels }) => ({
    label,
    pixels: Buffer.from(pixels).toString("base64"),
  }));
  return `${JSON.stringify({ ranges: Object.fromEntries(ranges), images: shown })}\n`;
}

/** @throws GeniusError `bad-file` when the text is none that `writeCalibration` wrote. */
export function readCalibration(text: string, path: string): Calibration {
  try {
    const { ranges, images } = kept.parse(JSON.parse(text));
    return {
      ranges: new Map(Object.entries(ranges)),
      images: images.map(({ label, pixels }) => ({
        label,
        pixels: new Uint8Array(Buffer.from(pixels, "base64")),
      })),
    };
  } catch (cause) {
    throw new GeniusError("bad-file", `${path} is damaged: it holds no ranges of a network's maps.`, {
      cause,
    });
  }
}
