// What another rule of choosing would have made of the same replies: runs hybrid with the replies that RUNS/TASK-ARM-SEED
// recorded, in their order, whatever is asked. A model would have answered otherwise to other results, so this compares rules
// roughly; forecasts of the surrogate's own designs are left out, since those would be others.
//
// Usage: node --conditions=genius-source benchmarks/designers/again.ts --runs DIR [--arms final,each] [--rules offers,record]
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openBench } from "../../src/api/bench/open-bench.ts";
import { type Conversation, lastObject } from "../../src/llm/index.ts";
import { mean } from "../../src/math/statistics.ts";
import hybrid from "../../src/search/strategies/hybrid.ts";
import { readJournal } from "../../src/study/journal.ts";
import { runStudy } from "../../src/study/run-study.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string" },
    arms: { type: "string", default: "final,each,record" },
    rules: { type: "string", default: "offers,record" },
  },
});
if (values.runs === undefined) throw new Error("Name the folder of the runs: --runs DIR");
const arms = values.arms.split(",");
const runs = (await readdir(values.runs)).filter((name) => {
  const [, arm, seed] = name.split("-");
  return arm !== undefined && arms.includes(arm) && /^\d+$/.test(seed ?? "");
});

/** The replies of a record in order: what the model said when it had called its tools. */
async function repliesOf(folder: string): Promise<readonly string[]> {
  const lines = (await readFile(join(folder, "conversation.jsonl"), "utf8"))
    .split("\n")
    .filter((line) => line !== "");
  return lines.flatMap((line) => {
    const { reply } = JSON.parse(line) as { reply?: { text: string } };
    const candidates = reply && lastObject(reply.text, ({ candidates: listed }) => listed);
    return candidates === undefined ? [] : [JSON.stringify({ candidates })];
  });
}

function conversationOf(replies: readonly string[]): Conversation {
  let given = 0;
  return {
    ...{ model: "recorded", price: undefined, warnings: [] },
    spent: { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 },
    textOf: () => undefined,
    close: async () => {},
    async ask() {
      const text = replies[Math.min(given, replies.length - 1)]!;
      given += 1;
      return {
        ...{ number: given, text, toolCalls: [], calls: 1 },
        usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 },
        ...{ modelId: "recorded", finishReason: "stop", milliseconds: 0, from: "model" },
      };
    },
  };
}

const rules = values.rules.split(",");
const found = new Map<string, { score: number; rank: number }[]>();
for (const name of runs) {
  const folder = join(values.runs, name);
  const { config } = (await readJournal(folder)).header;
  const { space, dataset, limits = {}, trials, seed, strategyOptions } = config;
  const opened = await openBench({
    ...{ space, spaceOptions: {}, dataset, limits, noise01: 0, environment: process.env },
  });
  const { domain, evaluator, judge } = opened;
  const replies = await repliesOf(folder);
  const line: string[] = [];
  for (const rule of rules) {
    const strategy = hybrid.create(
      {
        ...{ domain, evaluations: trials, task: "images", fidelity: { full: {} } },
        conversation: conversationOf(replies),
      },
      hybrid.options.parse({ ...strategyOptions, turns: rule }),
    );
    const { best, trials: made } = await runStudy({ domain, evaluator, strategy, trials, parallel: 1, seed });
    const { choices } = best!.proposal;
    const score = 100 * judge!.lookUp(choices)!.selection01;
    const key = `${name.split("-").slice(0, 2).join("-")} ${rule}`;
    found.set(key, [...(found.get(key) ?? []), { score, rank: judge!.rankOf(choices)! }]);
    line.push(
      `${rule}: ${score.toFixed(2)} (${made.map(({ proposal }) => (proposal.by === "hybrid/model" ? "m" : "s")).join("")})`,
    );
  }
  console.log(`${name}  ${line.join("  ")}`);
}
for (const [key, list] of [...found].sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(
    `${key}: ${mean(list.map(({ score }) => score)).toFixed(3)}, ranks ${list.map(({ rank }) => rank).join(" ")}`,
  );
