// `genius cost`: parameters and MACs of designs. One design from --choices, or a line out for a line in.
import { z } from "zod";
import { cost } from "../api/cost.ts";
import { limitsOf } from "../api/limits.ts";
import { GeniusError } from "../base/errors.ts";
import { jsonLine } from "../base/terminal-text.ts";
import { loadDevice } from "../catalog/devices.ts";
import { isNetwork } from "../catalog/load.ts";
import { defineCommand, type Terminal } from "../command/command.ts";
import { openSpaceByFlags } from "../command/members.ts";
import type { Network } from "../graph/network.ts";
import { parseChoices, toDigits } from "../search/choices.ts";
import { defaultPrecision, hasMemoryLimit } from "../search/constraints/memory.ts";
import type { Space } from "../search/space.ts";
import { limitSettings } from "../study/settings.ts";
import { type Bounds, type Verdict, verdictOf, verdictOfText } from "./limit-verdict.ts";
import { costInWords, factsOfText, textInWords } from "./text-facts.ts";

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
  genius cost resnet-8 --image-size 96      (one of genius list references)
  genius cost --space nas-bench-macro --choices 22212220
  genius cost --space genius-imagenet --stdin --json < designs.txt

  genius cost --space nas-bench-macro --choices 22212220 --device stm32f746

RAM is the arena of feature maps for one image; flash holds weights, tables and the code of the exported C (--format c).
With limits or a device it says what a design breaks, and with a device of a published speed a predicted latency;
of a space, how many designs are within the limits.
A line that is not a design gets {"error": {"code", "message", "line"}}; the others are still answered, and the
exit code is 1.`,
  async run({ operands, options, rest, terminal }) {
    const space = await openSpaceByFlags(namedSpace(operands, options.space), rest, Object.keys(flags.shape));
    const asked: Asked = {
      limits: limitsOf(options),
      ...(options.device !== undefined && { device: loadDevice(options.device) }),
      ...{ json: options.json, many: options.stdin },
    };
    if (options.choices === undefined && !options.stdin && operands.length === 1) {
      const verdict = verdictOfText(space, asked);
      const files = space.decisions.length === 0 ? await filesOf(space.decode([]), asked) : noFiles;
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
    if (options.choices !== undefined) {
      terminal.out(await answer(space, options.choices, asked));
      return 0;
    }
    return answerLines(space, terminal, asked);
  },
});

function namedSpace(operands: readonly string[], name: string | undefined): string {
  const [file] = operands;
  if (operands.length + (name === undefined ? 0 : 1) !== 1) {
    throw new GeniusError("wrong-use", "Name one text, as in genius cost net.txt, or a space with --space.");
  }
  if (file !== undefined && !isNetwork(file))
    throw new GeniusError(
      "wrong-use",
      `"${file}" is no text, whose name would end in .txt, and none of "genius list references".`,
    );
  return file ?? (name as string);
}

interface Asked extends Bounds {
  readonly json: boolean;
  /** Whether designs come one a line; then it is only counted. */
  readonly many: boolean;
}

const noFiles: Verdict = { words: [], facts: {} };

/** What files of a network take by their format, where memory matters. */
async function filesOf(network: Network, { limits, device }: Asked): Promise<Verdict> {
  if (device === undefined && !hasMemoryLimit(limits)) return noFiles;
  const [{ ramInWords }, { tfliteRam }] = await Promise.all([
    import("../report/on-device.ts"),
    import("../deploy/tflite/promised.ts"),
  ]);
  const { precision = defaultPrecision } = limits;
  const ram = tfliteRam(network, precision);
  return { words: [ramInWords(network, precision)], facts: ram === undefined ? {} : { tfliteRamBytes: ram } };
}

async function answer(space: Space, text: string, asked: Asked): Promise<string> {
  const choices = parseChoices(space, text);
  const counted = await cost({ space, choices });
  const digits = toDigits(space, choices);
  const verdict = verdictOf(counted, asked);
  const files = asked.many ? noFiles : await filesOf(space.decode(choices), asked);
  const facts = { ...verdict.facts, ...files.facts };
  if (asked.json) return `${JSON.stringify({ choices: digits, ...counted, ...facts })}\n`;
  const words = [...verdict.words, ...files.words];
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
  let waiting = "";
  for await (const chunk of chunks) {
    const lines = (waiting + chunk).split(/\r?\n/);
    waiting = lines.pop() ?? "";
    yield* lines;
  }
  if (waiting !== "") yield waiting;
}
