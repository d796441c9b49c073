// `genius keep`: confirms a run's network over seeds, and keeps it for later searches if it is better beyond the noise.
import { z } from "zod";
import { type KeepEvent, type KeepPlan, keep } from "../api/keep.ts";
import { GeniusError } from "../base/errors.ts";
import { jsonLine, terminalSafe, terminalSafeLines } from "../base/terminal-text.ts";
import { counted, formatCount, formatDuration, formatTimeLeft } from "../base/units.ts";
import { differenceOf, keptDifferenceWords } from "../catalog/experience/kept-networks.ts";
import { defineCommand } from "../command/command.ts";
import { formatMetric, type Metric } from "../metrics/index.ts";
import { openRun } from "../runs/open-run.ts";
import { nameInWords } from "../search/references/reference.ts";

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
        "wall minutes of each training (default: those of the whole run, if it went by the clock; else by the epochs of its final training)",
      )
      .meta({ placeholder: "N" }),
    name: z.string().optional().describe("name of the kept network (default: the dataset's with a number)"),
    json: z.boolean().default(false).describe("one JSON object on standard output"),
  }),
  more: `Both networks are trained from random weights on the run's data, equally long and with the same new seeds, and tested. The
plan, with the time that it takes, comes first. The network is kept if it is better beyond the noise of these trainings (Welch's
95 % interval over the seeds). A search by the clock on similar images then tries it, its width fitted to the limits, and a model that
writes a space (--strategy author, --space author) is shown it; "genius list experience" lists what you have kept, and
--experience false leaves it out. Ctrl-C stops; the same command continues.`,
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
    const { entry, file } = result;
    const isKept = file !== undefined;
    if (json) {
      terminal.out(
        jsonLine({ folder, isKept, ...(isKept && { file }), difference: differenceOf(entry), entry }),
      );
      return 0;
    }
    const measured = `${keptDifferenceWords(entry, metric)} beside ${nameInWords(entry.against.name)} on test data`;
    terminal.out(
      terminalSafeLines(
        isKept
          ? `Kept as ${entry.name}: ${measured}.\nSearches by the clock on similar images try it from now on ("genius list experience"; --experience false leaves it out).\nIt is in ${file}: remove its line to forget it.\n`
          : `Not kept: ${measured} is not beyond the noise.${moreWords(entry.seeds.length, differenceOf(entry).mean)}\n`,
      ),
    );
    return 0;
  },
});

/** What may still tell, where the network was better on average. */
const moreWords = (seeds: number, difference: number) =>
  difference > 0
    ? ` More seeds may tell (--seeds ${seeds + 2}: 4 new trainings); the interval is meant for one look.`
    : "";

function wordsOf(event: KeepEvent, metric: Metric): string | undefined {
  switch (event.kind) {
    case "preparing":
      return event.text;
    case "plan":
      return planWords(event);
    case "trained": {
      const { done, of, leftMs } = event;
      const left = leftMs === undefined || leftMs === 0 ? "" : `, about ${formatTimeLeft(leftMs)} left`;
      return `${nameInWords(event.network)}, seed ${event.seed}: test ${formatMetric(metric, event.value)} (${done} of ${of} trainings${left})`;
    }
    case "epoch":
      return undefined;
    default:
      event satisfies never;
      return undefined;
  }
}

/** What is trained, how often, for how long, and how long it all takes. */
function planWords({ trial, networks, seeds, minutes, epochs, trainings, done }: KeepPlan): string {
  const [own, other] = networks.map(
    ({ name, paramCount, macCount }) =>
      `${nameInWords(name)}, ${formatCount(paramCount)} parameters, ${formatCount(macCount)} MACs`,
  );
  const each =
    minutes !== undefined
      ? `for ${formatDuration(60_000 * minutes)} of wall time`
      : epochs === undefined
        ? "by epochs"
        : `for ${counted(epochs, "epoch")}`;
  const before = done === 0 ? "" : `, of which ${done} are done`;
  const whole =
    minutes === undefined
      ? "how long they take shows after the first"
      : `${formatDuration(60_000 * minutes * (trainings - done))} ${done === 0 ? "in all" : "for the others"}`;
  return `Confirms trial ${trial} (${own}) beside a hand-designed network (${other}). Each is trained ${each} once with each of the seeds ${seeds.join(", ")}: ${trainings} trainings${before}; ${whole}. Nothing is kept unless the difference on test data is beyond the noise. Ctrl-C stops, the same command continues.`;
}
