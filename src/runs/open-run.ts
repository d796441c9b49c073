// A run's folder, read for looking at: its journal, the space it searched, its conversation.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "../base/json.ts";
import { parseJsonLines } from "../base/json-lines.ts";
import { loadSpace, resolveOptions } from "../catalog/load.ts";
import type { Space } from "../search/space.ts";
import { bestOf, type Trial } from "../search/trial.ts";
import { readJournal } from "../study/journal.ts";
import type { RunRecord } from "../study/journal-lines.ts";

export interface OpenRun {
  readonly folder: string;
  readonly record: RunRecord;
  readonly space: Space;
  /** The lines of `conversation.jsonl` after its header, one a model call; empty without a model. */
  readonly calls: readonly JsonObject[];
  /** What the evaluator wrote of the trained network: `best/test.json` and `best/samples.json`. */
  readonly trained: { readonly test?: unknown; readonly samples?: unknown };
}

/** @throws GeniusError when the folder holds no run, or its space cannot be loaded. */
export async function openRun(folder: string): Promise<OpenRun> {
  const record = await readJournal(folder);
  const { config } = record.header;
  const definition = await loadSpace(config.space);
  const space = definition.create(
    resolveOptions(definition.options, config.spaceOptions, `the space ${config.space}`),
  );
  return { folder, record, space, calls: await readCalls(folder), trained: await readTrained(folder) };
}

async function readTrained(folder: string): Promise<OpenRun["trained"]> {
  const read = async (name: string): Promise<unknown> => {
    try {
      return JSON.parse(await readFile(join(folder, "best", name), "utf8"));
    } catch {
      return undefined;
    }
  };
  return { test: await read("test.json"), samples: await read("samples.json") };
}

async function readCalls(folder: string): Promise<readonly JsonObject[]> {
  const path = join(folder, "conversation.jsonl");
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return [];
  return parseJsonLines(bytes, path)
    .lines.slice(1)
    .map(({ value }) => value as JsonObject);
}

/** The trial whose network a run hands over: the one that was selected, or the best so far. */
export function selectedTrial({ trials, result }: RunRecord): Trial | undefined {
  return trials.find(({ number }) => number === result?.best) ?? bestOf(trials);
}
