// `genius search`: from flags and a settings file to a resolved configuration, then the run.
import { z } from "zod";
import { type Assembly, assemble } from "../api/assemble.ts";
import { defaultFolder } from "../api/default-folder.ts";
import { provenanceOf } from "../api/provenance.ts";
import { chooseMembers, configOf, limitsOf } from "../api/resolve-config.ts";
import { GeniusError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { loadEvaluator, loadLauncher, loadSpace, loadStrategy } from "../catalog/load.ts";
import { answererOf, answersOption } from "../command/answers.ts";
import { defineCommand } from "../command/command.ts";
import { distribute, membersHelp } from "../command/members.ts";
import { checkFlags, coerce } from "../command/options.ts";
import { readSettingsFile } from "../command/settings-file.ts";
import type { EvaluatorDefinition } from "../evaluators/evaluator.ts";
import type { LauncherDefinition } from "../evaluators/launchers/launcher.ts";
import { flagsOf } from "../runs/flags.ts";
import { createJournal } from "../study/journal.ts";
import { createLiveWriter } from "../study/live-file.ts";
import { searchSettings } from "../study/settings.ts";
import { runSearch } from "./run-search.ts";

const options = searchSettings.extend({
  out: z
    .string()
    .optional()
    .describe("folder of the run (default: a new one below runs/)")
    .meta({ placeholder: "DIR" }),
  settings: z
    .string()
    .optional()
    .describe("JSON file with any of these settings; flags win over it")
    .meta({ placeholder: "FILE" }),
  answers: answersOption,
  json: z.boolean().default(false).describe("JSON lines on standard output: one a trial, then the result"),
});

export default defineCommand({
  options,
  passesRest: true,
  more: `DATASET is a folder of class folders (or train/ and test/ of them), CIFAR binary, IDX or Parquet files, or a name
from \`genius list datasets\`; a published table is a data set too. The options of the space, strategy and evaluator that
you choose are options here as well: add them to --help to see theirs, as in
  genius search --strategy evolution --help

Examples:
  genius search digits --max-params 20k
  genius search ./photos --max-params 100k --max-macs 20M --trials 20
  genius search nas-bench-macro --strategy llm --model ollama/llama3.1 --trials 10
  genius search --model replay/329M.json`,
  async help(given) {
    const nameOf = (field: string, fallback: string) =>
      typeof given[field] === "string" ? given[field] : fallback;
    const space = await loadSpace(nameOf("space", "mobile"));
    const strategy = await loadStrategy(nameOf("strategy", "hybrid"));
    const evaluator = await loadEvaluator(nameOf("evaluator", "train"));
    const launcher = await launcherFor(evaluator, given.launcher);
    return membersHelp([
      ["the space", space],
      ["the strategy", strategy],
      ["the evaluator", evaluator],
      ...(launcher === undefined ? [] : ([["the launcher", launcher]] as const)),
    ]);
  },
  async run({ operands, options: given, rest, explicit, terminal }) {
    if (operands.length > 1) {
      throw new GeniusError(
        "wrong-use",
        `One data set, please: ${operands.map((operand) => `"${operand}"`).join(" and ")} were given.`,
      );
    }
    const { settings, flags } = await mergeFile(given, explicit, rest);
    const { out, json, answers, settings: _, ...search } = settings;
    const chosen = await chooseMembers(operands[0], search);
    const { space, strategy, evaluator } = chosen.members;
    const launcher = await launcherFor(evaluator, flags.launcher);
    const [spaceFlags = {}, strategyFlags = {}, evaluatorFlags = {}, launcherFlags = {}] = await distribute(
      flags,
      [space, strategy, evaluator, ...(launcher === undefined ? [] : [launcher])],
      Object.keys(options.shape),
    );
    const evaluatorOptions = checkFlags(evaluator.options, evaluatorFlags) as JsonObject;
    const onProgress = (text: string) => terminal.error(`${text}\n`);
    const described = await evaluator.describe?.(
      { dataset: chosen.dataset, environment: terminal.environment, onProgress },
      evaluatorOptions,
    );
    const fitted =
      described?.images === undefined ? {} : (space.fit?.(described.images, limitsOf(search)) ?? {});
    const spaceOptions = checkFlags(space.options, { ...(fitted as object), ...spaceFlags }) as JsonObject;
    const limits = { ...described?.limits, ...limitsOf(search) };
    const config = configOf(
      chosen,
      search,
      { task: described?.words ?? space.summary, limits },
      {
        space: spaceOptions,
        strategy: checkFlags(strategy.options, {
          ...chosen.implied.strategy,
          ...strategyFlags,
        }) as JsonObject,
        evaluator: evaluatorOptions,
        ...(launcher !== undefined && {
          launcher: checkFlags(launcher.options, launcherFlags) as JsonObject,
        }),
      },
    );
    const folder = out ?? defaultFolder(config.space, config.strategy, new Date());
    const liveFile = createLiveWriter(folder);
    let parts: Assembly | undefined;
    const journal = await createJournal(folder, async () => {
      const answerer = answererOf(answers, folder, liveFile);
      parts = await assemble(config, { folder, environment: terminal.environment, onProgress, ...answerer });
      return { config, provenance: { ...(await provenanceOf()), ...parts.provenance } };
    });
    return runSearch({ config, journal, parts: parts!, recorded: [], turns: [], liveFile, json, terminal });
  },
});

/** The launcher that the evaluator's trainings run on, if it uses one: the one that was asked for, or its default. */
async function launcherFor(
  evaluator: EvaluatorDefinition,
  asked: unknown,
): Promise<LauncherDefinition | undefined> {
  if (evaluator.launcherOf === undefined) return undefined;
  return loadLauncher(
    evaluator.launcherOf(evaluator.options.parse(typeof asked === "string" ? { launcher: asked } : {})),
  );
}

/** Puts a settings file below the flags, and checks the whole. */
async function mergeFile(
  given: z.infer<typeof options>,
  explicit: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, string | boolean>>,
): Promise<{ settings: z.infer<typeof options>; flags: Readonly<Record<string, string | boolean>> }> {
  if (given.settings === undefined) return { settings: given, flags: rest };
  const file = await readSettingsFile(given.settings);
  const known = await flagsOf(options);
  const own = known.map((flag) => flag.field);
  const fromFile = Object.entries(file);
  const settings = checkFlags(options, {
    ...coerce(Object.fromEntries(fromFile.filter(([field]) => own.includes(field))), known),
    ...explicit,
  });
  return {
    settings,
    flags: { ...Object.fromEntries(fromFile.filter(([field]) => !own.includes(field))), ...rest },
  };
}
