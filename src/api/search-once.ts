// One search in its folder: begun from a resolved configuration, or continued from its journal, and without the searches by
// other strategies that may follow it.

import { existsSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { GeniusError } from "../base/errors.ts";
import { isPath } from "../base/own-file.ts";
import { counted } from "../base/units.ts";
import { listDatasets } from "../catalog/datasets.ts";
import { createRunFolder } from "../runs/run-folder.ts";
import { isEvaluated } from "../search/trial.ts";
import { createJournal, openJournal } from "../study/journal.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { createLiveWriter } from "../study/live-file.ts";
import { placesOf } from "../study/run-places.ts";
import { dataChange, refusalWords } from "./changed-data.ts";
import type { Members } from "./choose-members.ts";
import { keptText } from "./kept-text.ts";
import { answererOf } from "./manual-answers.ts";
import { provenanceOf } from "./provenance.ts";
import { readRunResult } from "./read-run.ts";
import type { SearchEvent } from "./search-events.ts";
import type { GivenMembers, Sitting } from "./search-options.ts";
import type { SearchResult } from "./search-result.ts";
import { type OpenSearch, openSearch } from "./written-search.ts";

/** How a search is begun whose configuration is resolved. */
export interface Begin extends Pick<Sitting, "answers"> {
  /** Undefined for a new one below `runs/`. */
  readonly folder: string | undefined;
  readonly given: Pick<Members, "space" | "strategy" | "evaluator">;
  readonly startedAt: Date;
}

/** Runs a new search in its folder to its end. */
export async function beginSearch(
  resolved: StudyConfig,
  { folder: named, given, startedAt, answers }: Begin,
  { tell, environment, signal, onProgress }: OpenSitting,
): Promise<SearchResult> {
  const { space, strategy } = given;
  const spaceName = resolved.spaceWriter ?? space.name;
  const folder =
    named ?? (await createRunFolder("runs", { space: spaceName, strategy: strategy.name, now: new Date() }));
  const isNew = named === undefined || !existsSync(folder);
  const text = keptText(folder, resolved.space, space.text);
  const config = { ...resolved, places: { ...(await placesIn(folder, resolved)), ...text?.places } };
  const liveFile = createLiveWriter(folder);
  const setting = {
    ...{ folder, environment, onProgress, signal, given, isSearch: true },
    ...answererOf(answers, folder, liveFile),
  };
  let opened: OpenSearch | undefined;
  const journal = await createJournal(folder, async () => {
    opened = await openSearch(config, setting, { isWritten: config.spaceWriter === undefined });
    await text?.write();
    return {
      ...{ config, provenance: { ...(await provenanceOf()), ...opened.provenance } },
      ...(config.minutes !== undefined && { startedAt: startedAt.toISOString() }),
    };
  }).catch(async (thrown: unknown) => {
    // A new folder in which nothing began is of no use; one that holds anything stays.
    if (isNew) await rmdir(folder).catch(() => {});
    throw thrown;
  });
  const openingMs = Date.now() - startedAt.getTime();
  return opened!.run({
    ...{ config, journal, recorded: [], turns: [], liveFile, signal, tell },
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

/** Continues a run where it stopped; a finished one is read, unless `trials` asks for more than it had. */
export async function goOn(
  folder: string,
  { isToFinish = false, ...options }: ResumeOptions & { readonly isToFinish?: boolean },
): Promise<SearchResult> {
  const { tell, environment, signal, onProgress } = openSitting(options);
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
    const setting = {
      ...{ folder, environment, onProgress, signal, given: options, isSearch: true },
      ...answererOf(options.answers, folder, liveFile),
    };
    const isWritten = planned.spaceWriter === undefined || record.writtenSpace !== undefined;
    const opened = await openSearch(config, setting, { isWritten });
    const change = dataChange(record, opened.provenance);
    if (change !== undefined && options.acceptChangedData !== true) {
      await opened.close();
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
    return await opened.run({
      config,
      journal,
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

export interface OpenSitting {
  readonly tell: (event: SearchEvent) => void;
  readonly environment: NonNullable<Sitting["environment"]>;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** A sitting with its defaults. */
export function openSitting({ onEvent, environment, signal }: Sitting): OpenSitting {
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
