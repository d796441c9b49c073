// From the facts of a survey and the failures of decoding to the DatasetReport, and from that to sentences for
// people. Also the place where a dataset that cannot be trained on is refused. Decides nothing else.
import { GeniusError } from "../../base/errors.ts";
import type { DatasetReport, Finding, ImageShape } from "./dataset.ts";
import type { RecordFacts } from "./survey.ts";

/** More broken images than this and the dataset is refused rather than trained on what is left. */
const mostCorruptFraction = 0.1;

/** A record that could not be decoded, and why. */
export interface BrokenRecord {
  readonly facts: RecordFacts;
  readonly why: string;
}

/** Everything of a report but the class counts, which depend on the test split. */
export type Findings = Omit<DatasetReport, "trainCount" | "testCount" | "classes" | "imbalance">;

/** Collects what was found. `shape` is that of the decoded images. */
export function collectFindings(
  source: {
    format: string;
    path: string | undefined;
    ignoredFiles: readonly string[];
    notes: readonly string[];
  },
  facts: readonly RecordFacts[],
  outcome: { shape: ImageShape; broken: readonly BrokenRecord[] },
): Findings {
  const [channels, height, width] = outcome.shape;
  const brokenFacts = new Set(outcome.broken.map((record) => record.facts));
  const sound = facts.filter((fact) => !brokenFacts.has(fact));
  const byArea = sound.toSorted((a, b) => a.width * a.height - b.width * b.height);
  const size = (fact: RecordFacts | undefined) =>
    fact === undefined ? "none" : `${fact.width}×${fact.height}`;
  const where = (fact: RecordFacts) => fact.where;
  const resized = sound.filter((fact) => fact.width !== width || fact.height !== height);
  return {
    format: source.format,
    path: source.path ?? null,
    storedSizes: { smallest: size(byArea[0]), largest: size(byArea.at(-1)) },
    resized: finding(resized, (fact) => `${fact.where} (${size(fact)})`),
    cropped: finding(
      sound.filter((fact) => fact.width * height !== fact.height * width),
      (fact) => `${fact.where} (${size(fact)})`,
    ),
    greyAmongColour: finding(channels === 1 ? [] : sound.filter((fact) => fact.grey), where),
    transparent: finding(
      sound.filter((fact) => fact.transparent),
      where,
    ),
    corrupt: finding(outcome.broken, (record) => `${record.facts.where} (${record.why})`),
    ignoredFiles: finding(source.ignoredFiles, (file) => file),
    ...findCopies(sound),
    notes: source.notes,
  };
}

/** @throws GeniusError `bad-data` when there are not two classes. */
export function refuseFewClasses(where: string, classNames: readonly string[]): void {
  if (classNames.length >= 2) return;
  const only = classNames.length === 1 ? `only one class (${classNames[0]})` : "no class";
  throw new GeniusError("bad-data", `${where}: ${only}. A classifier needs images of at least two classes.`);
}

/** @throws GeniusError `bad-data` when too many images are broken, or a class has no sound training image. */
export function refuseUntrainable(
  where: string,
  classNames: readonly string[],
  outcome: { facts: readonly RecordFacts[]; broken: readonly BrokenRecord[] },
): void {
  const { facts, broken } = outcome;
  const examples = finding(broken, (record) => `${record.facts.where} (${record.why})`).examples.join("; ");
  if (broken.length > mostCorruptFraction * facts.length) {
    throw new GeniusError(
      "bad-data",
      `${where}: ${broken.length} of ${facts.length} images cannot be decoded: ${examples}. ` +
        `Up to ${mostCorruptFraction * 100} % are left out; repair or remove the rest.`,
    );
  }
  const brokenFacts = new Set(broken.map((record) => record.facts));
  const trainCounts = new Array<number>(classNames.length).fill(0);
  for (const fact of facts) {
    if (fact.part === "train" && !brokenFacts.has(fact))
      trainCounts[fact.label] = (trainCounts[fact.label] ?? 0) + 1;
  }
  const empty = classNames.filter((_, label) => trainCounts[label] === 0);
  if (empty.length > 0) {
    throw new GeniusError(
      "bad-data",
      `${where}: no ${broken.length > 0 ? "sound " : ""}training image in ${empty.length} of ${classNames.length} classes: ` +
        `${empty.slice(0, 10).join(", ")}. Add images or remove the class.${examples && ` Broken: ${examples}.`}`,
    );
  }
}

/** The report in plain sentences, most important first; empty counts are left out. */
export function describeReport(report: DatasetReport): string[] {
  const lines = [
    `${report.trainCount} training and ${report.testCount} test images of ${report.classes.length} classes (${report.format}).`,
  ];
  const add = (found: Finding, text: string) => {
    if (found.count > 0)
      lines.push(
        `${found.count} ${text}: ${found.examples.slice(0, 3).join(", ")}${found.count > 3 ? ", …" : ""}.`,
      );
  };
  if (report.imbalance >= 1.5) {
    lines.push(
      `Classes are uneven: the largest has ${report.imbalance.toFixed(1)} times the training images of the smallest.`,
    );
  }
  add(report.corrupt, "images could not be decoded and were left out");
  add(report.testInTrain, "test images also occur in the training part");
  add(report.duplicates, "training images occur more than once");
  add(report.ignoredFiles, "files are no images of an accepted kind and were not read");
  add(report.greyAmongColour, "grey images among colour ones were given three channels");
  add(report.transparent, "transparent images were laid on white");
  add(report.cropped, "images are not square and were cut at the edges");
  add(report.resized, "images were resized");
  return [...lines, ...report.notes];
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

function finding<T>(items: readonly T[], describe: (item: T) => string): Finding {
  return { count: items.length, examples: items.slice(0, 10).map(describe) };
}
