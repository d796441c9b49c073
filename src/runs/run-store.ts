// The runs below a folder, by id: found by looking, never by what a request says, so that no id leads elsewhere. Each is
// opened when it is asked for and followed from then on; the least recently used ones are closed.
import { readdir, realpath } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { GeniusError } from "../base/errors.ts";
import { type FollowedRun, followRun } from "./followed-run.ts";

export interface RunStore {
  readonly root: string;
  /** All runs, read as far as they are now; newest first. */
  list(): Promise<readonly FollowedRun[]>;
  /** One run, read as far as it is now. @throws GeniusError `not-found` for an id that is no run of this folder. */
  open(id: string): Promise<FollowedRun>;
}

/** So deep below the root runs are looked for: runs/, and a folder of an experiment in it. */
const deepest = 3;
const maxFolders = 5_000;
const baselinesFolder = "baselines";
const skipped = new Set(["node_modules", "best", "inbox", "charts", "checkpoints"]);

export function createRunStore(folder: string): RunStore {
  const root = resolve(folder);
  const open = new Map<string, FollowedRun>();

  const find = async (): Promise<ReadonlyMap<string, string>> => {
    const found = new Map<string, string>();
    let looked = 0;
    const look = async (at: string, depth: number): Promise<void> => {
      looked += 1;
      if (looked > maxFolders) return;
      const entries = await readdir(at, { withFileTypes: true }).catch(() => []);
      if (entries.some((entry) => entry.isFile() && entry.name === "journal.jsonl")) {
        // The root itself by its name: a browser takes the "." out of an address.
        found.set(relative(root, at).split(sep).join("/") || basename(root) || "run", at);
        await lookBeside(at);
        return;
      }
      if (depth >= deepest) return;
      for (const entry of entries)
        if (entry.isDirectory() && !entry.name.startsWith(".") && !skipped.has(entry.name))
          await look(join(at, entry.name), depth + 1);
    };
    // The searches that a run is compared with are runs of their own, in its folder.
    const lookBeside = async (at: string): Promise<void> => {
      if (basename(dirname(at)) !== baselinesFolder) await look(join(at, baselinesFolder), deepest - 1);
    };
    await look(root, 0);
    return found;
  };

  const runAt = (id: string, at: string) => {
    const run = open.get(id) ?? followRun(id, at);
    open.set(id, run);
    return run;
  };

  return {
    root,
    async list() {
      const found = await find();
      for (const id of open.keys()) if (!found.has(id)) open.delete(id);
      const runs = [...found].map(([id, at]) => runAt(id, at));
      for (const run of runs) await run.refresh();
      return runs.sort((a, b) => (b.journal.header?.time ?? "").localeCompare(a.journal.header?.time ?? ""));
    },
    async open(id) {
      const known = open.get(id);
      const at = known?.folder ?? (await find()).get(id);
      if (at === undefined || !(await isBelow(at, root)))
        throw new GeniusError("not-found", `There is no run "${id}" in ${root}.`);
      const run = runAt(id, at);
      await run.refresh();
      if (run.journal.header === undefined && run.state !== "unreadable") {
        open.delete(id);
        throw new GeniusError("not-found", `There is no run "${id}" in ${root}.`);
      }
      return run;
    },
  };
}

/** Whether a folder is there and really below the root, whatever links say. */
async function isBelow(folder: string, root: string): Promise<boolean> {
  try {
    const [real, base] = [await realpath(folder), await realpath(root)];
    return real === base || real.startsWith(base.endsWith(sep) ? base : base + sep);
  } catch {
    return false;
  }
}
