// From the facts of a survey to the DatasetReport, and from that to sentences for people. Also the place where a dataset
// that cannot be trained on is refused. Decides nothing else.

import { GeniusError } from "../../base/errors.ts";
import { formatPercent } from "../../base/units.ts";
import type { Dataset, DatasetListing, DatasetReport, Finding, ImageShape, Levels } from "./dataset.ts";
import { kindByEnding } from "./image-kind.ts";
import type { RecordFacts } from "./survey.ts";

/** More files than this that are no sound images, and the dataset is refused rather than trained on what is left. */
const maxLostFraction = 0.1;
/** A single class may lose more than the whole, but not most of itself. */
const maxLostFractionOfClass = 0.5;

/** Everything of a report but the class counts, which depend on the test split. */
export type Findings = Omit<
  DatasetReport,
  "trainCount" | "validationCount" | "testCount" | "classes" | "imbalance"
>;

/** Collects what was found. `shape` is that of the decoded images. */
export function collectFindings(
  source: { readonly format: string; readonly path: string | undefined; readonly listing: DatasetListing },
  facts: readonly RecordFacts[],
  outcome: { readonly shape: ImageShape; readonly levels: Levels | undefined },
): Findings {
  const { listing } = source;
  const [channels, height, width] = outcome.shape;
  const sound = facts.filter((fact) => fact.broken === undefined);
  const byArea = sound.toSorted((a, b) => a.width * a.height - b.width * b.height);
  const where = (fact: RecordFacts) => fact.where;
  const some = (filter: (fact: RecordFacts) => boolean, describe: (fact: RecordFacts) => string = where) =>
    finding(sound.filter(filter), describe);
  const withSize = (fact: RecordFacts) => `${fact.where} (${sizeOf(fact)})`;
  const ignored = [...facts.filter((fact) => fact.foreign === "other").map(whyLost), ...listing.ignoredFiles];
  return {
    format: source.format,
    path: source.path ?? null,
    storedSizes: { smallest: sizeOf(byArea[0]), largest: sizeOf(byArea.at(-1)) },
    resized: some((fact) => fact.width !== width || fact.height !== height, withSize),
    cropped: some((fact) => isCropped(fact, [height, width]), withSize),
    greyAmongColour: some((fact) => channels !== 1 && fact.grey),
    transparent: some((fact) => fact.transparent),
    sixteenBit: some((fact) => fact.depth === 16),
    levels: outcome.levels ?? null,
    wrongEndings: some(hasWrongEnding, (fact) => `${fact.where} (${fact.kind})`),
    corrupt: finding(
      facts.filter((fact) => fact.broken !== undefined && fact.foreign === undefined),
      whyLost,
    ),
    ignoredFiles: finding(ignored, (text) => text),
    textFiles: finding(
      facts.filter((fact) => fact.foreign === "text"),
      where,
    ),
    skipped: finding(listing.skipped ?? [], (path) => path),
    ...findCopies(sound),
    layout: listing.layout ?? null,
    notes: [...listing.notes, ...smallClasses(listing.classNames, facts)],
  };
}

/** @throws GeniusError `bad-data` when there are not two classes. */
export function refuseFewClasses(where: string, classNames: readonly string[]): void {
  if (classNames.length >= 2) return;
  const only = classNames.length === 1 ? `only one class (${classNames[0]})` : "no class";
  throw new GeniusError("bad-data", `${where}: ${only}. A classifier needs images of at least two classes.`);
}

/**
 * @throws GeniusError `bad-data` when too many files are no images that can be read, of the whole or of one class, or a
 * class has no sound training image.
 */
export function refuseUntrainable(
  where: string,
  classNames: readonly string[],
  facts: readonly RecordFacts[],
): void {
  const counted = facts.filter((fact) => fact.foreign !== "text");
  const lost = counted.filter((fact) => fact.broken !== undefined);
  const examples = (some: readonly RecordFacts[]) => finding(some, whyLost).examples.join("; ");
  if (lost.length > maxLostFraction * counted.length) {
    throw new GeniusError(
      "bad-data",
      `${where}: ${lost.length} of ${counted.length} images cannot be read: ${examples(lost)}. ` +
        `Up to ${maxLostFraction * 100} % are left out; repair, convert or remove the rest.`,
    );
  }
  const ofClass = countByClass(classNames, counted);
  const soundOfClass = countByClass(
    classNames,
    counted.filter((fact) => fact.broken === undefined),
  );
  const empty = classNames.filter((_, label) => soundOfClass[label]!.train === 0);
  if (empty.length > 0) {
    const why = lost.length > 0 ? ` Not read: ${examples(lost)}.` : "";
    throw new GeniusError(
      "bad-data",
      `${where}: no ${lost.length > 0 ? "sound " : ""}training image in ${empty.length} of ${classNames.length} classes: ` +
        `${empty.slice(0, 10).join(", ")}. Add images or remove the class.${why}`,
    );
  }
  for (const [label, name] of classNames.entries()) {
    const [all, sound] = [ofClass[label]!.all, soundOfClass[label]!.all];
    if (all - sound <= maxLostFractionOfClass * all) continue;
    const own = lost.filter((fact) => fact.label === label);
    throw new GeniusError(
      "bad-data",
      `${where}: ${all - sound} of ${all} images of the class ${name} cannot be read: ${examples(own)}. ` +
        "What is left does not stand for the class; repair, convert or remove them.",
    );
  }
}

/** The report in plain sentences, most important first; empty counts are left out. */
export function describeReport({ report, shape }: Pick<Dataset, "report" | "shape">): string[] {
  const [, height, width] = shape;
  const [trainCount, validationCount, testCount] = [
    report.trainCount,
    report.validationCount,
    report.testCount,
  ].map((count) => count.toLocaleString("en"));
  const parts =
    report.validationCount > 0
      ? `${trainCount} training, ${validationCount} validation and ${testCount} test images`
      : `${trainCount} training and ${testCount} test images`;
  const lines = [`${parts} of ${report.classes.length} classes (${report.format}).`];
  const add = (found: Finding, many: string, one: string) => {
    if (found.count > 0)
      lines.push(
        `${found.count} ${found.count === 1 ? one : many}: ${found.examples.slice(0, 3).join(", ")}${found.count > 3 ? ", …" : ""}.`,
      );
  };
  if (report.imbalance >= 1.5) {
    lines.push(
      `Classes are uneven: the largest has ${report.imbalance.toFixed(1)} times the training images of the smallest.`,
    );
    if (report.imbalance >= 3) {
      const largest = report.classes.reduce((a, b) => (b.trainCount > a.trainCount ? b : a));
      const chance01 = largest.trainCount / Math.max(1, report.trainCount);
      lines.push(
        `Always answering "${largest.name}" is right on ${formatPercent(chance01)} of them: accuracy hides the small classes. Consider --metric balanced-accuracy.`,
      );
    }
  }
  add(
    report.corrupt,
    "images could not be read and were left out",
    "image could not be read and was left out",
  );
  add(
    report.ignoredFiles,
    "files are no images of an accepted kind and were not read",
    "file is no image of an accepted kind and was not read",
  );
  add(
    report.testInTrain,
    "test or validation images also occur in the training part",
    "test or validation image also occurs in the training part",
  );
  add(report.duplicates, "training images occur more than once", "training image occurs more than once");
  if (report.levels !== null) {
    const { low, high } = report.levels;
    add(
      report.sixteenBit,
      `images of 16 bits a channel were brought to 8 by one scale for the whole set, ${low} to black and ${high} to white`,
      `image of 16 bits a channel was brought to 8 by one scale for the whole set, ${low} to black and ${high} to white`,
    );
  }
  add(
    report.skipped,
    "files and folders that systems leave behind were skipped",
    "file or folder of a kind that systems leave behind was skipped",
  );
  add(
    report.textFiles,
    "files of text beside the images were not read",
    "file of text beside the images was not read",
  );
  add(
    report.wrongEndings,
    "images are of another kind than their ending says and were read as what they are",
    "image is of another kind than its ending says and was read as what it is",
  );
  add(
    report.greyAmongColour,
    "grey images among colour ones were given three channels",
    "grey image among colour ones was given three channels",
  );
  add(report.transparent, "transparent images were laid on white", "transparent image was laid on white");
  add(
    report.cropped,
    `images have another aspect ratio than ${height}×${width} and were cropped at the edges`,
    `image has another aspect ratio than ${height}×${width} and was cropped at the edges`,
  );
  add(report.resized, "images were resized", "image was resized");
  return [...lines, ...report.notes];
}

/** Classes that are left with so few images that nothing can be learnt of them, and classes that lost many. */
function smallClasses(classNames: readonly string[], facts: readonly RecordFacts[]): string[] {
  const all = countByClass(
    classNames,
    facts.filter((fact) => fact.foreign !== "text"),
  );
  const sound = countByClass(
    classNames,
    facts.filter((fact) => fact.broken === undefined),
  );
  const single = classNames.filter((_, label) => sound[label]!.train === 1);
  const reduced = classNames.flatMap((name, label) => {
    const lost = all[label]!.all - sound[label]!.all;
    return lost > maxLostFraction * all[label]!.all ? [`${name} ${lost} of ${all[label]!.all}`] : [];
  });
  return [
    ...(single.length > 0
      ? [
          `${single.length === 1 ? "A class has" : `${single.length} classes have`} a single training image, which teaches little: ${list(single)}.`,
        ]
      : []),
    ...(reduced.length > 0
      ? [`More than ${maxLostFraction * 100} % of a class could not be read: ${list(reduced)}.`]
      : []),
  ];
}

function countByClass(
  classNames: readonly string[],
  facts: readonly RecordFacts[],
): { all: number; train: number }[] {
  const counts = classNames.map(() => ({ all: 0, train: 0 }));
  for (const { label, part } of facts) {
    const count = counts[label]!;
    count.all += 1;
    if (part === "train") count.train += 1;
  }
  return counts;
}

function findCopies(facts: readonly RecordFacts[]): { duplicates: Finding; testInTrain: Finding } {
  const first = new Map<string, RecordFacts>();
  const duplicates: string[] = [];
  const testInTrain: string[] = [];
  for (const fact of facts) {
    const earlier = first.get(fact.digest);
    if (earlier === undefined) first.set(fact.digest, fact);
    else if (earlier.part === "train") {
      const other = earlier.label === fact.label ? "" : ", as another class";
      (fact.part === "train" ? duplicates : testInTrain).push(`${fact.where} = ${earlier.where}${other}`);
    }
  }
  return {
    duplicates: finding(duplicates, (text) => text),
    testInTrain: finding(testInTrain, (text) => text),
  };
}

function hasWrongEnding({ kind, where }: RecordFacts): boolean {
  const promised = kindByEnding(where);
  return promised !== undefined && kind !== "raw" && promised.name !== kind;
}

/** Whether a pixel or more of an image, scaled to cover the shape, lies outside it. */
function isCropped(fact: RecordFacts, [height, width]: readonly [number, number]): boolean {
  const scale = Math.max(height / fact.height, width / fact.width);
  return fact.height * scale - height >= 1 || fact.width * scale - width >= 1;
}

const whyLost = (fact: RecordFacts) => `${fact.where} (${fact.broken})`;

/** Height and width, as in a network's input. */
const sizeOf = (fact: RecordFacts | undefined) =>
  fact === undefined ? "none" : `${fact.height}×${fact.width}`;

const list = (names: readonly string[]) =>
  `${names.slice(0, 5).join(", ")}${names.length > 5 ? `, … (${names.length})` : ""}`;

function finding<T>(items: readonly T[], describe: (item: T) => string): Finding {
  return { count: items.length, examples: items.slice(0, 10).map(describe) };
}
