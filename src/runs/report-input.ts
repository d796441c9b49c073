// What a report must know around a run's record: read from its header and its evaluator, for the command line, the
// dashboard and the protocol server alike.
import { isScripted, loadEvaluator } from "../catalog/load.ts";
import type { RunReportInput } from "../report/index.ts";
import { evaluatorFacts } from "../study/fold.ts";
import type { OpenRun } from "./open-run.ts";
import { commandOf } from "./repeat-command.ts";

/** What the report must know around a run's record. */
export async function reportInput(run: OpenRun): Promise<RunReportInput> {
  const { folder, journal, space, calls, trained } = run;
  const { config } = journal.header;
  const { selectedOn, optimum } = evaluatorFacts(journal);
  const tabular = !isScripted(config.evaluator) && (await loadEvaluator(config.evaluator)).tabular === true;
  return {
    folder,
    record: journal,
    space,
    calls,
    trained,
    ...(journal.baselines.length > 0 && { baselines: journal.baselines }),
    ...(optimum !== undefined && { optimum01: optimum }),
    selectedOn,
    tabular,
    command: commandOf(config),
    baselineCommand: commandOf(
      {
        ...config,
        ...{ strategy: "random", strategyOptions: {} },
        // Of a random search itself, the same seed would be the same run.
        seed: config.strategy === "random" ? config.seed + 1 : config.seed,
      },
      { withoutModel: true },
    ),
  };
}
