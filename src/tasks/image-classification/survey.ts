// What the records of a dataset are, one after another, and what follows for the whole: its hash, the shape that all
// images are brought to, and everything that is odd, which report.ts counts. Decides from facts; reads nothing itself.
import { createHash } from "node:crypto";
import { GeniusError } from "../../base/errors.ts";
import type { DatasetListing, ImageRecord, ImageShape, Part } from "./dataset.ts";
import type { RecordLook } from "./read-records.ts";

/** What is known of one record. */
export interface RecordFacts extends Omit<RecordLook, "isDecoded"> {
  readonly part: Part;
  readonly label: number;
  readonly where: string;
}

/** The shape of images, within what the one who asks can use. */
export interface SizeWish {
  /** The side that was asked for. */
  readonly imageSize?: number | undefined;
  /** Bounds of a side that nobody asked for; 1 and 96 by default. */
  readonly minSize?: number | undefined;
  readonly maxSize?: number | undefined;
}

/** Collects the facts of records in their order. */
export interface Survey {
  add(record: ImageRecord, look: RecordLook): RecordFacts;
  readonly facts: readonly RecordFacts[];
  /** SHA-256 over class names and, in order, part, class and digest of every record. */
  hash(): string;
}

export function createSurvey({ classNames }: Pick<DatasetListing, "classNames">): Survey {
  const whole = createHash("sha256").update(JSON.stringify(classNames));
  const facts: RecordFacts[] = [];
  return {
    facts,
    add({ part, label, where }, { isDecoded: _, ...look }) {
      if (!Number.isInteger(label) || label < 0 || label >= classNames.length) {
        throw new GeniusError(
          "bad-data",
          `${where}: label ${label} is out of range. Allowed are 0 to ${classNames.length - 1} (${classNames.length} classes).`,
        );
      }
      const fact = { ...look, part, label, where };
      // What is no image is not part of the data.
      if (look.foreign === undefined) whole.update(`\n${part} ${label} ${look.digest}`);
      facts.push(fact);
      return fact;
    },
    hash: () => whole.digest("hex"),
  };
}

/**
 * The shape that all images are brought to. Square: `imageSize` if given; otherwise the common short side when
 * all images share one of at most 96 pixels; otherwise the median short side, at most 64. One channel when all
 * images are grey, else three.
 */
export function chooseShape(facts: readonly Omit<RecordFacts, "digest">[], wish: SizeWish): ImageShape {
  const sound = facts.filter((fact) => fact.broken === undefined);
  const channels = sound.length > 0 && sound.every((fact) => fact.grey) ? 1 : 3;
  const sides = sound.map((fact) => Math.min(fact.width, fact.height)).sort((a, b) => a - b);
  const median = sides[sides.length >> 1] ?? 1;
  const common = sides[0] === sides[sides.length - 1] && median <= 96;
  const usual = common ? median : Math.min(64, median);
  const size = wish.imageSize ?? Math.max(wish.minSize ?? 1, Math.min(wish.maxSize ?? 96, usual));
  return [channels, size, size];
}
