// Finds the design that a reply proposes: in JSON, in lists of numbers (one, or one a stage), in a string of digits,
// in numbered lines, or in the space's own notation. Replies are prose that people and models wrote, so nothing here
// throws: what cannot be read is a reason in words.
import type { Choices, Space } from "../space.ts";

export type ReadDesign =
  | { readonly kind: "design"; readonly choices: Choices }
  | { readonly kind: "unreadable"; readonly reason: string };

interface Found {
  /** Where in the text it begins and ends. */
  readonly start: number;
  readonly end: number;
}
interface NumberList extends Found {
  readonly numbers: readonly number[];
}
interface Candidate extends Found {
  readonly choices: Choices;
}

/** The last complete design in `text` that is not quoted as an earlier one. */
export function readDesign(space: Space, text: string): ReadDesign {
  const candidates = designsIn(space, text);
  const isMentioned = (candidate: Candidate) =>
    isQuoted(text, candidate) || isAside(text, candidates, candidate);
  const last = candidates.findLast((candidate) => !isMentioned(candidate)) ?? candidates.at(-1);
  return last === undefined
    ? { kind: "unreadable", reason: reasonFor(space, text) }
    : { kind: "design", choices: last.choices };
}

/** Every complete design in a text, in the order of their ends. */
export function designsIn(space: Space, text: string): readonly Candidate[] {
  const lists = numberListsIn(text);
  const found = [
    ...wholeLists(space, lists),
    ...stageLists(space, lists, text),
    ...digitStrings(space, text),
    ...numberedLines(space, text),
    ...namedOptions(space, text),
    ...ownNotation(space, text),
  ];
  return found.sort((a, b) => a.end - b.end || b.start - a.start);
}

/** Lists of numbers: in brackets (comments and line breaks allowed), or bare numbers with commas. */
function numberListsIn(text: string): readonly NumberList[] {
  const lists: NumberList[] = [];
  for (const match of text.matchAll(/[[(]((?:(?:#|\/\/)[^\n]*(?:\n|$)|[^[\]()#/])*)[\])]/g)) {
    const inner = match[1]!.replace(/(?:#|\/\/)[^\n]*/g, " ").trim();
    if (!/^-?\d+(?:\s*[,;\s]\s*-?\d+)*\s*,?$/.test(inner)) continue;
    const numbers = inner
      .split(/[,;\s]+/)
      .filter((part) => part !== "")
      .map(Number);
    lists.push({ numbers, start: match.index, end: match.index + match[0].length });
  }
  const inBrackets = (index: number) => lists.some(({ start, end }) => index >= start && index < end);
  const bare: NumberList[] = [];
  for (const match of text.matchAll(
    /(?<![\d.\w[(-])\d+(?:(?:[ \t]*,[ \t]*|[ \t]+)\d+){2,}(?![\d\w)\]]|\.\d)/g,
  )) {
    if (inBrackets(match.index)) continue;
    bare.push({
      numbers: match[0].split(/[\s,]+/).map(Number),
      start: match.index,
      end: match.index + match[0].length,
    });
  }
  return [...lists, ...bare].sort((a, b) => a.start - b.start);
}

/** One list with a number for every decision: digits, or the values that the options stand for. */
function wholeLists(space: Space, lists: readonly NumberList[]): Candidate[] {
  return lists.flatMap(({ numbers, start, end }) => {
    const choices = choicesOfNumbers(space, numbers);
    return choices === undefined ? [] : [{ choices, start, end }];
  });
}

/** A number for every decision: its digit, or else the value of the option. */
export function choicesOfNumbers(space: Space, numbers: readonly number[]): Choices | undefined {
  if (numbers.length !== space.decisions.length) return undefined;
  const digits = numbers.map((number) => number - space.firstDigit);
  const fits = (choice: number, index: number) =>
    Number.isInteger(choice) && choice >= 0 && choice < space.decisions[index]!.options.length;
  if (digits.every(fits)) return digits;
  const byValue = numbers.map((number, index) =>
    space.decisions[index]!.options.findIndex((option) => option.value === number),
  );
  return byValue.every((choice) => choice >= 0) ? byValue : undefined;
}

/** Neighbouring lists that together have a number for every decision, such as one list a stage. */
function stageLists(space: Space, lists: readonly NumberList[], text: string): Candidate[] {
  const wanted = space.decisions.length;
  const found: Candidate[] = [];
  for (let first = 0; first < lists.length; first += 1) {
    const numbers: number[] = [];
    for (let last = first; last < lists.length && numbers.length < wanted; last += 1) {
      const list = lists[last]!;
      // More than a line of prose in between, and the lists belong to different thoughts.
      if (last > first && list.start - lists[last - 1]!.end > 160) break;
      if (list.numbers.length < 2) break;
      numbers.push(...list.numbers);
      if (numbers.length !== wanted || last === first) continue;
      if (!startsInOrder(lists.slice(first, last + 1), text)) continue;
      const choices = choicesOfNumbers(space, numbers);
      if (choices !== undefined) found.push({ choices, start: lists[first]!.start, end: list.end });
    }
  }
  return found;
}

/** Where lists are labelled by stage, a design begins with the first stage and the labels ascend. */
function startsInOrder(lists: readonly NumberList[], text: string): boolean {
  const labels = lists.map(({ start }) => {
    const line =
      text
        .slice(Math.max(0, start - 80), start)
        .split("\n")
        .at(-1) ?? "";
    const label = [...line.matchAll(/(?:stage|block|group|part)[\s#_]*(\d+)/gi)].at(-1)?.[1];
    return label === undefined ? undefined : Number(label);
  });
  return (
    labels.every((label, index) => {
      const before = labels[index - 1];
      return label === undefined || before === undefined || label > before;
    }) &&
    (labels[0] === undefined || labels[0] <= 1)
  );
}

/** A word that is nothing but the digits of a design, such as 22212220. */
function digitStrings(space: Space, text: string): Candidate[] {
  const length = space.decisions.length;
  if (length < 4) return [];
  const pattern = new RegExp(`(?<![\\w.,-])\\d{${length}}(?![\\w]|[.,]\\d)`, "g");
  return [...text.matchAll(pattern)].flatMap((match) => {
    const choices = choicesOfNumbers(space, [...match[0]].map(Number));
    return choices === undefined ? [] : [{ choices, start: match.index, end: match.index + length }];
  });
}

/** Lines such as `op0: 3` or `"layer5": 2`, one for every decision, with ascending numbers. */
function numberedLines(space: Space, text: string): Candidate[] {
  const entries = [
    ...text.matchAll(
      /\b(?:op|operation|layer|edge|decision|choice|channels?)\s*[_#[]?\s*(\d+)\]?\s*["']?\s*[:=]\s*(?:op(?:eration)?\s*)?["']?(\d+)\b(?![.,]?\d)/gi,
    ),
  ];
  const found: Candidate[] = [];
  const wanted = space.decisions.length;
  for (let first = 0; first + wanted <= entries.length; first += 1) {
    const group = entries.slice(first, first + wanted);
    if (!group.every((entry, index) => index === 0 || Number(entry[1]) === Number(group[index - 1]![1]) + 1))
      continue;
    const choices = choicesOfNumbers(
      space,
      group.map((entry) => Number(entry[2])),
    );
    const last = group.at(-1)!;
    if (choices !== undefined)
      found.push({ choices, start: group[0]!.index, end: last.index + last[0].length });
  }
  return found;
}

/** Lists or tables of option labels, and lines such as `op0: … (operation 3)` or `| op0 | 3 |`. */
function namedOptions(space: Space, text: string): Candidate[] {
  const found: Candidate[] = [];
  const wanted = space.decisions.length;
  for (const match of text.matchAll(/\[([^[\]]{3,2000})\]/g)) {
    const words = match[1]!.split(/\s*,\s*/).map((word) => word.replace(/["'`\s]/g, "").toLowerCase());
    if (words.length !== wanted) continue;
    const choices = words.map((word, index) => labelIndex(space, index, word));
    if (choices.every((choice) => choice >= 0))
      found.push({ choices, start: match.index, end: match.index + match[0].length });
  }
  // Within a line: a model may end in thousands of empty ones.
  const lines = [
    ...text.matchAll(
      /^[ \t|*-]*(?:op|operation|layer|edge|decision)[\s_]*(\d+)\b[^\n]*?(?:\b(?:operation|option|op|id)[\s:#]*(\d+)\)?\W*$|[|:]\s*(\d+)\s*(?:\||\(|$))/gim,
    ),
  ];
  for (let first = 0; first + wanted <= lines.length; first += 1) {
    const group = lines.slice(first, first + wanted);
    if (!group.every((line, index) => index === 0 || Number(line[1]) === Number(group[index - 1]![1]) + 1))
      continue;
    const choices = choicesOfNumbers(
      space,
      group.map((line) => Number(line[2] ?? line[3])),
    );
    const last = group.at(-1)!;
    if (choices !== undefined)
      found.push({ choices, start: group[0]!.index, end: last.index + last[0].length });
  }
  return found;
}

/** Which option a word names: its whole label or the label's first word. */
export function labelIndex(space: Space, decision: number, word: string): number {
  const plain = (label: string) => label.toLowerCase().replace(/\s/g, "");
  const { options } = space.decisions[decision]!;
  const exact = options.findIndex(({ label }) => plain(label) === word);
  return exact >= 0
    ? exact
    : options.findIndex(({ label }) => plain(label.split(/[ :,(]/)[0]!) === word && word !== "");
}

/** What the space itself can read, word by word and line by line. */
function ownNotation(space: Space, text: string): Candidate[] {
  if (space.parse === undefined) return [];
  const found: Candidate[] = [];
  for (const match of text.matchAll(/\|[^\s]+\||\[[^\]]*\]/g)) {
    const choices = space.parse(match[0]);
    if (choices !== undefined)
      found.push({ choices, start: match.index, end: match.index + match[0].length });
  }
  return found;
}

/** Whether the words just before a design say that it is an earlier one, or an example. */
function isQuoted(text: string, { start, end }: Found): boolean {
  if (
    /^[\s"'`*)]*(?:of|from|in) (?:the )?(?:experiment|trial|previous|earlier|prior)/i.test(
      text.slice(end, end + 60),
    )
  )
    return true;
  const before = text.slice(Math.max(0, start - 120), start);
  const sentence = before.split(/[.!?]\s|\n\s*\n/).at(-1) ?? "";
  return (
    /\b(?:previous(?:ly)?|prior|earlier|original|experiment\s*\d+|instead of|compared (?:to|with)|for example|e\.g|rather than|tested before|rejected|beats?|outperforms?|better than)\b/i.test(
      sentence,
    ) && !/\b(?:new|revised|updated|propose|suggest|recommend|modified|final)\b/i.test(sentence)
  );
}

/** Whether the words between a design and the one before it, in one breath, set it against that one. */
function isAside(text: string, candidates: readonly Candidate[], { start }: Found): boolean {
  const before = candidates.findLast(({ end }) => end <= start);
  if (before === undefined) return false;
  const between = text.slice(before.end, start);
  return (
    between.length <= 200 &&
    !/\n\s*\n|\b(?:but|so|now|new|final(?:ly)?|propose|suggest|recommend|choose|pick)\b/i.test(between) &&
    /\b(?:not|because|since|than|over|unlike|replac(?:es|ing)|improv(?:es|ing|ement) (?:on|upon|over))\b/i.test(
      between,
    )
  );
}

function reasonFor(space: Space, text: string): string {
  if (text.trim() === "") return "the reply is empty";
  const wanted = space.decisions.length;
  const lists = numberListsIn(text).filter(({ numbers }) => numbers.length > 2);
  if (lists.length === 0) return `there is no list of ${wanted} choices in the reply`;
  const total = lists.reduce((sum, { numbers }) => sum + numbers.length, 0);
  const shown = lists
    .slice(-6)
    .map(({ numbers }) => numbers.length)
    .join(", ");
  const out = lists.flatMap(({ numbers }) => numbers).find((number) => !isKnownNumber(space, number));
  if (out !== undefined && total === wanted) return `${out} is no option of any decision`;
  return `the lists in the reply have ${shown} numbers, which make no list of ${wanted} choices`;
}

function isKnownNumber(space: Space, number: number): boolean {
  return space.decisions.some(
    ({ options }) =>
      (number >= space.firstDigit && number < space.firstDigit + options.length) ||
      options.some(({ value }) => value === number),
  );
}
