// The search as a function: chooses the members, fits the space to the data and the limits, runs the study in a folder,
// and resolves to what came of it. The command, and any other search in this process, calls this.

import { existsSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { GeniusError } from "../base/errors.ts";
import { isPath } from "../base/own-file.ts";
import { counted } from "../base/units.ts";
import { listDatasets } from "../catalog/datasets.ts";
import { createRunFolder } from "../runs/run-folder.ts";
import { isEvaluated } from "../search/trial.ts";
import { putTurn, removeItem } from "../study/inbox.ts";
import { createJournal, openJournal, readJournal } from "../study/journal.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { createLiveWriter } from "../study/live-file.ts";
import { placesOf } from "../study/run-places.ts";
import { type Assembly, assemble } from "./assemble.ts";
import { dataChange, refusalWords } from "./changed-data.ts";
import { chooseMembers } from "./choose-members.ts";
import { keptText } from "./kept-text.ts";
import { answererOf } from "./manual-answers.ts";
import { provenanceOf } from "./provenance.ts";
import { readRunResult } from "./read-run.ts";
import { resolveConfig } from "./resolve-config.ts";
import { runSearch } from "./run-search.ts";
import type { SearchEvent } from "./search-events.ts";
import type { GivenMembers, SearchOptions, Sitting } from "./search-options.ts";
import type { SearchResult } from "./search-result.ts";

/**
 * Designs networks for data under limits: proposes, trains or looks up, observes, and at the end trains the best design
 * at full length, tests it once and puts baselines beside it. All of it is kept in the run's folder.
 *
 * Resolves also when nothing could be scored (`best` is undefined) and when `signal` was aborted (`reason` is
 * `interrupted`, and `resume(folder)` continues).
 *
 * @throws GeniusError `wrong-use` for an option that is not allowed, `unknown-name` for a member that does not exist,
 *   `infeasible` when no design keeps the limits, `bad-data` and `not-found` for data that cannot be read,
 *   `training-failed` when every evaluation fails, and what a model or a launcher throws for good. Finished trials
 *   are kept, and `resume` continues with them.
 * @example
 * ```ts
 * import { search } from "genius-nas";
 *
 * const run = await search({ data: "digits", limits: { maxParams: "20k" }, budget: { minutes: 3 } });
 * console.log(run.verdict.join("\n"), run.files);
 * ```
 */
export async function search(options: SearchOptions): Promise<SearchResult> {
  const startedAt = new Date();
  const { tell, environment, signal, onProgress } = sittingOf(options);
  const chosen = await chooseMembers(options);
  const resolved = await resolveConfig(options, chosen, {
    ...{ environment, onProgress },
    onUnderstood: (understood) => tell({ kind: "data", ...understood }),
  });
  const { space, strategy } = chosen.members;
  const folder =
    options.out ??
    (await createRunFolder("runs", { space: space.name, strategy: strategy.name, now: new Date() }));
  const isNew = options.out === undefined || !existsSync(folder);
  const text = keptText(folder, resolved.space, space.text);
  const config = { ...resolved, places: { ...(await placesIn(folder, resolved)), ...text?.places } };
  const liveFile = createLiveWriter(folder);
  let parts: Assembly | undefined;
  const journal = await createJournal(folder, async () => {
    const answerer = answererOf(options.answers, folder, liveFile);
    parts = await assemble(config, {
      ...{ folder, environment, onProgress, given: chosen.members, isSearch: true },
      ...answerer,
    });
    await text?.write();
    return {
      ...{ config, provenance: { ...(await provenanceOf()), ...parts.provenance } },
      ...(config.minutes !== undefined && { startedAt: startedAt.toISOString() }),
    };
  }).catch(async (thrown: unknown) => {
    // A new folder in which nothing began is of no use; one that holds anything stays.
    if (isNew) await rmdir(folder).catch(() => {});
    throw thrown;
  });
  const openingMs = Date.now() - startedAt.getTime();
  return runSearch({
    ...{ config, journal, parts: parts!, recorded: [], turns: [], liveFile, signal, tell },
    time: { usedMs: openingMs, openingMs },
  });
}

/** How `resume` continues. */
export interface ResumeOptions extends Sitting, GivenMembers {
  /** Total number of evaluations, to continue beyond the plan. */
  readonly trials?: number | undefined;
  /** Go on although the data are not those that the run was begun with. It is noted in the journal. */
  readonly acceptChangedData?: boolean | undefined;
}

/**
 * Goes on with a run where it stopped, from its journal alone. A run that is finished is not run again: its result is
 * read, unless `trials` asks for more than it had. Members that a script defined as objects must be handed over again.
 *
 * @throws GeniusError `not-found` when the folder holds no run, `locked` while another process runs it,
 *   `data-changed` when the data changed since and that is not accepted, and what `search` throws.
 * @example
 * ```ts
 * import { resume } from "genius-nas";
 *
 * const run = await resume("runs/first", { trials: 40 });
 * ```
 */
export async function resume(folder: string, options: ResumeOptions = {}): Promise<SearchResult> {
  return goOn(folder, options);
}

/**
 * Ends a search: no further design is tried, and the best network so far is trained to its end, tested and handed over – in a
 * run by the clock in the time that was planned for it. A running search of another process is asked to, and does it
 * itself; then this resolves to undefined. A stopped one is continued for that only.
 *
 * @throws GeniusError `not-found` when the folder holds no run, and what `resume` throws.
 * @example
 * ```ts
 * import { finish } from "genius-nas";
 *
 * const run = await finish("runs/first");
 * ```
 */
export async function finish(
  folder: string,
  options: Omit<ResumeOptions, "trials"> = {},
): Promise<SearchResult | undefined> {
  const { result } = await readJournal(folder);
  const id = result === undefined ? await putTurn(folder, { kind: "finish" }) : undefined;
  try {
    return await goOn(folder, { ...options, isToFinish: true });
  } catch (thrown) {
    if (thrown instanceof GeniusError && thrown.code === "locked") return undefined;
    if (id !== undefined) await removeItem(folder, id);
    throw thrown;
  }
}

async function goOn(
  folder: string,
  { isToFinish = false, ...options }: ResumeOptions & { readonly isToFinish?: boolean },
): Promise<SearchResult> {
  const { tell, environment, signal, onProgress } = sittingOf(options);
  const { journal, record } = await openJournal(folder);
  try {
    for (const text of record.warnings) tell({ kind: "note", about: "warning", text });
    const { config: planned } = record.header;
    const { minutes } = planned;
    const trials = options.trials ?? planned.trials;
    checkGiven(planned, options);
    if (minutes !== undefined && options.trials !== undefined) {
      throw new GeniusError(
        "wrong-use",
        `The run goes by the clock, for ${counted(minutes, "minute")}: a number of trials means nothing for it.`,
      );
    }
    if (record.result !== undefined && (trials <= planned.trials || isToFinish)) {
      await journal.close();
      const more =
        minutes === undefined && !isToFinish
          ? ` To continue, ask for more trials than ${planned.trials}.`
          : "";
      const text = `${folder} is finished.${more}`;
      tell({ kind: "note", about: "finished", text });
      const result = await readRunResult(folder, options);
      tell({ kind: "end", result });
      return result;
    }
    const done = record.trials.filter(isEvaluated).length;
    if (options.trials !== undefined && trials < done) {
      throw new GeniusError(
        "wrong-use",
        `${folder} has ${counted(done, "evaluation")} already, and ${trials} in all were asked for. Ask for more, or end the search with what it has: genius finish ${folder}`,
      );
    }
    const config = { ...planned, trials };
    const liveFile = createLiveWriter(folder);
    const parts = await assemble(config, {
      isSearch: true,
      ...{ folder, environment, onProgress, given: options },
      ...answererOf(options.answers, folder, liveFile),
    });
    const change = dataChange(record, parts.provenance);
    if (change !== undefined && options.acceptChangedData !== true) {
      await parts.close();
      throw new GeniusError("data-changed", refusalWords(change, folder));
    }
    const places = await placesIn(folder, planned);
    const hasMoved = !isDeepStrictEqual(places, planned.places);
    const hasNewLength = trials !== planned.trials;
    await journal.addNote({
      about: "resumed",
      text: `resumed after ${counted(record.trials.length, "trial")}${hasNewLength ? `, for ${trials} in all` : ""}`,
      ...(hasMoved && { places }),
      ...(hasNewLength && { trials }),
    });
    if (change !== undefined) {
      tell({ kind: "note", about: "data", text: change.text });
      await journal.addNote({ about: "data", text: change.text, dataHash: change.hash });
    }
    const turns = record.notes.flatMap(({ turn }) => turn ?? []);
    return await runSearch({
      config,
      journal,
      parts,
      recorded: record.trials,
      turns,
      time: { usedMs: record.spent.elapsedMs, openingMs: record.openingMs, begun: record.final },
      liveFile,
      signal,
      tell,
    });
  } catch (thrown) {
    await journal.close();
    throw thrown;
  }
}

const placesIn = (folder: string, config: StudyConfig) =>
  placesOf(config, folder, { isDatasetName: listDatasets().some(({ name }) => name === config.dataset) });

function sittingOf({ onEvent, environment, signal }: Sitting) {
  const tell = (event: SearchEvent) => onEvent?.(event);
  return {
    tell,
    environment: environment ?? process.env,
    signal: signal ?? new AbortController().signal,
    onProgress: (text: string) => tell({ kind: "preparing", text }),
  };
}

/** A resumed run must continue with what it began with. */
function checkGiven(config: { readonly [Kind in keyof GivenMembers]-?: string }, given: GivenMembers): void {
  for (const kind of ["space", "strategy", "evaluator"] as const) {
    const member = given[kind];
    const name = typeof member === "object" ? member.name : member;
    if (
      name === undefined ||
      name === config[kind] ||
      isPath(config[kind]) ||
      `script:${name}` === config[kind]
    )
      continue;
    throw new GeniusError(
      "wrong-use",
      `The run was begun with the ${kind} "${config[kind]}", and "${name}" was given to continue it.`,
    );
  }
}
