// `genius bench`: strategies on a published table, at equal evaluations, over many seeds.
import { z } from "zod";
import { bench } from "../api/bench/bench.ts";
import { benchSettings } from "../api/bench/settings.ts";
import { jsonLine } from "../base/terminal-text.ts";
import { defineCommand } from "../command/command.ts";
import { comparisonMarkdown } from "../report/index.ts";

export default defineCommand({
  options: benchSettings.extend({
    json: z.boolean().default(false).describe("one JSON object on standard output"),
  }),
  more: `Example:
  genius bench --space nas-bench-macro --strategies hybrid,evolution --evaluations 10,25,50 --seeds 100

random and largest-first are always run too. A table without a validation figure says "selectedOn": "test".`,
  async run({ options: { json, space = "", ...given }, terminal }) {
    const { comparison } = await bench({
      ...{ space, ...given },
      ...{ environment: terminal.environment, signal: terminal.signal },
      onEvent(event) {
        if (terminal.isInteractive)
          terminal.error(`\r${event.done}/${event.runs} runs${event.done === event.runs ? "\n" : ""}`);
      },
    });
    terminal.out(json ? jsonLine(comparison) : comparisonMarkdown(comparison));
    return 0;
  },
});
