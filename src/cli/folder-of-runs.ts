// The folder of runs that a server shows: the default one is made when it is missing, one that was named must be there.
import { stat } from "node:fs/promises";
import { fileError, GeniusError } from "../base/errors.ts";
import { makeNamedFolder } from "../base/folder.ts";

/** @throws GeniusError `not-found` for a named folder that does not exist, `wrong-use` for a file. */
export async function folderOfRuns(named: string | undefined): Promise<string> {
  if (named === undefined) {
    await makeNamedFolder("runs");
    return "runs";
  }
  const found = await stat(named).catch((thrown: unknown) => {
    throw fileError(thrown, named, "open the folder of runs");
  });
  if (!found.isDirectory()) {
    throw new GeniusError(
      "wrong-use",
      `${named} is a file. Name a folder of runs, or leave it out for runs/.`,
    );
  }
  return named;
}
