// Which space, strategy, evaluator and launcher a search uses: those that were asked for, and for the rest those that
// suit the data. Help pages need no more than this, so nothing else is loaded here.
import { GeniusError } from "../base/errors.ts";
import { findPublished } from "../catalog/datasets.ts";
import {
  type Given,
  loadEvaluator,
  loadLauncher,
  loadSpace,
  loadSpaceWriter,
  loadStrategy,
  referenceOf,
  type SpaceWriter,
} from "../catalog/load.ts";
import type { EvaluatorDefinition } from "../evaluators/evaluator.ts";
import type { LauncherDefinition } from "../evaluators/launchers/launcher.ts";
import { isMessageList, parseModelName } from "../llm/index.ts";
import type { SpaceDefinition } from "../search/space.ts";
import type { StrategyDefinition } from "../search/strategy.ts";
import { defaultMembers } from "../study/settings.ts";
import type { MemberOptions, SearchOptions } from "./search-options.ts";
import type { Start } from "./start.ts";

export interface Members {
  readonly space: SpaceDefinition;
  readonly strategy: StrategyDefinition;
  readonly evaluator: EvaluatorDefinition;
  /** Of the evaluator, if it uses one. */
  readonly launcher: LauncherDefinition | undefined;
}

export interface Chosen {
  readonly members: Members;
  /** How the journal names them. */
  readonly references: { readonly space: string; readonly strategy: string; readonly evaluator: string };
  /** Options that a choice implies unless they are given. */
  readonly implied: { readonly strategy: MemberOptions };
  /** The dataset, as the evaluator takes it. */
  readonly dataset: string;
  /** The person's own network that the search starts from. */
  readonly start: Start | undefined;
  /** Who writes the space before the search. Until then `members.space` stands for it. */
  readonly writer: SpaceWriter | undefined;
}

type Asked = Pick<
  SearchOptions,
  "data" | "model" | "space" | "start" | "strategy" | "evaluator" | "evaluatorOptions"
>;

/**
 * Chooses the members a search needs from what was asked.
 * @throws GeniusError `wrong-use` when the dataset is missing, `unknown-name` for a name that is not known.
 */
export async function chooseMembers(asked: Asked): Promise<Chosen> {
  const { model } = asked;
  const transcript = await transcriptOf(model);
  if (asked.start !== undefined && asked.space !== undefined) {
    throw new GeniusError(
      "wrong-use",
      "A search that starts from a network makes the space around it: leave out the space.",
    );
  }
  const start = asked.start === undefined ? undefined : await openStart(asked.start);
  const writer = typeof asked.space === "string" ? await loadSpaceWriter(asked.space) : undefined;
  const spaceName = writer === undefined ? nameOf(asked.space) : undefined;
  // A space with a published table and no dataset means the table's first.
  const data = asked.data ?? (transcript === undefined ? spaceName : undefined);
  const published = data === undefined ? undefined : findPublished(data, spaceName);
  const evaluatorName = nameOf(asked.evaluator);
  const isTable = published !== undefined && (evaluatorName === undefined || evaluatorName === "table");
  const evaluator =
    asked.evaluator ??
    (transcript !== undefined ? "transcript" : isTable ? "table" : defaultMembers.evaluator);
  const given = {
    space:
      start?.space ??
      (writer === undefined ? asked.space : defaultMembers.space) ??
      (transcript !== undefined ? "genius-imagenet" : isTable ? published.space : defaultMembers.space),
    strategy: asked.strategy ?? (transcript !== undefined ? "llm" : defaultMembers.strategy),
    evaluator,
  };
  const [space, strategy, loaded] = await Promise.all([
    loadSpace(given.space),
    loadStrategy(given.strategy),
    loadEvaluator(given.evaluator),
  ]);
  // An evaluator that never looks at data needs none.
  const dataset = isTable
    ? published.dataset
    : evaluator === "transcript"
      ? (transcript ?? asked.data)
      : (asked.data ?? (loaded.describe === undefined ? loaded.name : undefined));
  if (dataset === undefined || dataset === "") {
    throw new GeniusError(
      "wrong-use",
      "Say what to search for: a folder of class folders, or a name from `genius list datasets`.",
    );
  }
  if (strategy.model === "required" && model === undefined) {
    throw new GeniusError(
      "wrong-use",
      `The strategy ${strategy.name} needs a model: add --model PROVIDER/MODEL (see \`genius list models\`), or --model manual to answer yourself.`,
    );
  }
  if (writer !== undefined) checkWriter(writer, { strategy, evaluator: loaded, model });
  const members = { space, strategy, evaluator: loaded, launcher: await launcherOf(loaded, asked) };
  return {
    members,
    references: {
      space: start?.reference ?? (await referenceOf("space", given.space)),
      strategy: await referenceOf("strategy", given.strategy),
      evaluator: await referenceOf("evaluator", given.evaluator),
    },
    // A replayed search is told what the recorded one was told, and nothing it proposed is repaired.
    implied: { strategy: transcript === undefined ? {} : { prompt: "genius-2023" } },
    dataset,
    start,
    writer,
  };
}

/** @throws GeniusError `wrong-use` where a space cannot be written for the search. */
function checkWriter(
  { name, model }: SpaceWriter,
  chosen: Pick<Members, "strategy" | "evaluator"> & Pick<Asked, "model">,
): void {
  const { strategy, evaluator } = chosen;
  if (model === "required" && chosen.model === undefined)
    throw new GeniusError(
      "wrong-use",
      `With --space ${name} a language model writes the space: add --model PROVIDER/MODEL (see \`genius list models\`), or --model manual to write it yourself.`,
    );
  if (evaluator.tabular || evaluator.name === "transcript")
    throw new GeniusError(
      "wrong-use",
      `With --space ${name} a new space is written, and the evaluator ${evaluator.name} only knows designs of a published one: search on images, with --evaluator train.`,
    );
  if (strategy.needs === "training")
    throw new GeniusError(
      "wrong-use",
      `The strategy ${strategy.name} proposes networks from outside any space: leave out --space ${name}, or choose another --strategy.`,
    );
}

const nameOf = (given: Given<{ readonly name: string }> | undefined) =>
  typeof given === "object" ? given.name : given;

/** The launcher that the evaluator's trainings run on, if it uses one: the one that was asked for, or its default. */
async function launcherOf(
  { launcherOf: named, options }: EvaluatorDefinition,
  { evaluatorOptions = {} }: Asked,
): Promise<LauncherDefinition | undefined> {
  const { launcher } = evaluatorOptions;
  if (named === undefined) return undefined;
  return loadLauncher(named(options.parse(typeof launcher === "string" ? { launcher } : {})));
}

/** The file of a replayed transcript, which brings its own measured accuracies; undefined for any other model. */
async function transcriptOf(model: string | undefined): Promise<string | undefined> {
  if (model === undefined) return undefined;
  const name = parseModelName(model);
  return name.provider === "replay" && (await isMessageList(name.file)) ? name.file : undefined;
}

async function openStart(file: string): Promise<Start> {
  const start = await import("./start.ts");
  return start.openStart(file);
}
