// `genius baselines`: what a run that has ended is compared with – other strategies where results are looked up, else a
// hand-designed network that is trained alone for as long, or searches by strategies that are named – and the verdict.
import { z } from "zod";
import { baselines } from "../api/baselines.ts";
import { namesIn } from "../api/search-options.ts";
import { GeniusError } from "../base/errors.ts";
import { jsonLine, terminalSafe } from "../base/terminal-text.ts";
import { defineCommand } from "../command/command.ts";
import { createSearchView } from "./show-search.ts";

export default defineCommand({
  options: z.object({
    reference: z
      .string()
      .optional()
      .describe(
        "hand-designed network to train, from `genius list references` (default: the best of the run's own, else the first that fits)",
      )
      .meta({ placeholder: "NAME" }),
    strategies: z
      .string()
      .optional()
      .describe(
        "strategies to search with instead, each as long as the run, such as random,largest-first (default: none)",
      )
      .meta({ placeholder: "NAME,NAME" }),
    json: z.boolean().default(false).describe("one JSON object on standard output"),
  }),
  more: `Where results are looked up in a table, random search with 25 seeds and the largest networks are run with as many
evaluations. A search on images is compared with one hand-designed network, as large as the run's limits allow, trained
alone on the same data for as long as the run; its files are in baselines/NAME of the run's folder. With --strategies each of
them searches with the same data and limits for as long, in a run of its own in baselines/NAME. All are noted in the
journal: show, report and dashboard say what the run is worth beside them. Ctrl-C leaves the run as it was.`,
  async run({ operands, options: { reference, strategies, json }, terminal }) {
    const [folder] = operands;
    if (folder === undefined || operands.length > 1)
      throw new GeniusError("wrong-use", "Name one run's folder: genius baselines runs/….");
    const { environment, signal, isInteractive } = terminal;
    const say = (words: string, isLast = false) => {
      if (isInteractive) terminal.error(`\r${words} ${isLast ? "\n" : ""}`);
    };
    const view = await createSearchView(terminal, { json, answersHere: false });
    const result = await baselines(folder, {
      ...{ reference, strategies: namesIn(strategies, "--strategies"), environment, signal },
      onEvent(event) {
        switch (event.kind) {
          case "preparing":
            terminal.error(`${event.text}\n`);
            break;
          case "run":
            say(`${event.done}/${event.runs} runs`, event.done === event.runs);
            break;
          case "epoch":
            say(`${event.name}: epoch ${Number(event.point.epoch.toFixed(1))}`);
            break;
          case "baseline-search":
            view.onEvent(event);
            break;
          default:
            event satisfies never;
        }
      },
    });
    if (json) terminal.out(jsonLine({ folder, ...result }));
    else terminal.out(`${isInteractive ? "\n" : ""}${terminalSafe(result.verdict)}\n`);
    return 0;
  },
});
