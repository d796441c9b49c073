// A run's folder, opened for a command: the view that the dashboard follows, read once, with the space it searched and
// what its training left. What cannot be read is an error here.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseJsonLines } from "../base/json-lines.ts";
import type { Given } from "../catalog/load.ts";
import type { TrainedFiles } from "../report/index.ts";
import type { Domain } from "../search/constraints/domain.ts";
import type { Space, SpaceDefinition } from "../search/space.ts";
import { isHandedOver, type RunRecord } from "../study/fold.ts";
import { readJournal } from "../study/journal.ts";
import { liveHolder } from "../study/lock.ts";
import { domainOf } from "./followed-run.ts";
import { type ConversationLine, type RunView, readCall, stateOf } from "./run-view.ts";

export interface OpenRun extends RunView {
  readonly journal: RunRecord;
  readonly domain: Domain;
  readonly space: Space;
  /** What the evaluator wrote of the selected design: `best/test.json` and `best/samples.json`. */
  readonly trained: TrainedFiles;
}

/**
 * @param given the space, where a script defined it and the run's folder holds only its name.
 * @throws GeniusError when the folder holds no run, or its space cannot be loaded.
 */
export async function openRun(folder: string, given?: Given<SpaceDefinition>): Promise<OpenRun> {
  const journal = await readJournal(folder);
  const domain = await domainOf(journal.header, given);
  const isHeld = (await liveHolder(folder)) !== undefined;
  const isTrained = journal.selected !== undefined && isHandedOver(journal, journal.selected.number);
  return {
    id: folder,
    folder,
    journal,
    calls: await readCalls(folder),
    ...stateOf(journal, { isHeld, trouble: undefined }),
    domain,
    space: domain.space,
    trained: isTrained ? await readTrained(folder) : {},
  };
}

async function readTrained(folder: string): Promise<TrainedFiles> {
  const read = async (name: string): Promise<unknown> => {
    try {
      return JSON.parse(await readFile(join(folder, "best", name), "utf8"));
    } catch {
      return undefined;
    }
  };
  return { test: await read("test.json"), samples: await read("samples.json") };
}

async function readCalls(folder: string): Promise<readonly ConversationLine[]> {
  const path = join(folder, "conversation.jsonl");
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return [];
  return parseJsonLines(bytes, path).lines.flatMap((line) => readCall(line, path) ?? []);
}
