// `genius cost`: parameters and MACs of designs. One design from --choices, or a line out for a line in.
import { z } from "zod";
import { cost } from "../api/cost.ts";
import { GeniusError } from "../base/errors.ts";
import { jsonLine } from "../base/terminal-text.ts";
import { formatCount } from "../base/units.ts";
import { isText } from "../catalog/load.ts";
import { defineCommand, type Terminal } from "../command/command.ts";
import { openSpaceByFlags } from "../command/members.ts";
import { parseChoices, toDigits } from "../search/choices.ts";
import type { Space } from "../search/space.ts";
import { factsOfText, textInWords } from "./text-facts.ts";

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
  stdin: z.boolean().default(false).describe("read designs from standard input, one a line"),
  json: z.boolean().default(false).describe("JSON lines on standard output"),
});

export default defineCommand({
  options: flags,
  passesRest: true,
  more: `Examples:
  genius cost net.txt                       (a network or a space as a text: docs/guide/own-network.md)
  genius cost --space nas-bench-macro --choices 22212220
  genius cost --space genius-imagenet --stdin --json < designs.txt

A line that is no design is answered by {"error": {"code", "message", "line"}}; the rest is still answered, and the
exit code is 1.`,
  async run({ operands, options, rest, terminal }) {
    const space = await openSpaceByFlags(namedSpace(operands, options.space), rest, Object.keys(flags.shape));
    if (options.choices === undefined && !options.stdin && operands.length === 1) {
      terminal.out(options.json ? jsonLine(factsOfText(space)) : `${textInWords(space).join("\n")}\n`);
      return 0;
    }
    if ((options.choices === undefined) === !options.stdin) {
      throw new GeniusError(
        "wrong-use",
        "Give one design with --choices, or --stdin to read them, and not both.",
      );
    }
    if (options.choices !== undefined) {
      terminal.out(await answer(space, options.choices, options.json));
      return 0;
    }
    return answerLines(space, terminal, options.json);
  },
});

function namedSpace(operands: readonly string[], name: string | undefined): string {
  const [file] = operands;
  if (operands.length + (name === undefined ? 0 : 1) !== 1) {
    throw new GeniusError("wrong-use", "Name one text, as in genius cost net.txt, or a space with --space.");
  }
  if (file !== undefined && !isText(file))
    throw new GeniusError("wrong-use", `"${file}" is no text of a network: its name must end in .txt.`);
  return file ?? (name as string);
}

async function answer(space: Space, text: string, json: boolean): Promise<string> {
  const choices = parseChoices(space, text);
  const { paramCount, macCount } = await cost({ space, choices });
  const digits = toDigits(space, choices);
  if (json) return `${JSON.stringify({ choices: digits, paramCount, macCount })}\n`;
  return `${digits.join(",")}  ${formatCount(paramCount)} parameters (${paramCount}), ${formatCount(macCount)} MACs (${macCount})\n`;
}

async function answerLines(space: Space, terminal: Terminal, json: boolean): Promise<number> {
  let failed = false;
  let lineNumber = 0;
  for await (const line of linesOf(terminal.readStandardInput())) {
    terminal.signal.throwIfAborted();
    lineNumber += 1;
    if (line.trim() === "") continue;
    try {
      terminal.out(await answer(space, line, json));
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
  let waiting = "";
  for await (const chunk of chunks) {
    const lines = (waiting + chunk).split(/\r?\n/);
    waiting = lines.pop() ?? "";
    yield* lines;
  }
  if (waiting !== "") yield waiting;
}
