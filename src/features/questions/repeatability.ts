// Does the same study give the same result again? Recorded conversations of one model on one task, side by side and
// replayed; a model asked again, where one is named; and classical searches under the same and under other seeds.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { z } from "zod";
import { assemble } from "../../api/assemble.ts";
import { maxAtOnce } from "../../base/at-once.ts";
import { temporaryError } from "../../base/errors.ts";
import { openSpace } from "../../catalog/load.ts";
import { readMessageList } from "../../llm/index.ts";
import { accuracy, metricOf } from "../../metrics/index.ts";
import { createDomain } from "../../search/constraints/create-domain.ts";
import { readTranscript, type TranscriptProposal } from "../../search/prompt/transcript.ts";
import type { Choices, Space } from "../../search/space.ts";
import type { StudyConfig } from "../../study/journal-lines.ts";
import { runStudy } from "../../study/run-study.ts";
import { estimate, inWords } from "./estimates.ts";
import { type Answer, defineQuestion, type QuestionSetting } from "./question.ts";
import { openSearches, runSeeds, runTableSearch, seedsFrom } from "./table-searches.ts";

const options = z.object({
  transcripts: z
    .string()
    .optional()
    .describe("folder of recorded conversations (default: transcripts below GENIUS_DATA_DIR)")
    .meta({ placeholder: "DIR" }),
  transcriptSpace: z.string().default("genius-imagenet").describe("the space that they are about"),
  space: z
    .string()
    .default("nas-bench-201")
    .describe("a space with a published table, for searches run here"),
  dataset: z.string().default("cifar100").describe("a data set of that space"),
  strategies: z.string().default("random,evolution,tpe,gp,hybrid").describe("with commas between"),
  evaluations: z.int().min(2).default(25).describe("evaluations of each search"),
  repeats: z.int().min(2).default(10).describe("searches of each kind"),
  parallel: z.int().min(1).max(maxAtOnce).default(4).describe("searches by a model at once"),
});
type Options = z.output<typeof options>;

export default defineQuestion({
  name: "repeatability",
  asks: "Does the same study give the same result again?",
  source: "what the paper could not show: https://arxiv.org/abs/2304.10970 ran each search once",
  model: "optional",
  options,
  answer,
});

async function answer(setting: QuestionSetting, given: Options): Promise<Answer> {
  const recorded = await recordedSearches(setting, given);
  const searches = await openSearches(given.space, given.dataset);
  const { evaluations, repeats } = given;
  const rows: { who: string; again: string; accuracies: readonly number[]; distinct: number }[] = [];
  const { signal } = setting;
  for (const strategy of given.strategies.split(",").map((name) => name.trim())) {
    setting.onProgress(strategy);
    const ends = await runSeeds(searches, seedsFrom(1, repeats), (seed) => ({
      strategy,
      seed,
      evaluations,
      signal,
    }));
    const again = await runTableSearch(searches, { strategy, seed: 1, evaluations, signal });
    rows.push({
      who: strategy,
      again:
        JSON.stringify(again.evaluated) === JSON.stringify(ends[0]!.evaluated)
          ? "the very same designs"
          : "other designs",
      accuracies: ends.map((end) => searches.table.optimum01 - end.bestRegret01),
      distinct: new Set(ends.map((end) => String(end.chosen))).size,
    });
  }
  if (setting.converse) {
    const { converse } = setting;
    setting.onProgress("llm");
    const ends = await runSeeds(
      searches,
      seedsFrom(1, repeats),
      async (repeat) => ({
        strategy: "llm",
        seed: 1,
        evaluations,
        signal,
        conversation: await converse(`repeat-${repeat}`),
      }),
      given.parallel,
    );
    rows.push({
      who: "llm, one seed, asked again",
      again: ends.every((end) => JSON.stringify(end.evaluated) === JSON.stringify(ends[0]!.evaluated))
        ? "the very same designs"
        : "other designs",
      accuracies: ends.map((end) => searches.table.optimum01 - end.bestRegret01),
      distinct: new Set(ends.map((end) => String(end.chosen))).size,
    });
  }
  return {
    findings: [
      ...recorded.findings,
      ...rows.map(({ who, again, accuracies, distinct }) => {
        const { mean: _, ...rest } = estimate(accuracies);
        const spread = 100 * (Math.max(...accuracies) - Math.min(...accuracies));
        return `${who}: the same seed gives ${again}; ${repeats} ${who.startsWith("llm") ? "repeats" : "seeds"} hand over ${distinct} different designs, accuracy ${inWords({ ...rest, mean: estimate(accuracies).mean })} %, ${spread.toFixed(2)} points from worst to best.`;
      }),
    ],
    remarks: [
      ...recorded.remarks,
      ...(setting.converse
        ? []
        : [
            "No language model was named (--model): how far a live model repeats itself is not measured here.",
          ]),
    ],
    charts: [],
    tables: [
      ...recorded.tables,
      {
        title: `${given.space} on ${given.dataset}, ${evaluations} evaluations, ${repeats} repeats`,
        table: {
          columns: ["search", "same seed again", "different designs handed over", "accuracy (%)"],
          rows: rows.map(({ who, again, accuracies, distinct }) => [
            who,
            again,
            distinct,
            inWords(estimate(accuracies)),
          ]),
        },
      },
    ],
    data: JSON.parse(JSON.stringify({ rows, recorded: recorded.data })),
    provenance: { ...searches.table.provenance, evaluations, repeats },
  };
}

interface Recorded {
  readonly file: string;
  readonly proposals: readonly TranscriptProposal[];
  readonly best: TranscriptProposal | undefined;
  readonly replays: boolean;
}

async function recordedSearches(setting: QuestionSetting, given: Options) {
  const root =
    given.transcripts ??
    (setting.environment.GENIUS_DATA_DIR && join(setting.environment.GENIUS_DATA_DIR, "transcripts"));
  const files = root
    ? (await readdir(root).catch(() => [])).filter((name) => name.endsWith(".json")).sort()
    : [];
  if (files.length === 0) {
    return {
      findings: [],
      remarks: ["No recorded conversations were found: name their folder with --transcripts."],
      tables: [],
      data: [],
    };
  }
  const space = await openSpace(given.transcriptSpace);
  const { costOf } = createDomain(space, {});
  const recorded: Recorded[] = [];
  for (const file of files) {
    setting.onProgress(`replaying ${file}`);
    const path = join(root as string, file);
    const { messages } = readMessageList(await readFile(path, "utf8"), path);
    const { proposals } = readTranscript(messages, { space, costOf });
    const best = proposals.reduce<TranscriptProposal | undefined>(
      (top, entry) => ((entry.accuracy01 ?? -1) > (top?.accuracy01 ?? -1) ? entry : top),
      undefined,
    );
    const [first, second] = [await replay(path, given, setting), await replay(path, given, setting)];
    recorded.push({ file: basename(file, ".json"), proposals, best, replays: first === second });
  }
  const pairs = recorded.flatMap((a, index) =>
    recorded.slice(index + 1).flatMap((b) => sameShare(space, a.best?.choices, b.best?.choices) ?? []),
  );
  const firsts = new Set(recorded.map(({ proposals }) => String(proposals[0]?.choices)));
  return {
    findings: [
      `${recorded.filter(({ replays }) => replays).length} of ${recorded.length} recorded conversations replay to the very same trials, twice.`,
      `The ${recorded.length} conversations are of one model on one space, under two budgets and several lengths of training: they begin with ${firsts.size} different first designs, and two of their best designs agree in ${inWords(estimate(pairs), 100, 0)} % of the decisions.`,
    ],
    remarks: [
      "The recorded conversations differ in budget and in the length of training, so that their spread is not that of one study repeated.",
    ],
    tables: [
      {
        title: "Recorded conversations",
        table: {
          columns: [
            "conversation",
            "calls",
            "sent back",
            "measured",
            "best (%)",
            "tokens read",
            "replays exactly",
          ],
          rows: recorded.map(({ file, proposals, best, replays }) => [
            file,
            proposals.length,
            proposals.filter(({ verdict }) => verdict === "rejected").length,
            proposals.filter(({ accuracy01 }) => accuracy01 !== null).length,
            best?.accuracy01 == null ? null : (100 * best.accuracy01).toFixed(2),
            proposals.reduce((sum, { inputTokens }) => sum + inputTokens, 0).toLocaleString("en"),
            replays ? "yes" : "no",
          ]),
        },
      },
    ],
    data: JSON.parse(JSON.stringify(recorded.map(({ file, best, replays }) => ({ file, best, replays })))),
  };
}

/** The trials of a replay, as text. */
async function replay(
  path: string,
  given: Options,
  { environment, signal }: QuestionSetting,
): Promise<string> {
  const config: StudyConfig = {
    ...{
      dataset: path,
      task: "replay",
      metric: metricOf(accuracy),
      space: given.transcriptSpace,
      spaceOptions: {},
      limits: {},
      parallel: 1,
      seed: 1,
    },
    ...{ strategy: "llm", strategyOptions: { prompt: "genius-2023", onInfeasible: "return" }, trials: 100 },
    ...{ evaluator: "transcript", evaluatorOptions: {}, model: `replay/${path}`, modelOptions: {} },
  };
  const folder = await mkdtemp(join(tmpdir(), "genius-replay-")).catch((thrown: unknown) => {
    throw temporaryError(thrown, tmpdir());
  });
  const { domain, strategy, evaluator, close } = await assemble(config, { folder, environment });
  try {
    const { trials } = await runStudy({
      domain,
      strategy,
      evaluator,
      trials: config.trials,
      parallel: 1,
      seed: 1,
      signal,
    });
    return JSON.stringify(
      trials.map(({ proposal, outcome }) => [
        proposal.choices,
        outcome.kind,
        outcome.kind === "scored" && outcome.score,
      ]),
    );
  } finally {
    await close();
    await rm(folder, { recursive: true, force: true });
  }
}

function sameShare(space: Space, a: Choices | undefined, b: Choices | undefined): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  return a.filter((choice, index) => choice === b[index]).length / space.decisions.length;
}
