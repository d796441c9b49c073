// Where this machine keeps what can be made again. Takes the environment as an argument.
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** `GENIUS_CACHE_DIR`, else the system's cache folder (XDG, Library/Caches, LocalAppData) with `genius` in it. */
export function cacheDirectoryOf(
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): string {
  const own = environment.GENIUS_CACHE_DIR;
  if (own) return resolve(own);
  if (environment.XDG_CACHE_HOME) return join(environment.XDG_CACHE_HOME, "genius");
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "genius");
  if (platform === "win32")
    return join(environment.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "genius", "cache");
  return join(homedir(), ".cache", "genius");
}
