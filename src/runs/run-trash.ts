// Runs that a person deleted: moved into `.trash` below the folder of runs, from where they can be taken back. Nothing is
// erased here; whoever needs the room empties that folder.
import { mkdir, readdir, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileError, GeniusError, systemCodeOf } from "../base/errors.ts";

const trashName = ".trash";

/** A folder of one level for any id: `a/b` lies beside `a`. */
const placeOf = (root: string, id: string) => join(root, trashName, encodeURIComponent(id));

/** Moves a run there. An earlier one of the same name stays, under another name. */
export async function moveToTrash(root: string, id: string, folder: string): Promise<void> {
  const place = placeOf(root, id);
  await mkdir(dirname(place), { recursive: true }).catch((thrown) => {
    throw fileError(thrown, dirname(place), "create the folder");
  });
  await setAside(place);
  await rename(folder, place).catch((thrown) => {
    throw fileError(thrown, folder, "move to the trash");
  });
}

/** Moves it back. @throws GeniusError `not-found` when it is not there, `wrong-use` when another run has its place. */
export async function takeFromTrash(root: string, id: string): Promise<void> {
  const isName = id.isWellFormed() && id.split("/").every((part) => !["", ".", ".."].includes(part));
  if (!isName) throw new GeniusError("not-found", `There is no run "${id}".`);
  const place = placeOf(root, id);
  const folder = join(root, id);
  if (!(await isThere(place)))
    throw new GeniusError("not-found", `There is no run "${id}" in ${join(root, trashName)}.`);
  if (await isThere(folder)) throw new GeniusError("wrong-use", `${folder} is there again: move it first.`);
  await mkdir(dirname(folder), { recursive: true });
  await rename(place, folder).catch((thrown) => {
    throw fileError(thrown, folder, "move back");
  });
}

async function setAside(place: string): Promise<void> {
  if (!(await isThere(place))) return;
  const taken = new Set(await readdir(dirname(place)));
  for (let number = 2; ; number += 1) {
    const other = `${place}-${number}`;
    if (taken.has(`${place.slice(dirname(place).length + 1)}-${number}`)) continue;
    return rename(place, other);
  }
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    (thrown) => {
      // No file has a name that is too long for one.
      if (["ENOENT", "ENAMETOOLONG"].includes(systemCodeOf(thrown) ?? "")) return false;
      throw thrown;
    },
  );
