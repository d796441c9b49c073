// A recorded conversation as a search: what was proposed in each call, what the person said of it, and where the
// conversation contradicts itself. The person's words are kept as data; nothing is corrected silently.
import { type ChatMessage, tokensOf } from "../../llm/index.ts";
import { keyOf } from "../choices.ts";
import type { DesignCost } from "../constraints/domain.ts";
import type { Choices, Space } from "../space.ts";
import { readDesign } from "./read-design.ts";
import {
  type ListedExperiment,
  type MacWindow,
  readExperiments,
  readFeedback,
  readWindow,
} from "./read-feedback.ts";

export interface TranscriptProposal {
  /** The number of the assistant's message, counted from 1. */
  readonly call: number;
  /** Undefined when no complete design was found; `unreadable` says why. */
  readonly choices: Choices | undefined;
  readonly unreadable?: string;
  /** Counted here. */
  readonly macCount: number | null;
  /** What the person said it has, in millions. */
  readonly fedBackMacsM: number | null;
  readonly accuracy01: number | null;
  /** The number under which the person lists it. */
  readonly experiment?: number;
  /** `unanswered`: the conversation ends, or the person went on without a word on it. */
  readonly verdict: "measured" | "rejected" | "duplicate" | "unanswered";
  /** Estimated at four characters a token; each call sends all earlier messages again, as the published runs did. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface Transcript {
  readonly proposals: readonly TranscriptProposal[];
  /** Sentences, each of which says where. */
  readonly contradictions: readonly string[];
  /** The limits that the prompt states, if it states any. */
  readonly window: MacWindow | undefined;
}

export interface TranscriptSetting {
  readonly space: Space;
  readonly costOf: (choices: Choices) => DesignCost;
}

/** A person rounds to whole millions and counts with other programs: within one per cent is the same figure. */
const tolerance01 = 0.01;

/** Reads the proposals of a conversation. Never throws: what cannot be read is said. */
export function readTranscript(messages: readonly ChatMessage[], setting: TranscriptSetting): Transcript {
  const { space, costOf } = setting;
  const window = messages.flatMap(({ role, content }) =>
    role === "user" ? (readWindow(content) ?? []) : [],
  )[0];
  const book = createBook(setting);
  const proposals: TranscriptProposal[] = [];
  let sentCharacters = 0;
  messages.forEach((message, index) => {
    if (message.role === "assistant") {
      const call = proposals.length + 1;
      const read = readDesign(space, message.content);
      const choices = read.kind === "design" ? read.choices : undefined;
      const answer = answerTo(space, messages, index);
      const entry = answer.verdict === "measured" ? book.match(call, choices, answer.experiments) : undefined;
      const macsM = answer.macsM ?? entry?.macsM;
      const accuracy01 = answer.accuracy01 ?? entry?.accuracy01;
      const verdict =
        answer.verdict === "measured" && accuracy01 === undefined ? "unanswered" : answer.verdict;
      const macCount = choices === undefined ? null : costOf(choices).macCount;
      if (verdict === "rejected" && choices !== undefined && macsM !== undefined) {
        book.compareCount(`call ${call}`, choices, macsM);
      }
      book.checkSum(call, messages[index + 1]?.content ?? "");
      proposals.push({
        call,
        choices,
        ...(read.kind === "unreadable" && { unreadable: read.reason }),
        macCount,
        fedBackMacsM: macsM ?? null,
        accuracy01: accuracy01 ?? null,
        ...(entry !== undefined && verdict === "measured" && { experiment: entry.number }),
        verdict,
        inputTokens: tokensOf(sentCharacters),
        outputTokens: tokensOf(message.content.length),
      });
    }
    sentCharacters += message.content.length;
  });
  return { proposals, contradictions: [...book.contradictions, ...edgeCases(proposals, window)], window };
}

interface Answer {
  readonly verdict: "measured" | "rejected" | "duplicate" | "unanswered";
  readonly macsM: number | undefined;
  readonly accuracy01: number | undefined;
  /** The list in the next prompt, when the answer is a new prompt. */
  readonly experiments: readonly ListedExperiment[];
}

/** What the person said after the assistant's message at `index`, up to the next reply. */
function answerTo(space: Space, messages: readonly ChatMessage[], index: number): Answer {
  const rest = messages.slice(index + 1);
  const end = rest.findIndex(({ role }) => role === "assistant");
  const said = (end === -1 ? rest : rest.slice(0, end)).filter(({ role }) => role === "user");
  for (const { content } of said) {
    const feedback = readFeedback(content);
    const refused = feedback.verdict === "rejected" || feedback.verdict === "duplicate";
    const experiments = refused ? [] : readExperiments(space, content);
    if (experiments.length > 0) {
      return { verdict: "measured", macsM: undefined, accuracy01: undefined, experiments };
    }
    if (feedback.verdict !== "none") return { ...feedback, verdict: feedback.verdict, experiments };
  }
  return { verdict: "unanswered", macsM: undefined, accuracy01: undefined, experiments: [] };
}

/** Keeps the lists of experiments and notices where they do not agree. */
function createBook({ space, costOf }: TranscriptSetting) {
  const contradictions: string[] = [];
  const known = new Map<number, ListedExperiment>();
  const name = (choices: Choices) => keyOf(space, choices);
  const compareCount = (where: string, choices: Choices, macsM: number) => {
    const counted = costOf(choices).macCount / 1e6;
    if (Math.abs(counted - macsM) <= tolerance01 * counted) return;
    contradictions.push(
      `${where}: ${macsM} M was fed back for a design of ${counted.toFixed(1)} M (${name(choices)}).`,
    );
  };
  const compareWithEarlier = (entry: ListedExperiment) => {
    for (const other of known.values()) {
      if (other.number === entry.number || entry.choices === undefined) continue;
      if (other.choices?.join() !== entry.choices.join()) continue;
      contradictions.push(
        `experiments ${other.number} and ${entry.number} list the same design with ${figures(other)} and ${figures(entry)} (${name(entry.choices)}).`,
      );
    }
  };
  return {
    contradictions,
    compareCount,
    /** The person's own subtraction: "resulting 388 FLOPS, which is 68 FLOPS higher the upper bound of 330". */
    checkSum(call: number, said: string) {
      const match =
        /(\d+(?:\.\d+)?)\s*M?\s*FLOPS?, which is (\d+(?:\.\d+)?)\s*M?\s*FLOPS? (?:higher|above|below|lower)[^\d]{0,40}(\d+(?:\.\d+)?)/i.exec(
          said,
        );
      if (match === null) return;
      const [total, apart, bound] = [match[1], match[2], match[3]].map(Number) as [number, number, number];
      if (Math.abs(Math.abs(total - bound) - apart) <= 1) return;
      contradictions.push(
        `call ${call}: ${total} M is said to be ${apart} M from the bound of ${bound} M, and is ${Math.abs(total - bound)} M from it.`,
      );
    },
    /** The entry of a list that answers a call: the one that the list has new. */
    match(
      call: number,
      choices: Choices | undefined,
      list: readonly ListedExperiment[],
    ): ListedExperiment | undefined {
      const fresh = list.filter(({ number }) => !known.has(number));
      for (const entry of list) {
        const before = known.get(entry.number);
        if (before !== undefined && figures(before) !== figures(entry)) {
          contradictions.push(
            `experiment ${entry.number} changes from ${figures(before)} to ${figures(entry)} in a later prompt.`,
          );
        }
      }
      const own = fresh.find((entry) => entry.choices?.join() === choices?.join()) ?? fresh.at(-1);
      for (const entry of fresh) {
        compareWithEarlier(entry);
        known.set(entry.number, entry);
      }
      if (own === undefined) return undefined;
      if (choices !== undefined && own.choices !== undefined && own.choices.join() !== choices.join()) {
        contradictions.push(
          `experiment ${own.number} lists ${name(own.choices)}, but call ${call} had proposed ${name(choices)}; its figures (${figures(own)}) are taken for what was proposed.`,
        );
      }
      const design = choices ?? own.choices;
      if (design !== undefined && own.macsM !== undefined)
        compareCount(`experiment ${own.number}`, design, own.macsM);
      return own;
    },
  };
}

function figures({ macsM, accuracy01 }: ListedExperiment): string {
  const macs = macsM === undefined ? "" : `${macsM} M, `;
  return `${macs}${accuracy01 === undefined ? "no accuracy" : `${Number((accuracy01 * 100).toFixed(4))} %`}`;
}

/** Verdicts at the edge of the limits, where the person's rounded figure and the count here differ. */
function edgeCases(proposals: readonly TranscriptProposal[], window: MacWindow | undefined): string[] {
  if (window === undefined) return [];
  const { minMacCount = 0, maxMacCount = Number.POSITIVE_INFINITY } = window;
  return proposals.flatMap(({ call, macCount, verdict, fedBackMacsM }) => {
    if (macCount === null || fedBackMacsM === null) return [];
    const inside = macCount >= minMacCount && macCount <= maxMacCount;
    const counted = `${(macCount / 1e6).toFixed(2)} M are counted here and ${fedBackMacsM} M were fed back`;
    if (verdict === "rejected" && inside)
      return [`call ${call} was sent back though it is within the limits: ${counted}.`];
    if (verdict === "measured" && !inside)
      return [`call ${call} was accepted though it is outside the limits: ${counted}.`];
    return [];
  });
}

/**
 * The space in which most replies make sense; among equals the one whose name or summary the prompt speaks of most,
 * then the one with most decisions. Undefined when none has any.
 */
export function inferSpace(messages: readonly ChatMessage[], spaces: readonly Space[]): Space | undefined {
  const replies = messages.filter(({ role }) => role === "assistant");
  const prompts = messages
    .filter(({ role }) => role !== "assistant")
    .map(({ content }) => content.toLowerCase());
  const prompt = prompts.slice(0, 3).join("\n");
  const scores = spaces.map((space) => {
    const readable = replies.filter(({ content }) => readDesign(space, content).kind === "design").length;
    const words = new Set(`${space.name} ${space.summary}`.toLowerCase().match(/[a-z]{5,}/g));
    const spoken = [...words].filter((word) => prompt.includes(word)).length;
    return { space, readable, spoken };
  });
  const [best] = scores
    .filter(({ readable }) => readable > 0)
    .sort(
      (a, b) =>
        b.readable - a.readable || b.spoken - a.spoken || b.space.decisions.length - a.space.decisions.length,
    );
  return best?.space;
}
