// Whether other people may have an account on this machine, and so could open what listens on it.
import { readdir, readFile } from "node:fs/promises";
import { userInfo } from "node:os";

/** Names of accounts that people log in with, but one's own; undefined where it cannot be told. */
export async function otherUsers(): Promise<readonly string[] | undefined> {
  try {
    const own = userInfo().username;
    const all =
      process.platform === "linux"
        ? peopleIn(await readFile("/etc/passwd", "utf8"))
        : await homesIn(process.platform === "win32" ? "C:\\Users" : "/Users");
    return all.filter((name) => name !== own);
  } catch {
    return undefined;
  }
}

/** Of a passwd file: ids from 1000 on, but `nobody`, with a shell to log in. */
export function peopleIn(passwd: string): string[] {
  return passwd.split("\n").flatMap((line) => {
    const [name = "", , id, , , , shell = ""] = line.split(":");
    const isPerson = Number(id) >= 1000 && Number(id) < 65_000 && !/(nologin|false)$/.test(shell.trim());
    return isPerson ? [name] : [];
  });
}

const noPeople = new Set([
  "Shared",
  "Guest",
  "Public",
  "Default",
  "Default User",
  "All Users",
  "desktop.ini",
]);

async function homesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => !noPeople.has(name) && !name.startsWith("."));
}
