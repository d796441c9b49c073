// `genius keep`: confirms a run's network over seeds, and keeps it in the book of blocks if it is better beyond the noise.
import { z } from "zod";
import { type KeepEvent, keep } from "../api/keep.ts";
import { GeniusError } from "../base/errors.ts";
import { jsonLine, terminalSafe, terminalSafeLines } from "../base/terminal-text.ts";
import { blockDifferenceWords, differenceOf } from "../catalog/blocks.ts";
import { defineCommand } from "../command/command.ts";
import { formatMetric, type Metric } from "../metrics/index.ts";
import { openRun } from "../runs/open-run.ts";

export default defineCommand({
  options: z.object({
    trial: z
      .number()
      .int()
      .positive()
      .optional()
      .describe("a trial of the run (default: the best)")
      .meta({ placeholder: "N" }),
    seeds: z
      .number()
      .int()
      .min(3)
      .default(3)
      .describe("trainings of each of the two networks, each with a new seed")
      .meta({ placeholder: "N" }),
    reference: z
      .string()
      .optional()
      .describe(
        "hand-designed network beside it, from `genius list references` (default: the best of the run's own, else the first that fits)",
      )
      .meta({ placeholder: "NAME" }),
    minutes: z
      .number()
      .positive()
      .optional()
      .describe(
        "wall minutes of each training (default: by epochs; as long as the run, if it went by the clock)",
      )
      .meta({ placeholder: "N" }),
    name: z.string().optional().describe("name in the book (default: the dataset's with a number)"),
    json: z.boolean().default(false).describe("one JSON object on standard output"),
  }),
  more: `Both networks are trained from random weights on the run's data, equally long and with the same new seeds, and tested.
The network is kept if it is better beyond the noise of these trainings (Welch's 95 % interval over the seeds): "genius list
blocks" shows the book, and --strategy author and --space author show a model a few that suit its task. Ctrl-C stops it; the same
command continues.`,
  async run({ operands, options: { json, ...asked }, terminal }) {
    const [folder] = operands;
    if (folder === undefined || operands.length > 1)
      throw new GeniusError("wrong-use", "Name one run's folder: genius keep runs/….");
    const { environment, signal } = terminal;
    const { metric } = (await openRun(folder)).journal.header.config;
    const result = await keep(folder, {
      ...{ ...asked, environment, signal },
      onEvent: (event) => {
        const words = wordsOf(event, metric);
        if (words !== undefined) terminal.error(`${terminalSafe(words)}\n`);
      },
    });
    const { block, file } = result;
    const isKept = file !== undefined;
    if (json) {
      terminal.out(
        jsonLine({ folder, isKept, ...(isKept && { file }), difference: differenceOf(block), block }),
      );
      return 0;
    }
    const measured = `${blockDifferenceWords(block, metric)} beside ${block.against.name} on test data`;
    terminal.out(
      terminalSafeLines(
        isKept
          ? `Kept as ${block.name}: ${measured}.\nThe book is ${file}\n`
          : `Not kept: ${measured} is not beyond the noise.\n`,
      ),
    );
    return 0;
  },
});

function wordsOf(event: KeepEvent, metric: Metric): string | undefined {
  switch (event.kind) {
    case "preparing":
      return event.text;
    case "trained":
      return `${event.network}, seed ${event.seed}: test ${formatMetric(metric, event.value)} (${event.done} of ${event.of} trainings)`;
    case "epoch":
      return undefined;
    default:
      event satisfies never;
      return undefined;
  }
}
