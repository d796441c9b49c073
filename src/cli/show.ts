// `genius show`: a run in the terminal – what was asked, the best network, how it was found, what it cost.
import cliTruncate from "cli-truncate";
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { jsonLine, style, terminalSafe } from "../base/terminal-text.ts";
import { formatCount, formatPercent } from "../base/units.ts";
import { defineCommand } from "../command/command.ts";
import { networkSketch } from "../report/index.ts";
import { openRun } from "../runs/open-run.ts";
import { keyOf, toDigits } from "../search/choices.ts";
import { isEvaluated, isScored } from "../search/trial.ts";
import { baselineWords } from "../study/baselines.ts";
import { sparkline, trialLine } from "./progress.ts";

export default defineCommand({
  options: z.object({
    all: z.boolean().default(false).describe("every trial, not only the last ten"),
    json: z.boolean().default(false).describe("one JSON object on standard output"),
  }),
  async run({ operands, options, terminal }) {
    const [folder] = operands;
    if (folder === undefined || operands.length > 1)
      throw new GeniusError("wrong-use", "Name one run's folder: genius show runs/….");
    const { journal, space, state, problem } = await openRun(folder);
    const { config } = journal.header;
    const { trials, result, selected: best } = journal;
    if (options.json) {
      const choices = best && toDigits(space, best.proposal.choices);
      terminal.out(jsonLine({ state, config, best: best && { ...best, choices }, result, trials }));
      return 0;
    }
    for (const warning of journal.warnings) terminal.error(`${terminalSafe(warning)}\n`);
    const evaluated = trials.filter(isEvaluated);
    const resumable = `continue with: genius resume ${folder}`;
    const words = {
      running: "running",
      finished: result?.reason.replaceAll("-", " "),
      failed: `failed: ${terminalSafe(problem ?? "")} – ${resumable}`,
      stopped: `not finished – ${resumable}`,
      unreadable: problem,
    };
    const say = (line: string) => terminal.out(`${line}\n`);
    say(
      style(
        "bold",
        terminalSafe(
          `${config.dataset} · ${config.space} · ${config.strategy}${config.model ? ` with ${config.model}` : ""} · seed ${config.seed}`,
        ),
      ),
    );
    say(`${evaluated.length} of ${config.trials} evaluations, ${trials.length} proposals · ${words[state]}`);
    if (best !== undefined) {
      const accuracies: number[] = [];
      for (const trial of evaluated)
        accuracies.push(Math.max(accuracies.at(-1) ?? 0, isScored(trial) ? trial.outcome.accuracy01 : 0));
      say(`${sparkline(accuracies.slice(-60))} best so far`);
      say("");
      say(
        `${style("green", formatPercent(best.outcome.accuracy01))} trial ${best.number} · ${keyOf(space, best.proposal.choices)} · ${formatCount(best.cost.paramCount)} parameters · ${formatCount(best.cost.macCount)} MACs${result?.testAccuracy01 === undefined ? "" : ` · test ${formatPercent(result.testAccuracy01)}`}`,
      );
      if (best.proposal.rationale !== undefined)
        say(`the proposer's reason (its claim): ${terminalSafe(best.proposal.rationale)}`);
      say("");
      for (const line of networkSketch(space.decode(best.proposal.choices), terminal.columns)) say(line);
      if (result?.baselines !== undefined) {
        say("");
        say("Beside it, at the same evaluations:");
        for (const line of baselineWords(result.baselines, best.outcome.accuracy01)) say(line);
      }
    }
    say("");
    for (const trial of options.all ? trials : trials.slice(-10))
      say(cliTruncate(trialLine(space, trial), Math.max(80, terminal.columns)));
    for (const note of journal.notes) say(style("dim", `note (${note.about}): ${terminalSafe(note.text)}`));
    return 0;
  },
});
