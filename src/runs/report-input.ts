// What a report must know around a run's record: read from its header and its evaluator, for the command line, the
// dashboard and the protocol server alike.
import { loadEvaluator } from "../catalog/load.ts";
import type { RunReportInput } from "../report/index.ts";
import { commandOf } from "./command-of.ts";
import type { OpenRun } from "./open-run.ts";

/** What the report must know around a run's record. */
export async function reportInput({
  folder,
  record,
  space,
  calls,
  trained,
}: OpenRun): Promise<RunReportInput> {
  const { config, provenance } = record.header;
  const evaluator = provenance.evaluator as { selectedOn?: unknown; optimum01?: unknown } | undefined;
  const definition = await loadEvaluator(config.evaluator);
  return {
    folder,
    record,
    space,
    calls,
    trained,
    ...(record.result?.baselines !== undefined && { baselines: record.result.baselines }),
    ...(typeof evaluator?.optimum01 === "number" && { optimum01: evaluator.optimum01 }),
    selectedOn: evaluator?.selectedOn === "test" ? "test" : "validation",
    tabular: definition.tabular === true,
    command: commandOf(config),
    baselineCommand: commandOf(
      { ...config, strategy: "random", strategyOptions: {} },
      { withoutModel: true },
    ),
  };
}
