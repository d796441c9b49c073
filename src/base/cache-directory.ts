// Where this machine keeps what can be made again, and what cannot. Takes the environment as an argument. A user of a container
// or a service may have no home at all: what can do without such a folder asks for `find…`.
import { userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { GeniusError } from "./errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface Machine {
  readonly platform: NodeJS.Platform;
  /** The home folder of the user's entry in passwd. @throws where there is none. */
  readonly passwdHome: () => string;
}

const thisMachine: Machine = { platform: process.platform, passwdHome: () => userInfo().homedir };

/** `GENIUS_CACHE_DIR`, else the system's cache folder (XDG, Library/Caches, LocalAppData) with `genius` in it, if any. */
export function findCacheDirectory(
  environment: Environment,
  machine: Machine = thisMachine,
): string | undefined {
  const { GENIUS_CACHE_DIR, XDG_CACHE_HOME, LOCALAPPDATA } = environment;
  if (GENIUS_CACHE_DIR) return resolve(GENIUS_CACHE_DIR);
  // A relative path in XDG_CACHE_HOME is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, "genius");
  if (machine.platform === "win32" && LOCALAPPDATA) return join(LOCALAPPDATA, "genius", "cache");
  const home = homeOf(environment, machine);
  if (home === undefined) return undefined;
  if (machine.platform === "darwin") return join(home, "Library", "Caches", "genius");
  if (machine.platform === "win32") return join(home, "AppData", "Local", "genius", "cache");
  return join(home, ".cache", "genius");
}

/** As `findCacheDirectory`. @throws GeniusError `missing-feature` for a user without a home folder. */
export function cacheDirectoryOf(environment: Environment, machine: Machine = thisMachine): string {
  const found = findCacheDirectory(environment, machine);
  if (found !== undefined) return found;
  throw new GeniusError("missing-feature", `There is no place for a cache: ${noHome}`);
}

/** What cannot be made again, by kinds of system, below a home folder. */
const ownFolders: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["Library", "Application Support", "genius"],
  win32: ["AppData", "Local", "genius", "own"],
};

/**
 * What is the user's own and cannot be made again: `GENIUS_OWN_DIR`, else the system's folder for that (XDG, Application Support,
 * LocalAppData) with `genius` in it, if any.
 */
export function findOwnDirectory(
  environment: Environment,
  machine: Machine = thisMachine,
): string | undefined {
  const { GENIUS_OWN_DIR, XDG_DATA_HOME, LOCALAPPDATA } = environment;
  if (GENIUS_OWN_DIR) return resolve(GENIUS_OWN_DIR);
  if (XDG_DATA_HOME && isAbsolute(XDG_DATA_HOME)) return join(XDG_DATA_HOME, "genius");
  if (machine.platform === "win32" && LOCALAPPDATA) return join(LOCALAPPDATA, "genius", "own");
  const home = homeOf(environment, machine);
  if (home === undefined) return undefined;
  return join(home, ...(ownFolders[machine.platform] ?? [".local", "share", "genius"]));
}

/** Why there is no cache folder, and what to do. */
export const noHome =
  "this user has no home folder (HOME is not set, and passwd has no entry). Set GENIUS_CACHE_DIR to a folder you may write to.";

function homeOf(environment: Environment, { platform, passwdHome }: Machine): string | undefined {
  const named = platform === "win32" ? environment.USERPROFILE : environment.HOME;
  if (named) return named;
  try {
    return passwdHome() || undefined;
  } catch {
    return undefined;
  }
}
