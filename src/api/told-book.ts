// What a model is told of the book of blocks when a search begins. It is kept with the run, since the book changes: a resumed search
// asks as it would have, and a recorded conversation is replayed with what it was recorded with.
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type BlockTask, fittingBlocks, readBlocks } from "../catalog/blocks.ts";
import { parseModelName } from "../llm/index.ts";
import type { ToldBlock } from "../search/strategy.ts";
import { readJournal } from "../study/journal.ts";

/** Empty where nothing suits. @throws GeniusError `bad-file` for a book that cannot be read. */
export async function toldBook(
  task: BlockTask,
  {
    model,
    environment,
  }: {
    readonly model: string | undefined;
    readonly environment: Readonly<Record<string, string | undefined>>;
  },
): Promise<readonly ToldBlock[]> {
  const name = model === undefined ? undefined : parseModelName(model);
  if (name?.provider !== "replay") return fittingBlocks(await readBlocks(environment), task);
  const isFolder = (await stat(name.file).catch(() => undefined))?.isDirectory() === true;
  const recorded = await readJournal(isFolder ? name.file : dirname(name.file)).catch(() => undefined);
  return recorded?.header.config.book ?? [];
}
