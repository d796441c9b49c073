// `genius cost`: parameters and MACs of designs. One design from --choices, or a line out for a line in.
import { z } from "zod";
import { cost } from "../api/cost.ts";
import type { Judge, Verdict } from "../api/limit-verdict.ts";
import { GeniusError } from "../base/errors.ts";
import { jsonLine } from "../base/terminal-text.ts";
import { isNetwork, loadSpace, unknownNetwork } from "../catalog/load.ts";
import { defineCommand, type Terminal } from "../command/command.ts";
import { membersHelp, openSpaceByFlags } from "../command/members.ts";
import { parseChoices, toDigits } from "../search/choices.ts";
import type { Choices, Space } from "../search/space.ts";
import { limitSettings, limitsApart } from "../study/limit-settings.ts";
import { costInWords } from "./cost-words.ts";

const flags = z.object({
  space: z
    .string()
    .optional()
    .describe("the search space: a name from `genius list spaces`, or a file")
    .meta({ placeholder: "NAME" }),
  choices: z
    .string()
    .optional()
    .describe("one design: 02012100 or 0,2,0,1,2,1,0,0")
    .meta({ placeholder: "C" }),
  ...limitSettings.shape,
  stdin: z.boolean().default(false).describe("read designs from standard input, one a line"),
  json: z.boolean().default(false).describe("JSON lines on standard output"),
});

export default defineCommand({
  options: flags,
  passesRest: true,
  more: `Examples:
  genius cost net.txt                       (a network or a space as a text: docs/guide/own-network.md)
  genius cost resnet-8 --image-size 96 --channels 1   (one of genius list references)
  genius cost --space nas-bench-macro --choices 22212220
  genius cost --space genius-imagenet --stdin --json < designs.txt

  genius cost --space nas-bench-macro --choices 22212220 --device stm32f746

RAM is the arena of feature maps for one image; flash holds weights, tables and the code of the exported C (--format c).
With limits or a device it says what a design breaks, and with a device of a published speed a predicted latency;
of a space, how many designs are within the limits.
A line that is not a design gets {"error": {"code", "message", "line"}}; the others are still answered, and the
exit code is 1.`,
  async help(given, [operand]) {
    const name = operand ?? (typeof given.space === "string" ? given.space : undefined);
    if (name === undefined) return optionsElsewhere;
    return membersHelp([[isNetwork(name) ? "the network" : "the space", await loadSpace(name)]]);
  },
  async run({ operands, options, rest, terminal }) {
    const space = await openSpaceByFlags(namedSpace(operands, options.space), rest, Object.keys(flags.shape));
    const judge = await judgeBy(options);
    if (options.choices === undefined && !options.stdin && operands.length === 1) {
      const { factsOfText, textInWords } = await import("./text-facts.ts");
      const verdict = judge.verdictOfText(space);
      const files = space.decisions.length === 0 ? judge.filesOf(space.decode([])) : nothing;
      const lines = [...textInWords(space), ...[...verdict.words, ...files.words].map((line) => `  ${line}`)];
      const facts = { ...verdict.facts, ...files.facts };
      terminal.out(options.json ? jsonLine({ ...factsOfText(space), ...facts }) : `${lines.join("\n")}\n`);
      return 0;
    }
    if ((options.choices === undefined) === !options.stdin) {
      throw new GeniusError(
        "wrong-use",
        "Give one design with --choices, or --stdin to read them, and not both.",
      );
    }
    const asked: Asked = { json: options.json, judge, many: options.stdin };
    if (options.choices !== undefined) {
      terminal.out(await answer(space, options.choices, asked));
      return 0;
    }
    return answerLines(space, terminal, asked);
  },
});

const optionsElsewhere = `Options of what is counted, such as --image-size and --channels for images of your own:
  genius cost resnet-8 --help
  genius cost --space mobile --help
`;

function namedSpace(operands: readonly string[], name: string | undefined): string {
  const [file] = operands;
  if (operands.length + (name === undefined ? 0 : 1) !== 1) {
    throw new GeniusError("wrong-use", "Name one text, as in genius cost net.txt, or a space with --space.");
  }
  if (file !== undefined && !isNetwork(file)) throw unknownNetwork(file);
  return file ?? (name as string);
}

interface Asked {
  readonly json: boolean;
  readonly judge: Judge;
  /** Whether designs come one a line; then it is only counted. */
  readonly many: boolean;
}

const nothing: Verdict = { words: [], facts: {} };
const withoutLimits: Judge = {
  verdictOf: () => nothing,
  verdictOfText: () => nothing,
  filesOf: () => nothing,
};

/** By the limits and the device that were asked for. It is loaded then only, so that a count alone is instant. */
async function judgeBy(options: z.output<typeof flags>): Promise<Judge> {
  const { limits } = limitsApart(options);
  if (Object.values(limits).every((value) => value === undefined)) return withoutLimits;
  return (await import("../api/limit-verdict.ts")).judgeBy(limits);
}

/** What the space's own rule says of a design that it forbids. */
function ruleOf(space: Space, choices: Choices): Verdict {
  const said = space.allows?.(choices) ?? true;
  if (said === true) return nothing;
  return { words: [`not allowed in this space: ${said}`], facts: { notAllowed: said } };
}

async function answer(space: Space, text: string, asked: Asked): Promise<string> {
  const choices = parseChoices(space, text);
  const counted = await cost({ space, choices });
  const digits = toDigits(space, choices);
  const verdict = asked.judge.verdictOf(counted);
  const files = asked.many ? nothing : asked.judge.filesOf(space.decode(choices));
  const rule = ruleOf(space, choices);
  const facts = { ...verdict.facts, ...files.facts, ...rule.facts };
  if (asked.json) return `${JSON.stringify({ choices: digits, ...counted, ...facts })}\n`;
  const words = [...rule.words, ...verdict.words, ...files.words];
  const lines = [`${digits.join(",")}  ${costInWords(counted)}`, ...words.map((line) => `  ${line}`)];
  return `${lines.join("\n")}\n`;
}

async function answerLines(space: Space, terminal: Terminal, asked: Asked): Promise<number> {
  const { json } = asked;
  let failed = false;
  let lineNumber = 0;
  for await (const line of linesOf(terminal.readStandardInput())) {
    terminal.signal.throwIfAborted();
    lineNumber += 1;
    if (line.trim() === "") continue;
    try {
      terminal.out(await answer(space, line, asked));
    } catch (thrown) {
      if (!(thrown instanceof GeniusError)) throw thrown;
      failed = true;
      const error = { code: thrown.code, message: thrown.message, line: lineNumber };
      if (json) terminal.out(jsonLine({ error }));
      else terminal.error(`line ${lineNumber}: ${thrown.message}\n`);
    }
  }
  return failed ? 1 : 0;
}

/** Splits chunks of text into lines, whatever the chunks' borders. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncIterable<string> {
  // Of a line that is not whole yet. Joined once: a line of megabytes comes in thousands of chunks.
  let waiting: string[] = [];
  for await (const chunk of chunks) {
    const [first = "", ...others] = chunk.split("\n");
    waiting.push(first);
    for (const next of others) {
      yield waiting.join("").replace(/\r$/, "");
      waiting = [next];
    }
  }
  const last = waiting.join("");
  if (last !== "") yield last;
}
