// `genius resume`: goes on with a run where it stopped, from its journal alone.
import { z } from "zod";
import { assemble } from "../api/assemble.ts";
import { GeniusError } from "../base/errors.ts";
import { answererOf, answersOption } from "../command/answers.ts";
import { defineCommand } from "../command/command.ts";
import { openJournal } from "../study/journal.ts";
import { createLiveWriter } from "../study/live-file.ts";
import { runSearch } from "./run-search.ts";

export default defineCommand({
  options: z.object({
    trials: z
      .number()
      .int()
      .positive()
      .optional()
      .describe("evaluations to spend in all, to go on beyond the plan"),
    answers: answersOption,
    json: z.boolean().default(false).describe("JSON lines on standard output: one a trial, then the result"),
  }),
  async run({ operands, options, terminal }) {
    const [folder] = operands;
    if (folder === undefined || operands.length > 1) {
      throw new GeniusError("wrong-use", "Name one run's folder: genius resume runs/….");
    }
    const { journal, record } = await openJournal(folder);
    try {
      for (const warning of record.warnings) terminal.error(`${warning}\n`);
      const trials = options.trials ?? record.header.config.trials;
      if (record.result !== undefined && trials <= record.header.config.trials) {
        terminal.error(
          `${folder} is finished. Look at it with "genius report ${folder}", or go on with --trials N.\n`,
        );
        await journal.close();
        return 0;
      }
      const config = { ...record.header.config, trials };
      const onProgress = (text: string) => terminal.error(`${text}\n`);
      const liveFile = createLiveWriter(folder);
      const answerer = answererOf(options.answers, folder, liveFile);
      const parts = await assemble(config, {
        folder,
        environment: terminal.environment,
        onProgress,
        ...answerer,
      });
      await journal.addNote({ about: "resumed", text: `resumed after ${record.trials.length} trials` });
      return await runSearch({
        config,
        journal,
        parts,
        recorded: record.trials,
        turns: record.notes.flatMap(({ turn }) => turn ?? []),
        liveFile,
        json: options.json,
        terminal,
      });
    } catch (thrown) {
      await journal.close();
      throw thrown;
    }
  },
});
