// `genius search`: its flags and its help. What it does is loaded when it is asked for.
import { chooseMembers } from "../api/choose-members.ts";
import { loadEvaluator, loadSpace, loadStrategy } from "../catalog/load.ts";
import { defineCommand } from "../command/command.ts";
import { membersHelp, switchesOf } from "../command/members.ts";
import { defaultMembers } from "../study/settings.ts";
import { searchFlags } from "./search-flags.ts";

export default defineCommand({
  options: searchFlags,
  passesRest: true,
  more: `DATASET is a folder of class folders (or train/ and test/ of them), CIFAR binary, IDX or Parquet files, or a name
from \`genius list datasets\`; a published table is a dataset too. The options of the space, strategy and evaluator that
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
    const { members, writer } = await chooseMembers({
      data: "images",
      space: textOf("space"),
      strategy: textOf("strategy"),
      evaluator: textOf("evaluator"),
      model: "manual",
      evaluatorOptions: { launcher: textOf("launcher") },
    });
    const { space, strategy, evaluator, launcher } = members;
    return membersHelp([
      // One that is to be written has no options yet.
      ...(writer === undefined ? ([["the space", space]] as const) : []),
      ["the strategy", strategy],
      ["the evaluator", evaluator],
      ...(launcher === undefined ? [] : ([["the launcher", launcher]] as const)),
    ]);
  },
  async switches({ space, strategy, evaluator }) {
    const textOf = (given: string | boolean | undefined) => (typeof given === "string" ? given : undefined);
    const loaded = await Promise.allSettled([
      loadSpace(textOf(space) ?? defaultMembers.space),
      loadStrategy(textOf(strategy) ?? defaultMembers.strategy),
      loadEvaluator(textOf(evaluator) ?? defaultMembers.evaluator),
    ]);
    // What cannot be loaded is told where it is used.
    return switchesOf(loaded.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])));
  },
  run: async (invocation) => (await import("./start-search.ts")).startSearch(invocation),
});
