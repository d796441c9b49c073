// How a person starts this very genius from a folder: npx finds only what is installed there, or the checkout itself.
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { quote } from "../../base/shell.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** `npx genius` where npx finds one from the folder; else this genius by its path. */
export function commandIn(folder: string): string {
  const isInside = relative(root, folder) === "" || !/^(\.\.|[A-Za-z]:|[/\\])/.test(relative(root, folder));
  if (isInside || isInstalled(folder)) return "npx genius";
  return `node ${quote(join(root, "bin", "genius.js"))}`;
}

function isInstalled(folder: string): boolean {
  if (existsSync(join(folder, "node_modules", "genius-nas", "package.json"))) return true;
  const above = dirname(folder);
  return above !== folder && isInstalled(above);
}
