// What a model needs beside its weights to be used on images: how they are normalised and what the classes are called. It travels in
// the metadata of a weights file, and into an exported model.
import { z } from "zod";

export interface Inference {
  /** Of pixels from 0 to 1, one entry a channel. */
  readonly normalisation?: { readonly mean01: readonly number[]; readonly sd01: readonly number[] };
  /** What the largest pixel value is; 1 by default. */
  readonly pixelScale?: 1 | 255;
  readonly classNames?: readonly string[];
}

/** As texts, for the metadata of a file. */
export function inferenceMetadata({
  normalisation,
  pixelScale = 1,
  classNames,
}: Inference): Readonly<Record<string, string>> {
  return {
    ...(normalisation && {
      normalisation: JSON.stringify({ mean01: normalisation.mean01, sd01: normalisation.sd01 }),
    }),
    ...(pixelScale !== 1 && { pixel_scale: String(pixelScale) }),
    ...(classNames && { class_names: JSON.stringify(classNames) }),
  };
}

const numbers = z.array(z.number()).readonly();
const normalisationSchema = z.object({ mean01: numbers, sd01: numbers });

/** What the metadata of a file says; what cannot be read is left out. */
export function inferenceOfMetadata(metadata: Readonly<Record<string, string>>): Inference {
  const parsed = (text: string | undefined): unknown => {
    try {
      return JSON.parse(text ?? "");
    } catch {
      return undefined;
    }
  };
  const normalisation = normalisationSchema.safeParse(parsed(metadata.normalisation)).data;
  const classNames = z.array(z.string()).safeParse(parsed(metadata.class_names)).data;
  return {
    ...(normalisation !== undefined && { normalisation }),
    ...(normalisation !== undefined && metadata.pixel_scale === "255" && { pixelScale: 255 }),
    ...(classNames !== undefined && { classNames }),
  };
}
