// What `genius doctor` says of the surroundings that every command takes for granted: a home, a cache and a temporary
// folder that can be written, the proxies, the terminal, and how many files may be open.
import { access, constants, readFile, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { findCacheDirectory, noHome } from "../base/cache-directory.ts";
import { messageOf, systemCodeOf, systemError } from "../base/errors.ts";
import { showsColours } from "../base/terminal-text.ts";
import type { Terminal } from "../command/command.ts";

export interface Finding {
  readonly what: string;
  /** `missing` is no fault: nothing else needs it. `broken` is. */
  readonly state: "works" | "missing" | "broken";
  readonly detail: string;
}

type Environment = Terminal["environment"];

export async function environmentFindings(terminal: Terminal): Promise<readonly Finding[]> {
  const { environment } = terminal;
  return [
    await cacheFinding(environment),
    await temporaryFinding(environment),
    ...(await openFiles()),
    proxyFinding(environment),
    terminalFinding(terminal),
  ];
}

async function cacheFinding(environment: Environment): Promise<Finding> {
  const what = "cache";
  const folder = findCacheDirectory(environment);
  if (folder === undefined)
    return { what, state: "broken", detail: `${noHome} Searches of published tables work without one` };
  const problem = await whyNotWritable(folder);
  if (problem !== undefined) {
    const detail = `${folder} cannot be written (${problem}). Set GENIUS_CACHE_DIR to a folder you may write to`;
    return { what, state: "broken", detail };
  }
  return { what, state: "works", detail: folder };
}

async function temporaryFinding({ TMPDIR, TMP, TEMP }: Environment): Promise<Finding> {
  const what = "temporary folder";
  const folder = TMPDIR || TMP || TEMP || (process.platform === "win32" ? "C:\\Windows\\Temp" : "/tmp");
  const found = await stat(folder).catch(() => undefined);
  const problem = found?.isDirectory() ? await whyNotWritable(folder) : "it is not a folder";
  return problem === undefined
    ? { what, state: "works", detail: folder }
    : { what, state: "broken", detail: `${folder}: ${problem}. Set TMPDIR to a folder you may write to` };
}

/** Why a folder, or the lowest folder above it that exists, cannot be written; undefined where it can. */
async function whyNotWritable(folder: string): Promise<string | undefined> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    try {
      await access(path, constants.W_OK | constants.X_OK);
      const { bavail, bsize, files, ffree } = await statfs(path);
      if (bavail * bsize < 50e6) return `less than 50 MB are free on the disk of ${path}`;
      return files > 0 && ffree === 0 ? `the disk of ${path} has no room for another file` : undefined;
    } catch (thrown) {
      if (systemCodeOf(thrown) === "ENOENT" && path !== dirname(path)) continue;
      return messageOf(systemError(thrown));
    }
  }
}

/** Fewer than some hundred are too few for workers and data files. */
async function openFiles(): Promise<readonly Finding[]> {
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => "");
  const limit = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  if (limit >= 256) return [];
  const detail = `${limit} may be open in a process, and a search needs up to 256: ulimit -n 4096`;
  return [{ what: "open files", state: "broken", detail }];
}

function proxyFinding(environment: Environment): Finding {
  const what = "proxy";
  const names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
  const given = names.filter((name) => environment[name]);
  if (given.length === 0) return { what, state: "works", detail: "none is set, none is used" };
  for (const name of given) {
    const address = environment[name] as string;
    if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) continue;
    const detail = `${name} is not the address of an HTTP proxy, such as http://proxy.example:3128`;
    return { what, state: "broken", detail };
  }
  // A proxy's address may hold a password.
  const hosts = given.map((name) => `${name} is ${new URL(environment[name] as string).host}`).join(", ");
  const except = environment.NO_PROXY || environment.no_proxy;
  return { what, state: "works", detail: `${hosts}${except ? `; not for ${except}` : ""}` };
}

function terminalFinding({ environment, columns, isInteractive }: Terminal): Finding {
  const { LC_ALL, LC_CTYPE, LANG, TERM } = environment;
  const locale = LC_ALL || LC_CTYPE || LANG || "";
  const parts = [
    isInteractive
      ? `${columns} columns, redrawn in place`
      : "one line a trial (no terminal, CI, or TERM=dumb)",
    showsColours(environment, isInteractive) ? "colours" : "no colours",
  ];
  if (locale !== "" && !/utf-?8/i.test(locale))
    parts.push(`the locale is ${locale}: output is UTF-8 all the same; if it looks broken, set LANG=C.UTF-8`);
  else if (TERM === "linux") parts.push("the console's font may lack some signs");
  if (isInteractive && columns < 60) parts.push("lines are cut to that width; 80 or more show all");
  return { what: "terminal", state: "works", detail: parts.join(", ") };
}
