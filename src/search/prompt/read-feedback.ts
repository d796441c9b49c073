// Reads what a person told a model in a recorded conversation: a rejection with its figure, "tested already", an
// accuracy, or a list of the experiments so far. Wordings vary; what is not recognised is simply not there.
import type { Choices, Space } from "../space.ts";
import { designsIn } from "./read-design.ts";

export interface Feedback {
  /** `none`: nothing in the message answers a proposal. */
  readonly verdict: "rejected" | "duplicate" | "measured" | "none";
  /** The figure that was fed back, in millions of MACs. */
  readonly macsM: number | undefined;
  readonly accuracy01: number | undefined;
}

/** One entry of a list of experiments in a prompt. */
export interface ListedExperiment {
  /** As listed, or its place in the list. */
  readonly number: number;
  readonly choices: Choices | undefined;
  readonly macsM: number | undefined;
  readonly accuracy01: number | undefined;
}

export interface MacWindow {
  readonly minMacCount?: number;
  readonly maxMacCount?: number;
}

const amount = String.raw`(\d+(?:\.\d+)?)\s*([MGkK](?:illion)?)?`;
const unit = "(?:FLOP|MAC)s?";

const repeated =
  /already (?:being |been )?(?:tested|tried|evaluated|suggested|explored|proposed)|(?:tested|tried|evaluated|had) (?:it|that(?: one)?|this(?: one)?) already|(?:same|identical) design|(?:suggested|tested|proposed|tried) (?:it |this |that )?before/i;
const refused =
  /fails? to (?:meet|satisfy)|(?:does|do) not (?:meet|satisfy|fulfil)|violat|exceed|too (?:many|large|high|few|low|small|big|expensive)|(?:higher|more|larger|lower|less) than|(?:below|under|above|over) the (?:lower|upper|minimum|maximum|limit|bound|budget)|out(?:side)? of (?:the )?(?:range|budget|limits?)|the (?:budget|limit) is/i;

/** What a message says of the proposal before it. */
export function readFeedback(text: string): Feedback {
  // The long prompt of a new conversation answers through its list, not through its rules.
  const short = text.length < 1500;
  const macsM = macsOf(text);
  const accuracy01 = accuracyOf(text);
  if (short && repeated.test(text)) return { verdict: "duplicate", macsM, accuracy01: undefined };
  if (short && accuracy01 === undefined && refused.test(text))
    return { verdict: "rejected", macsM, accuracy01: undefined };
  if (short && accuracy01 !== undefined) return { verdict: "measured", macsM, accuracy01 };
  return { verdict: "none", macsM: undefined, accuracy01: undefined };
}

function macsOf(text: string): number | undefined {
  const patterns = [
    new RegExp(String.raw`result(?:ing|s|ed)?(?: in)?\s+(?:a total of\s+)?${amount}\s*${unit}`, "i"),
    new RegExp(String.raw`total(?:\s+${unit})?\s+of\s+${amount}\s*${unit}?`, "i"),
    new RegExp(String.raw`(?:too big|too large|over|needs?)\W+${amount}\s*${unit}`, "i"),
    new RegExp(
      String.raw`(?:has|have|is|are|with|requires?|costs?|achiev\w+|reach\w+)\s+(?:a total of\s+)?${amount}\s*${unit}`,
      "i",
    ),
    new RegExp(String.raw`${unit}\s*(?:is|are|of|=|:)\s*${amount}`, "i"),
  ];
  for (const pattern of patterns) {
    const match = pattern.exec(text);
    if (match !== null) return inMillions(Number(match[1]), match[2]);
  }
  return undefined;
}

/** A bare figure is in millions, as people write it to models; a long one counts single operations. */
function inMillions(value: number, suffix: string | undefined): number {
  const letter = suffix?.[0]?.toUpperCase();
  if (letter === "G") return value * 1000;
  if (letter === "K") return value / 1000;
  return letter === undefined && value >= 1e6 ? value / 1e6 : value;
}

function accuracyOf(text: string): number | undefined {
  const match =
    /(?:accuracy|acc\.?|top-?1)\s*(?:of|is|was|:|=|at)?\s*(?:about\s+|approximately\s+)?(\d+(?:\.\d+)?)\s*(%)?/i.exec(
      text,
    ) ?? /(\d+(?:\.\d+)?)\s*(%)\s*(?:top-?1\s+)?accuracy/i.exec(text);
  if (match === null) return undefined;
  const value = Number(match[1]);
  const fraction = match[2] === undefined && value <= 1 ? value : value / 100;
  return fraction >= 0 && fraction <= 1 ? round(fraction) : undefined;
}

const round = (value: number) => Number(value.toFixed(10));

/** The experiments that a prompt lists, in its order. */
export function readExperiments(space: Space, text: string): readonly ListedExperiment[] {
  const headed = text
    .split(/(?=(?:^|\n)[ \t*#-]*(?:experiment|trial|design|result)[ \t]*#?[ \t]*\d+\b)/i)
    .flatMap((part) => {
      const number = /^[\s*#-]*(?:experiment|trial|design|result)\s*#?\s*(\d+)\b/i.exec(part)?.[1];
      const design = number === undefined ? undefined : designsIn(space, part)[0];
      const accuracy01 = accuracyOf(part);
      if (number === undefined || (design === undefined && accuracy01 === undefined)) return [];
      return [{ number: Number(number), choices: design?.choices, macsM: macsOf(part), accuracy01 }];
    });
  if (headed.length > 0) return headed;
  // One line an experiment: "[64, 128, …] gives an accuracy of 93.10%".
  const lines = text.split("\n").flatMap((line) => {
    const accuracy01 = accuracyOf(line);
    const design = accuracy01 === undefined ? undefined : designsIn(space, line)[0];
    return design === undefined ? [] : [{ choices: design.choices, macsM: macsOf(line), accuracy01 }];
  });
  return lines.map((entry, index) => ({ number: index + 1, ...entry }));
}

/** The window that a prompt sets for the total, such as "remains in [270, 330]". */
export function readWindow(text: string): MacWindow | undefined {
  const match = new RegExp(
    String.raw`${unit}[^.[\]]{0,160}?(?:in|between|within|range(?: of)?)\s*\[?\s*(\d+(?:\.\d+)?)\s*M?\s*(?:,|-|–|and|to)\s*(\d+(?:\.\d+)?)\s*M?\s*\]?`,
    "i",
  ).exec(text);
  if (match !== null) {
    const [low, high] = [Number(match[1]), Number(match[2])].map((value) =>
      Math.round(inMillions(value, undefined) * 1e6),
    );
    if (low !== undefined && high !== undefined && low < high) return { minMacCount: low, maxMacCount: high };
  }
  return undefined;
}
