// A search whose space is written first: a strategy that can do so is asked, the text is kept with the run as a space of one's
// own is, and the search goes on in it. What stops before then is resumed from the conversation's record, so that no answer is
// asked for twice; once the space is in the journal, nobody is asked for it any more.
import { messageOf } from "../base/errors.ts";
import { counted } from "../base/units.ts";
import { loadSpaceWriter, openSpace } from "../catalog/load.ts";
import { createTerminalAnswerer } from "../llm/index.ts";
import { createDomain } from "../search/constraints/create-domain.ts";
import type { Limits } from "../search/space.ts";
import type { WrittenSpace } from "../search/strategy.ts";
import { failureWords, type StudyConfig } from "../study/journal-lines.ts";
import { type AssembleSetting, type Assembly, assemble } from "./assemble.ts";
import { type Ground, type GroundSetting, openGround } from "./ground.ts";
import { keptText } from "./kept-text.ts";
import { runSearch, type SearchRun, spentOf } from "./run-search.ts";
import { resultOf, type SearchResult } from "./search-result.ts";

/** The parts of a search, ready to run. */
export interface OpenSearch extends Pick<Assembly, "provenance" | "close"> {
  run(run: Omit<SearchRun, "parts">): Promise<SearchResult>;
}

/** @throws GeniusError as `assemble` does. */
export async function openSearch(
  config: StudyConfig,
  setting: AssembleSetting,
  { isWritten }: { readonly isWritten: boolean },
): Promise<OpenSearch> {
  if (isWritten) {
    const parts = await assemble(config, setting);
    return { ...parts, run: (run) => runSearch({ ...run, parts }) };
  }
  // Of a person at the terminal one reader for all: it may have read further than the first answer.
  const answerer =
    setting.answerer ?? (config.model === "manual" ? createTerminalAnswerer(setting.folder) : undefined);
  const shared = { ...setting, ...(answerer !== undefined && { answerer }) };
  const ground = await openUnwritten(config, shared);
  const given = { ...setting.given, space: undefined };
  return {
    ...ground,
    run: (run) =>
      writeAndSearch({
        ...{ ...run, ground },
        assembleWritten: (written) => assemble(written, { ...shared, given }),
      }),
  };
}

/** The ground of a search that has no space yet. */
async function openUnwritten(config: StudyConfig, setting: GroundSetting): Promise<Ground> {
  const space = await openSpace(config.space, config.spaceOptions);
  return openGround(config, createDomain(space, config.limits as Limits), setting);
}

interface UnwrittenRun extends Omit<SearchRun, "parts"> {
  /** Of the stand-in; closed here. */
  readonly ground: Ground;
  readonly assembleWritten: (config: StudyConfig) => Promise<Assembly>;
}

/** Has the space written, and searches in it. Resolves and throws as `runSearch` does. */
async function writeAndSearch({ ground, assembleWritten, ...run }: UnwrittenRun): Promise<SearchResult> {
  const { journal, tell, liveFile, time } = run;
  const begun = performance.now();
  let config: StudyConfig;
  let parts: Assembly;
  try {
    config = await write(run, ground);
    await ground.close();
    parts = await assembleWritten(config);
  } catch (thrown) {
    const isStopped = run.signal.aborted;
    const text = isStopped
      ? "interrupted while the space was written"
      : `${failureWords}${messageOf(thrown)}`;
    await journal.addNote({ about: "stopped", text }).catch(() => {});
    await ground.close().catch(() => {});
    await liveFile.close();
    await journal.close();
    if (!isStopped) throw thrown;
    const result = interrupted(run, ground);
    tell({ kind: "end", result });
    return result;
  }
  // The time that it took is shared by the search and the final training, as that of opening the data is.
  const usedMs = time.usedMs + performance.now() - begun;
  return runSearch({ ...run, config, parts, time: { ...time, usedMs, openingMs: usedMs } });
}

/** The configuration with the space that was written, which is in the run's folder and in its journal. */
async function write(
  { config, journal, tell, signal }: Omit<UnwrittenRun, "ground" | "assembleWritten">,
  ground: Ground,
): Promise<StudyConfig> {
  const { folder } = journal;
  const { conversation } = ground;
  // A configuration names a writer only after it was found.
  const writer = (await loadSpaceWriter(config.spaceWriter as string))!;
  const who =
    conversation?.model === "manual" || conversation === undefined
      ? "You write"
      : `${conversation.model} writes`;
  // A person thinks for minutes, which are missing afterwards.
  const clock =
    config.minutes === undefined
      ? ""
      : ` That time is part of the run's ${counted(config.minutes, "minute")}.`;
  tell({ kind: "preparing", text: `${who} the space of the search, for the run in ${folder}.${clock}` });
  const told = conversation?.warnings.length ?? 0;
  const written: WrittenSpace = await writer.writeSpace(await ground.settingOf(writer), signal);
  const spent = spentOf(ground);
  if (spent !== undefined) tell({ kind: "spent", spent });
  const { facts, text, options, reasons } = written;
  const file = `${writer.name}.txt`;
  const kept = keptText(folder, file, text)!;
  await kept.write();
  const places = { ...config.places, ...kept.places };
  const calls = spent === undefined ? "" : `, in ${counted(spent.calls, "call")}`;
  const words = `The space that was written${calls}: ${facts}`;
  tell({ kind: "preparing", text: words });
  for (const warning of conversation?.warnings.slice(told) ?? [])
    await journal.addNote({ about: "warning", text: warning });
  await journal.addNote({ about: "space", text: words, space: { file, text, options, reasons }, places });
  return { ...config, space: kept.places.space!.absolute, spaceOptions: options, places };
}

function interrupted(
  { config, journal }: Omit<UnwrittenRun, "ground" | "assembleWritten">,
  ground: Ground,
): SearchResult {
  return resultOf({
    ...{ folder: journal.folder, config, space: ground.domain.space, trials: [] },
    reason: "interrupted",
    selectedOn: ground.evaluator.selectedOn,
    provenance: ground.provenance,
    model: spentOf(ground),
  });
}
