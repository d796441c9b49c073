// `genius resume`: continues a run from its journal alone.
import { z } from "zod";
import { resume } from "../api/search.ts";
import { GeniusError } from "../base/errors.ts";
import { answersOption } from "../command/answers-option.ts";
import { defineCommand } from "../command/command.ts";
import { createSearchView, exitCodeOf } from "./show-search.ts";

export default defineCommand({
  options: z.object({
    trials: z
      .number()
      .int()
      .positive()
      .optional()
      .describe("total number of evaluations, to continue beyond the plan"),
    acceptChangedData: z
      .boolean()
      .default(false)
      .describe("continue although the data changed since the run began; noted in journal and report"),
    answers: answersOption,
    json: z.boolean().default(false).describe("JSON lines on standard output: one a trial, then the result"),
  }),
  async run({ operands, options, terminal }) {
    const [folder] = operands;
    if (folder === undefined || operands.length > 1) {
      throw new GeniusError("wrong-use", "Name one run's folder: genius resume runs/….");
    }
    const { trials, answers, acceptChangedData, json } = options;
    const { onEvent } = await createSearchView(terminal, { json, answersHere: answers !== "dashboard" });
    const { environment, signal } = terminal;
    return exitCodeOf(
      await resume(folder, { trials, acceptChangedData, answers, environment, signal, onEvent }),
    );
  },
});
