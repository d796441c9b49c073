// `genius finish`: ends a search, running or stopped, and has its best network so far trained to its end.
import { z } from "zod";
import { finish } from "../api/search.ts";
import { GeniusError } from "../base/errors.ts";
import { defineCommand } from "../command/command.ts";
import { createSearchView, exitCodeOf } from "./show-search.ts";

export default defineCommand({
  options: z.object({
    acceptChangedData: z
      .boolean()
      .default(false)
      .describe("continue although the data changed since the run began; noted in journal and report"),
    json: z.boolean().default(false).describe("JSON lines on standard output: the result"),
  }),
  more: `A running search stops its trainings and begins the final training of the best network so far. A stopped search is continued
here for the final training only. In a run by the clock the final training has the time that was planned for it.`,
  async run({ operands, options, terminal }) {
    const [folder] = operands;
    if (folder === undefined || operands.length > 1) {
      throw new GeniusError("wrong-use", "Name one run's folder: genius finish runs/….");
    }
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
