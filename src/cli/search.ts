// `genius search`: from flags and a settings file to the options of `search()`, and its events to the terminal.
import { z } from "zod";
import { chooseMembers } from "../api/resolve-config.ts";
import { search } from "../api/search.ts";
import type { SearchEvent } from "../api/search-events.ts";
import { optionsOf } from "../api/search-options.ts";
import { isStart } from "../api/start.ts";
import { GeniusError } from "../base/errors.ts";
import { readOwnText } from "../base/own-file.ts";
import { isText } from "../catalog/load.ts";
import { answersOption } from "../command/answers-option.ts";
import { defineCommand } from "../command/command.ts";
import { distribute, membersHelp } from "../command/members.ts";
import { onDoneOption, thenRun } from "../command/on-done.ts";
import { checkFlags, coerce } from "../command/options.ts";
import { readSettingsFile } from "../command/settings-file.ts";
import { flagsOf } from "../runs/flags.ts";
import { searchSettings } from "../study/settings.ts";
import { createSearchView, exitCodeOf } from "./show-search.ts";

const flagsOfSearch = searchSettings.extend({
  dataset: z
    .string()
    .optional()
    .describe("DATASET, where it is clearer to name it by a flag (default: the first table of --space)")
    .meta({ placeholder: "NAME" }),
  start: z
    .string()
    .optional()
    .describe(
      "your own network to search around and to compare with: net.txt or model.onnx (default limits: its own costs); or the first design, as the strategy has it",
    )
    .meta({ placeholder: "FILE" }),
  out: z
    .string()
    .optional()
    .describe("folder of the run (default: a new one below runs/)")
    .meta({ placeholder: "DIR" }),
  settings: z
    .string()
    .optional()
    .describe("JSON or TOML file with any of these settings; flags win over it")
    .meta({ placeholder: "FILE" }),
  answers: answersOption,
  onDone: onDoneOption,
  json: z.boolean().default(false).describe("JSON lines on standard output: one a trial, then the result"),
});

export default defineCommand({
  options: flagsOfSearch,
  passesRest: true,
  more: `DATASET is a folder of class folders (or train/ and test/ of them), CIFAR binary, IDX or Parquet files, or a name
from \`genius list datasets\`; a published table is a data set too. The options of the space, strategy and evaluator that
you choose are options here as well: add them to --help to see theirs, as in
  genius search --strategy evolution --help

Examples:
  genius search digits --max-params 20k --minutes 3
  genius search ./photos --max-params 100k --max-macs 20M --hours 1
  genius search ./photos --start mine.txt --minutes 30   (smaller at the same accuracy: add --max-params 50k)
  genius search nas-bench-macro --strategy llm --model ollama/llama3.1 --trials 10
  genius search --model replay/329M.json`,
  async help(given) {
    const textOf = (field: string) => (typeof given[field] === "string" ? given[field] : undefined);
    const { members } = await chooseMembers({
      data: "images",
      space: textOf("space"),
      strategy: textOf("strategy"),
      evaluator: textOf("evaluator"),
      model: "manual",
      evaluatorOptions: { launcher: textOf("launcher") },
    });
    const { space, strategy, evaluator, launcher } = members;
    return membersHelp([
      ["the space", space],
      ["the strategy", strategy],
      ["the evaluator", evaluator],
      ...(launcher === undefined ? [] : ([["the launcher", launcher]] as const)),
    ]);
  },
  async run({ operands, options: given, rest, explicit, terminal }) {
    const { settings, flags: flagsGiven } = await mergeFile(given, explicit, rest);
    const { out, json, answers, onDone, settings: _, dataset, start: startsFrom, ...own } = settings;
    const options = optionsOf(oneDataset([...operands, ...(dataset === undefined ? [] : [dataset])]), own);
    const isNetwork = startsFrom !== undefined && own.space === undefined && (await namesNetwork(startsFrom));
    const asked = isNetwork ? { ...options, start: startsFrom } : options;
    const flags = isNetwork || startsFrom === undefined ? flagsGiven : { ...flagsGiven, start: startsFrom };
    const { launcher: launcherName } = flags;
    const { members } = await chooseMembers({ ...asked, evaluatorOptions: { launcher: launcherName } });
    const { space, strategy, evaluator, launcher } = members;
    const [spaceFlags, strategyFlags = {}, evaluatorFlags = {}, launcherFlags = {}] = await distribute(
      flags,
      [space, strategy, evaluator, ...(launcher === undefined ? [] : [launcher])],
      Object.keys(flagsOfSearch.shape),
    );
    // Checked here as well, so that a mistake is told in the flag's own name.
    checkFlags(strategy.options, strategyFlags);
    checkFlags(evaluator.options, evaluatorFlags);
    if (launcher !== undefined) checkFlags(launcher.options, launcherFlags);
    const { environment, signal } = terminal;
    const { onEvent: show } = await createSearchView(terminal, {
      json,
      answersHere: answers !== "dashboard",
    });
    let folder = out;
    const onEvent = (event: SearchEvent) => {
      if (event.kind === "plan") folder = event.plan.folder;
      show(event);
    };
    return thenRun(onDone, { name: "search", terminal, folder: () => folder }, async () =>
      exitCodeOf(
        await search({
          ...asked,
          ...{ spaceOptions: spaceFlags, strategyOptions: strategyFlags, evaluatorOptions: evaluatorFlags },
          ...{ launcherOptions: launcherFlags, out, answers, environment, signal, onEvent },
        }),
      ),
    );
  },
});

/** Whether a file is a network rather than a list of designs to begin with, which is digits. */
async function namesNetwork(file: string): Promise<boolean> {
  if (!isStart(file)) return false;
  if (!isText(file)) return true;
  const text = await readOwnText(file).catch(() => "a missing file is told when it is opened");
  return /[a-z]/i.test(text.replaceAll(/#.*/g, ""));
}

function oneDataset(named: readonly string[]): string | undefined {
  if (named.length > 1) {
    throw new GeniusError(
      "wrong-use",
      `One dataset, please: ${named.map((name) => `"${name}"`).join(" and ")} were given.`,
    );
  }
  return named[0];
}

/** Puts a settings file below the flags, and checks the whole. */
async function mergeFile(
  given: z.infer<typeof flagsOfSearch>,
  explicit: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, string | boolean>>,
): Promise<{ settings: z.infer<typeof flagsOfSearch>; flags: Readonly<Record<string, string | boolean>> }> {
  if (given.settings === undefined) return { settings: given, flags: rest };
  const file = await readSettingsFile(given.settings);
  const known = await flagsOf(flagsOfSearch);
  const own = known.map((flag) => flag.field);
  const fromFile = Object.entries(file);
  const settings = checkFlags(flagsOfSearch, {
    ...coerce(Object.fromEntries(fromFile.filter(([field]) => own.includes(field))), known),
    ...explicit,
  });
  return {
    settings,
    flags: { ...Object.fromEntries(fromFile.filter(([field]) => !own.includes(field))), ...rest },
  };
}
