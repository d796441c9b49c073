// What the records of a dataset are, one after another, and what follows for the whole: its hash, the shape that all
// images are brought to, and everything that is odd, which report.ts counts. Decides from facts; reads nothing itself.
import { createHash } from "node:crypto";
import { GeniusError } from "../../base/errors.ts";
import { type ImageSize, sidesOf, withShortSide } from "../image-size.ts";
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
  /** The size that was asked for. */
  readonly imageSize?: ImageSize | undefined;
  /** Bounds of the short side where no size was asked for; 1 and 96 by default. */
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

/** Images whose aspect ratios differ by less than this factor have the same one. */
const sameAspect = 1.1;
/** Share of the images that must have the same aspect ratio, or they are brought to squares. */
const commonShare01 = 0.75;
/** Area of images that nobody asked for, in squares of the largest side: strips would cost as much as many images. */
const maxSquares = 2;

/**
 * The shape that all images are brought to: \`imageSize\` if given. Otherwise their short side is the common one when
 * all images share one of at most 96 pixels, else the median, at most 64; the long side keeps the aspect ratio where
 * most of them share one, and is the short one where they do not. One channel when all images are grey, else three.
 */
export function chooseShape(facts: readonly Omit<RecordFacts, "digest">[], wish: SizeWish): ImageShape {
  const sound = facts.filter((fact) => fact.broken === undefined);
  const channels = sound.length > 0 && sound.every((fact) => fact.grey) ? 1 : 3;
  if (wish.imageSize !== undefined) return [channels, ...sidesOf(wish.imageSize)];
  const { minSize = 1, maxSize = 96 } = wish;
  const sides = sound.map((fact) => Math.min(fact.width, fact.height)).sort((a, b) => a - b);
  const median = sides[sides.length >> 1] ?? 1;
  const common = sides[0] === sides[sides.length - 1] && median <= 96;
  const usual = common ? median : Math.min(64, median);
  const aspect = aspectOf(sound);
  const elongation = Math.max(aspect[0], aspect[1]) / Math.min(aspect[0], aspect[1]);
  const affordable = Math.floor(maxSize * Math.sqrt(maxSquares / elongation));
  const shortSide = Math.max(minSize, Math.min(maxSize, usual, affordable));
  const [height, width] = sidesOf(withShortSide(aspect, shortSide));
  const longest = Math.max(shortSide, Math.floor((maxSquares * maxSize ** 2) / shortSide));
  return [channels, Math.min(height, longest), Math.min(width, longest)];
}

/** Height and width in the ratio that most images have; a square where they have none in common. */
function aspectOf(facts: readonly Pick<RecordFacts, "width" | "height">[]): readonly [number, number] {
  const sorted = facts.toSorted((a, b) => a.height * b.width - b.height * a.width);
  const middle = sorted[sorted.length >> 1];
  if (middle === undefined) return [1, 1];
  const { height, width } = middle;
  const alike = facts.filter((fact) => {
    const factor = (fact.height * width) / (fact.width * height);
    return factor < sameAspect && factor > 1 / sameAspect;
  });
  const isOne = facts.every((fact) => fact.width === width && fact.height === height);
  const isSquare = height < width * sameAspect && width < height * sameAspect;
  if (isOne || (!isSquare && alike.length >= commonShare01 * facts.length)) return [height, width];
  return [1, 1];
}
