// Takes a model's thinking off its reply, so that a draft in it is never taken for the answer. Servers that do not
// separate thinking leave it in the text, each in the form of the model's own template; this file knows those forms.

/** Pairs of marks around thinking. The first mark may be missing, because some templates write it into the prompt. */
const marks: readonly (readonly [open: RegExp, close: RegExp])[] = [
  ...[
    "think",
    "thinking",
    "thought",
    "thoughts",
    "reasoning",
    "reflection",
    "scratchpad",
    "analysis",
    "seed:think",
  ].map((tag) => [new RegExp(`<${tag}(?:\\s[^<>]*)?>`, "i"), new RegExp(`</${tag}\\s*>`, "i")] as const),
  [/\[THINK\]/i, /\[\/THINK\]/i],
  [/◁think▷/i, /◁\/think▷/i],
  [/<\|START_THINKING\|>/, /<\|END_THINKING\|>/],
  [/<\|begin_of_thought\|>/, /<\|end_of_thought\|>/],
  [/<unused94>/, /<unused95>/],
];

/** What of a reply is its answer: the text without thinking, empty when the thinking never ended. */
export function withoutThinking(text: string): string {
  const answer = finalChannel(text) ?? text;
  return marks.reduce((rest, [open, close]) => withoutPairs(rest, open, close), answer).trim();
}

function withoutPairs(text: string, open: RegExp, close: RegExp): string {
  let rest = text;
  for (;;) {
    const begin = open.exec(rest);
    const end = close.exec(rest);
    if (end === null) return begin === null ? rest : rest.slice(0, begin.index);
    const after = rest.slice(end.index + end[0].length);
    // A closing mark without an opening one ends thinking that began in the prompt.
    const before = begin === null || begin.index > end.index ? "" : rest.slice(0, begin.index);
    rest = before + after;
  }
}

/**
 * The last final message of a reply in channels (the "harmony" form of gpt-oss), with all others left out; empty when
 * there is none yet, undefined when the text has no channels.
 */
function finalChannel(text: string): string | undefined {
  const channels = [...text.matchAll(/<\|channel\|>\s*(\w+)[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>/g)];
  if (channels.length === 0) return undefined;
  const last = channels.findLast(([, name]) => name === "final");
  if (last === undefined) return "";
  const from = last.index + last[0].length;
  const end = /<\|(?:end|return|start|channel|call)\|>/.exec(text.slice(from));
  return end === null ? text.slice(from) : text.slice(from, from + end.index);
}
