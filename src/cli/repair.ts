// `genius repair`: makes a run whose journal is damaged readable again.
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { counted } from "../base/units.ts";
import { defineCommand } from "../command/command.ts";
import { repairJournal } from "../study/repair.ts";

export default defineCommand({
  options: z.object({
    json: z.boolean().default(false).describe("what was dropped and kept, as one JSON object"),
  }),
  more: `Removes unreadable and repeated lines from journal.jsonl, and reports them. Everything else stays as it is, and the
original is kept as journal.jsonl.before-repair. A removed trial is evaluated again by genius resume.`,
  async run({ operands, options, terminal }) {
    const [folder] = operands;
    if (folder === undefined || operands.length > 1)
      throw new GeniusError("wrong-use", "Name one run's folder: genius repair runs/….");
    const { dropped, backup, trialCount } = await repairJournal(folder);
    if (options.json) {
      terminal.out(`${JSON.stringify({ folder, dropped, backup: backup ?? null, trials: trialCount })}\n`);
      return 0;
    }
    if (backup === undefined) {
      terminal.out(`${folder} is in order: nothing was changed.\n`);
      return 0;
    }
    for (const { line, why, text } of dropped) terminal.out(`line ${line} dropped: ${why}\n  ${text}\n`);
    terminal.out(
      `${counted(trialCount, "trial")} ${trialCount === 1 ? "is" : "are"} kept. The journal as it was: ${backup}\n`,
    );
    return 0;
  },
});
