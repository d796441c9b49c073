// What a person wrote about a run: its name, tags, a note, and whether it is put away. It lies beside the journal, in a file
// that no search reads, so that nothing a person says of a run can change it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { lineWithoutControls, withoutControls } from "../base/hidden-characters.ts";
import { writeWhole } from "../base/write-whole.ts";

export const notePath = (folder: string): string => join(folder, "about.json");

export const runNote = z.object({
  /** The run's name for people. */
  label: z.string().overwrite(lineWithoutControls).trim().max(120).optional(),
  tags: z.array(z.string().overwrite(lineWithoutControls).trim().min(1).max(40)).max(20).optional(),
  text: z.string().overwrite(withoutControls).trim().max(4000).optional(),
  /** Out of the way: not listed unless asked for. */
  isArchived: z.boolean().optional(),
});
export type RunNote = z.output<typeof runNote>;

/** Nothing where there is none, or where it cannot be read: it is no part of the run. */
export async function readNote(folder: string): Promise<RunNote> {
  try {
    const read = runNote.safeParse(JSON.parse(await readFile(notePath(folder), "utf8")));
    return read.success ? read.data : {};
  } catch {
    return {};
  }
}

/** Replaces what was there; an empty text stands for none. @throws GeniusError when it cannot be written. */
export async function writeNote(folder: string, note: RunNote): Promise<RunNote> {
  const kept: RunNote = {
    ...(note.label !== undefined && note.label !== "" && { label: note.label }),
    ...(note.tags !== undefined && note.tags.length > 0 && { tags: [...new Set(note.tags)] }),
    ...(note.text !== undefined && note.text !== "" && { text: note.text }),
    ...(note.isArchived === true && { isArchived: true }),
  };
  await writeWhole(notePath(folder), `${JSON.stringify(kept, null, 2)}\n`);
  return kept;
}
