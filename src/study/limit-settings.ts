// The limits of a search, as one schema: a part of its settings, and all that commands without a search need of them.
import { z } from "zod";
import { messageOf } from "../base/errors.ts";
import { parseBytes, parseCount } from "../base/units.ts";
import { precisions } from "../graph/precision.ts";

/** A number as people write it. */
const written = (parse: (text: string) => number) =>
  z.union([z.string(), z.number()]).transform((value, context) => {
    try {
      return parse(String(value));
    } catch (thrown) {
      context.addIssue({ code: "custom", message: messageOf(thrown) });
      return z.NEVER;
    }
  });

/** 20000, 20k, 5M, 1.5G. */
const count = written(parseCount);
/** 262144, 256k, 1M. */
const bytes = written(parseBytes);

const limit = (of: typeof count, description: string) =>
  of.optional().describe(description).meta({ placeholder: "N" });

export const limitSettings = z.object({
  maxParams: limit(count, "maximum parameters, e.g. 20k or 5M"),
  minParams: limit(count, "minimum parameters"),
  maxMacs: limit(count, "maximum multiply–accumulates (MACs) of one image"),
  minMacs: limit(count, "minimum multiply–accumulates (MACs) of one image"),
  maxRam: limit(bytes, "maximum RAM for the feature maps of one image, in bytes, e.g. 256k (k = 1024)"),
  maxFlash: limit(bytes, "maximum flash for weights, tables and code, in bytes, e.g. 512k or 1M"),
  precision: z
    .enum(precisions)
    .optional()
    .describe("numbers that RAM and flash are counted for: int8 (default) or float"),
  device: z
    .string()
    .optional()
    .describe("device that sets RAM and flash limits: a name from `genius list devices`, or a JSON file")
    .meta({ placeholder: "NAME|FILE" }),
});

export type LimitSettings = z.infer<typeof limitSettings>;

/** The limits among other settings, and the others. */
export function limitsApart<S extends LimitSettings>(
  all: S,
): { readonly limits: LimitSettings; readonly settings: Omit<S, keyof LimitSettings> } {
  const fields = Object.keys(limitSettings.shape);
  const pick = (wanted: boolean) =>
    Object.fromEntries(Object.entries(all).filter(([field]) => fields.includes(field) === wanted));
  return { limits: pick(true), settings: pick(false) as Omit<S, keyof LimitSettings> };
}
