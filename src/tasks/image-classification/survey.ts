// The first pass over a dataset: reads every record, hashes it and looks at its header, so that the size, the
// number of channels and everything that is odd are known before a pixel is decoded. Refuses what cannot be
// trained on; everything else is counted by report.ts.
import { createHash } from "node:crypto";
import sharp from "sharp";
import { GeniusError, messageOf } from "../../base/errors.ts";
import type { DatasetListing, ImageRecord, ImageShape, Part } from "./dataset.ts";
import { mapInOrder } from "./map-in-order.ts";

/** What is known of one record after the first pass; `broken` says why its header cannot be read. */
export interface RecordFacts {
  readonly part: Part;
  readonly label: number;
  readonly where: string;
  readonly digest: string;
  readonly width: number;
  readonly height: number;
  readonly grey: boolean;
  readonly transparent: boolean;
  readonly broken: string | undefined;
}

export interface Survey {
  readonly facts: readonly RecordFacts[];
  /** SHA-256 over class names and, in order, part, class and digest of every record. */
  readonly hash: string;
}

/** Reports how many records of how many are done. */
export type Advance = (doneCount: number, totalCount: number) => void;

/** Reads the headers of all records. @throws GeniusError `bad-data` on a label that is no class. */
export async function surveyRecords(
  listing: DatasetListing,
  advance: Advance,
  signal?: AbortSignal,
): Promise<Survey> {
  const whole = createHash("sha256").update(JSON.stringify(listing.classNames));
  const facts: RecordFacts[] = [];
  for await (const fact of mapInOrder(listing.records(), (record) => lookAt(record, listing.classNames))) {
    signal?.throwIfAborted();
    whole.update(`\n${fact.part} ${fact.label} ${fact.digest}`);
    facts.push(fact);
    advance(facts.length, listing.recordCount);
  }
  return { facts, hash: whole.digest("hex") };
}

async function lookAt(record: ImageRecord, classNames: readonly string[]): Promise<RecordFacts> {
  const { part, label, where, image } = record;
  if (!Number.isInteger(label) || label < 0 || label >= classNames.length) {
    throw new GeniusError(
      "bad-data",
      `${where}: label ${label} is out of range. Allowed are 0 to ${classNames.length - 1} (${classNames.length} classes).`,
    );
  }
  if (image.kind === "raw") {
    const [channels, height, width] = image.shape;
    const digest = digestOf(image.bytes);
    return {
      part,
      label,
      where,
      digest,
      width,
      height,
      grey: channels === 1,
      transparent: false,
      broken: undefined,
    };
  }
  const bytes = await image.read();
  const known = { part, label, where, digest: digestOf(bytes) };
  try {
    const header = await sharp(bytes).metadata();
    const { width, height } = header.autoOrient;
    const grey = header.space === "b-w" || header.space === "grey16";
    return { ...known, width, height, grey, transparent: header.hasAlpha, broken: undefined };
  } catch (thrown) {
    const broken = bytes.length === 0 ? "empty file" : firstLine(messageOf(thrown));
    return { ...known, width: 0, height: 0, grey: false, transparent: false, broken };
  }
}

/**
 * The shape that all images are brought to. Square: `imageSize` if given; otherwise the common short side when
 * all images share one of at most 96 pixels; otherwise the median short side, at most 64. One channel when all
 * images are grey, else three.
 */
export function chooseShape(facts: readonly RecordFacts[], imageSize: number | undefined): ImageShape {
  const sound = facts.filter((fact) => fact.broken === undefined);
  const channels = sound.length > 0 && sound.every((fact) => fact.grey) ? 1 : 3;
  const sides = sound.map((fact) => Math.min(fact.width, fact.height)).sort((a, b) => a - b);
  const median = sides[sides.length >> 1] ?? 1;
  const common = sides[0] === sides[sides.length - 1] && median <= 96;
  const size = imageSize ?? (common ? median : Math.min(64, median));
  return [channels, size, size];
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}
