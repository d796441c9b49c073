// `genius bench`: strategies on a table or an evaluator of one's own, at equal evaluations, over many seeds.
import { z } from "zod";
import { bench } from "../api/bench/bench.ts";
import { benchSettings } from "../api/bench/settings.ts";
import { GeniusError } from "../base/errors.ts";
import { jsonLine } from "../base/terminal-text.ts";
import { loadEvaluator, loadSpace } from "../catalog/load.ts";
import { defineCommand } from "../command/command.ts";
import { distribute, membersHelp } from "../command/members.ts";
import { onDoneOption, thenRun } from "../command/on-done.ts";
import { comparisonJson, comparisonMarkdown } from "../report/index.ts";
import { limitsApart } from "../study/limit-settings.ts";
import { benchInWords } from "./bench-table.ts";

const options = benchSettings.extend({
  onDone: onDoneOption,
  json: z.boolean().default(false).describe("one JSON object on standard output"),
});

export default defineCommand({
  options,
  passesRest: true,
  more: `The options of the space and of your own evaluator are options here as well: add them to --help to see theirs.

Examples:
  genius bench --space nas-bench-macro --strategies hybrid,evolution --evaluations 10,25,50 --seeds 100
  genius bench --space nas-bench-macro --max-macs 60M --strategies ./mine.ts,hybrid
  genius bench --space ./my-space.ts --table figures.csv --table-metric loss --table-goal minimise
  genius bench --space ./my-space.ts --evaluator ./my-evaluator.ts --strategies hybrid

In a terminal the verdict comes last; piped into a file the output is the whole comparison as Markdown.
random and largest-first are always run too. Limits hold for every strategy, and ranks and regret count among the designs
within them. A table without a validation figure says "selectedOn": "test"; a strategy that does the very same with every
seed counts as one run.`,
  async help({ space, evaluator }) {
    return membersHelp([
      ...(typeof space === "string" ? ([["the space", await loadSpace(space)]] as const) : []),
      ...(typeof evaluator === "string"
        ? ([["the evaluator", await loadEvaluator(evaluator)]] as const)
        : []),
    ]);
  },
  async run({ operands, options: given, rest, terminal }) {
    if (operands.length > 0)
      throw new GeniusError(
        "wrong-use",
        `genius bench takes no argument; "${operands[0]}" was given. Name a space with --space and a dataset with --dataset.`,
      );
    const { json, onDone, space = "", ...others } = given;
    const { limits, settings } = limitsApart(others);
    const { evaluator } = settings;
    const members = [
      ...(space === "" ? [] : [await loadSpace(space)]),
      ...(evaluator === undefined ? [] : [await loadEvaluator(evaluator)]),
    ];
    const shared = await distribute(rest, members, Object.keys(options.shape));
    const spaceOptions = space === "" ? {} : shared[0];
    const measure = () =>
      bench({
        ...{ space, spaceOptions, ...settings, limits },
        ...(evaluator !== undefined && { evaluatorOptions: shared.at(-1) }),
        ...{ environment: terminal.environment, signal: terminal.signal },
        onEvent(event) {
          if (terminal.isInteractive)
            terminal.error(`\r${event.done}/${event.runs} runs${event.done === event.runs ? "\n" : ""}`);
        },
      });
    return thenRun(onDone, { name: "bench", terminal }, async () => {
      const { comparison } = await measure();
      if (json) terminal.out(jsonLine(comparisonJson(comparison)));
      // A person reads the verdict; a file gets the whole comparison.
      else if (terminal.showsResults === true) terminal.out(benchInWords(comparison, terminal.columns));
      else terminal.out(comparisonMarkdown(comparison));
      return 0;
    });
  },
});
