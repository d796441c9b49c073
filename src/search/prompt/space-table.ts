// A search space in as few words as it takes: decisions whose names say "stage.property" as a table of stages by
// properties, others as groups that share what is said of them. Every decision keeps its number, which is its place in
// an answer.
import type { Decision, Space } from "../space.ts";

interface Numbered {
  readonly decision: Decision;
  /** Counted from 1. */
  readonly place: number;
}

/** Decisions and options. Digits are numbered as in the space's keys. */
export function spaceTable(space: Space): string {
  const numbered = space.decisions.map((decision, index): Numbered => ({ decision, place: index + 1 }));
  const partsOf = ({ decision }: Numbered) => /^(.+)\.([^.]+)$/.exec(decision.name);
  const rows = groupBy(numbered, (entry) => partsOf(entry)?.[1]);
  const isStaged = (row: readonly Numbered[] | undefined) => row !== undefined && row.length >= 3;
  const staged = [...rows].filter(([name, row]) => name !== undefined && isStaged(row));
  const others = numbered.filter((entry) => !isStaged(rows.get(partsOf(entry)?.[1])) || !partsOf(entry));
  return [
    ...(staged.length > 1 ? [stageTable(space, staged as readonly [string, readonly Numbered[]][])] : []),
    ...groups(space, staged.length > 1 ? others : numbered),
  ].join("\n\n");
}

/** Properties with their meaning once, then a line a stage with the place of each and the options that are its own. */
function stageTable(space: Space, stages: readonly (readonly [string, readonly Numbered[]])[]): string {
  const propertyOf = ({ decision }: Numbered) => decision.name.replace(/^.*\./, "");
  const properties = [
    ...groupBy(
      stages.flatMap(([, row]) => row),
      propertyOf,
    ),
  ];
  const whereOf = new Map(
    stages.map(([name, row]) => [name, commonText(row.map(({ decision }) => decision.meaning))]),
  );
  const stageName = ({ decision }: Numbered) => decision.name.replace(/\.[^.]+$/, "");
  const shared = new Map(
    properties.map(([property, members]) => {
      const texts = new Set(members.map(({ decision }) => optionsText(space, decision)));
      return [property, texts.size === 1 ? [...texts][0] : undefined];
    }),
  );
  const meanings = properties.map(([property, members]) => {
    const [first] = members as [Numbered];
    const where = whereOf.get(stageName(first)) ?? "";
    const meaning =
      where.length > 3 ? first.decision.meaning.replace(where, "the stage") : first.decision.meaning;
    return `  ${property}: ${meaning} ${shared.get(property) ?? "Options in the table."}`;
  });
  const lines = stages.map(([name, row]) => {
    const cells = properties.map(([property]) => {
      const found = row.find((entry) => propertyOf(entry) === property);
      if (found === undefined) return "–";
      return shared.get(property) === undefined
        ? `#${found.place} ${optionsText(space, found.decision)}`
        : `#${found.place}`;
    });
    const where = (whereOf.get(name) ?? "").replace(/^\W+|\s+$/g, "");
    return `  ${name} | ${where} | ${cells.join(" | ")}`;
  });
  return [
    "Decisions by stage; #N is the place of a decision in your answer, digit = option. Properties:",
    ...meanings,
    `  stage | where | ${properties.map(([property]) => property).join(" | ")}`,
    ...lines,
  ].join("\n");
}

/** Decisions with the same options together; what all meanings of a group begin and end with is said once. */
function groups(space: Space, entries: readonly Numbered[]): readonly string[] {
  return [...groupBy(entries, ({ decision }) => optionsText(space, decision))].map(([options, members]) => {
    const meanings = members.map(({ decision }) => decision.meaning);
    const [head, tail] = members.length < 2 ? ["", ""] : sharedEnds(meanings);
    const lines = members.map(({ decision, place }, index) => {
      const meaning = meanings[index] as string;
      return `  #${place} ${decision.name}: ${meaning.slice(head.length, meaning.length - tail.length)}`;
    });
    const ends = [head, tail].map((end) => end.trim().replace(/\.$/, ""));
    const said = ends.join("") === "" ? "" : ` (${ends.join(" … ").trim()})`;
    return `${members.length === 1 ? "Decision" : "Decisions"}${said} with the options ${options}\n${lines.join("\n")}`;
  });
}

/** "0 = 8 channels, 1 = 16, 2 = 24": what all labels end with is said once. */
function optionsText({ firstDigit }: Space, { options }: Decision): string {
  const labels = options.map(({ label }) => label);
  const unit = /^\S+( \D+)$/.exec(labels[0] ?? "")?.[1];
  const isUnit =
    unit !== undefined && labels.every((label) => label.endsWith(unit) && label.length > unit.length);
  return labels
    .map(
      (label, index) =>
        `${index + firstDigit} = ${isUnit && index > 0 ? label.slice(0, -unit.length) : label}`,
    )
    .join(", ");
}

function groupBy<Key>(entries: readonly Numbered[], keyOf: (entry: Numbered) => Key): Map<Key, Numbered[]> {
  const found = new Map<Key, Numbered[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const group = found.get(key);
    if (group === undefined) found.set(key, [entry]);
    else group.push(entry);
  }
  return found;
}

/** The longest text, of whole words, that all texts hold. */
function commonText(texts: readonly string[]): string {
  const [first = "", ...rest] = texts;
  const words = first.split(" ");
  for (let length = words.length; length > 0; length -= 1) {
    for (let start = 0; start + length <= words.length; start += 1) {
      const part = words
        .slice(start, start + length)
        .join(" ")
        .replace(/[.:,]$/, "");
      if (rest.every((text) => text.includes(part))) return part;
    }
  }
  return "";
}

/** What all texts begin with, up to a word's end, and what they end with. */
function sharedEnds(texts: readonly string[]): readonly [head: string, tail: string] {
  const [first = ""] = texts;
  let head = 0;
  while (head < first.length && texts.every((text) => text[head] === first[head])) head += 1;
  const words = first.slice(0, head).replace(/\S*$/, "");
  const shortest = Math.min(...texts.map((text) => text.length)) - words.length;
  let tail = 0;
  while (tail < shortest && texts.every((text) => text.at(-1 - tail) === first.at(-1 - tail))) tail += 1;
  const end = first.slice(first.length - tail).replace(/^\S*/, "");
  return [words, end];
}
