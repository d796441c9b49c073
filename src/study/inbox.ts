// The inbox of a run: `inbox/` in its folder, one JSON file a turn. Anyone who looks at a running search puts turns in;
// the process that holds the run's lock takes them out, oldest first. A file is complete once it has its name.
import { randomUUID } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileError, systemCodeOf } from "../base/errors.ts";
import { writeWhole } from "../base/write-whole.ts";
import { type PersonTurn, personTurn } from "./person-turn.ts";

export interface InboxItem {
  readonly id: string;
  /** Undefined for a file that holds no turn. */
  readonly turn: PersonTurn | undefined;
}

const inboxPath = (folder: string) => join(folder, "inbox");
const itemName = /^\d{15}-[0-9a-f-]{36}\.json$/;
let lastMs = 0;

/** Puts a turn in and returns its id. */
export async function putTurn(folder: string, turn: PersonTurn, now: number = Date.now()): Promise<string> {
  // Two turns of one millisecond keep their order.
  lastMs = Math.max(now, lastMs + 1);
  const id = `${String(lastMs).padStart(15, "0")}-${randomUUID()}.json`;
  await writeWhole(join(inboxPath(folder), id), JSON.stringify(turn));
  return id;
}

/** What lies in the inbox, oldest first; nothing when there is none. */
export async function listInbox(folder: string): Promise<readonly InboxItem[]> {
  const names = await readdir(inboxPath(folder)).catch((thrown: unknown) => {
    if (systemCodeOf(thrown) === "ENOENT") return [];
    throw fileError(thrown, inboxPath(folder), "read");
  });
  const items: InboxItem[] = [];
  for (const id of names.filter((name) => itemName.test(name)).sort()) {
    const item = await readItem(join(inboxPath(folder), id));
    if (item !== "gone") items.push({ id, turn: item });
  }
  return items;
}

export async function removeItem(folder: string, id: string): Promise<void> {
  if (itemName.test(id)) await rm(join(inboxPath(folder), id), { force: true });
}

async function readItem(path: string): Promise<PersonTurn | "gone" | undefined> {
  try {
    const read = personTurn.safeParse(JSON.parse(await readFile(path, "utf8")));
    return read.success ? read.data : undefined;
  } catch (thrown) {
    if (systemCodeOf(thrown) === "ENOENT") return "gone";
    if (thrown instanceof SyntaxError) return undefined;
    throw fileError(thrown, path, "read");
  }
}
