// `genius finish`: ends a search, running or stopped, and has its best network so far trained to its end.
import { z } from "zod";
import { costOf } from "../api/cost.ts";
import { type FinishTrialOptions, finishTrial } from "../api/finish-trial.ts";
import { finish } from "../api/search.ts";
import { GeniusError } from "../base/errors.ts";
import { jsonLine } from "../base/terminal-text.ts";
import { formatPercent } from "../base/units.ts";
import { defineCommand, type Terminal } from "../command/command.ts";
import { costInWords } from "./cost-words.ts";
import { createSearchView, exitCodeOf } from "./show-search.ts";
import { writtenWords } from "./written.ts";

export default defineCommand({
  options: z.object({
    acceptChangedData: z
      .boolean()
      .default(false)
      .describe("continue although the data changed since the run began; noted in journal and report"),
    trial: z
      .number()
      .int()
      .positive()
      .optional()
      .describe("train this trial's network to its end instead, in trials/N of the run's folder")
      .meta({ placeholder: "N" }),
    minutes: z
      .number()
      .positive()
      .optional()
      .describe(
        "wall time of that training in minutes (default: by epochs; as long as the run, if it went by the clock)",
      )
      .meta({ placeholder: "N" }),
    out: z.string().optional().describe("folder of that training's files").meta({ placeholder: "DIR" }),
    json: z.boolean().default(false).describe("JSON lines on standard output: the result"),
  }),
  more: `A running search stops its trainings and begins the final training of the best network so far. A stopped search is continued
here for the final training only. In a run by the clock the final training has the time that was planned for it.

--trial N trains another network of the run instead, such as one of the report's trade-offs. A note in the run's journal says
what came of it; nothing else of the run changes.`,
  async run({ operands, options, terminal }) {
    const [folder] = operands;
    if (folder === undefined || operands.length > 1) {
      throw new GeniusError("wrong-use", "Name one run's folder: genius finish runs/….");
    }
    const { trial, minutes, out } = options;
    if (trial !== undefined) {
      await finishOne(
        folder,
        { trial, ...(minutes !== undefined && { minutes }), ...(out !== undefined && { out }) },
        {
          terminal,
          json: options.json,
        },
      );
      return 0;
    }
    if (minutes !== undefined || out !== undefined)
      throw new GeniusError(
        "wrong-use",
        "--minutes and --out are for the training of one trial: add --trial N.",
      );
    const { onEvent } = await createSearchView(terminal, { json: options.json, answersHere: false });
    const { environment, signal } = terminal;
    const { acceptChangedData } = options;
    const result = await finish(folder, { acceptChangedData, environment, signal, onEvent });
    if (result !== undefined) return exitCodeOf(result);
    terminal.error(
      `${folder} is running: its search ends now, and it trains the best network so far to its end.\n`,
    );
    return 0;
  },
});

/** Trains one trial's network, and says what came of it. */
async function finishOne(
  folder: string,
  asked: FinishTrialOptions,
  { terminal, json }: { readonly terminal: Terminal; readonly json: boolean },
): Promise<void> {
  const { environment, signal } = terminal;
  const result = await finishTrial(folder, {
    ...{ ...asked, environment, signal },
    onEvent(event) {
      if (event.kind === "preparing") terminal.error(`${event.text}\n`);
      else if (event.point.epoch % 5 === 0) terminal.error(`epoch ${event.point.epoch}\n`);
    },
  });
  const { testMetrics, testAccuracy01 = null, files, test } = result;
  const { trial } = asked;
  if (json) {
    terminal.out(
      jsonLine({
        trial,
        ...costOf(result.network),
        testMetrics,
        testAccuracy01,
        files,
        folder: result.folder,
        test,
      }),
    );
    return;
  }
  const accuracy = testAccuracy01 === null ? "" : `, test accuracy ${formatPercent(testAccuracy01)}`;
  terminal.out(
    `Trial ${trial}: ${costInWords(costOf(result.network))}${accuracy}\nWritten to ${result.folder}: ${writtenWords(result.folder, files)}\n`,
  );
}
