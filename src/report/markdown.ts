// Markdown that shows what it was given: text from journals and models is escaped, so that it can neither make
// markup nor, in renderers that pass HTML through, run anything.
import { withoutHidden } from "../base/hidden-characters.ts";
import type { DataTable } from "./charts/chart.ts";

/** Text for a line of Markdown. Line breaks become spaces. */
export function markdownText(text: string): string {
  return withoutHidden(text.replace(/\s+/g, " "))
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[\\`*_[\]{}|~!]/g, "\\$&");
}

/** A command or a key as code, on a line of its own. The fence is longer than any in the text. */
export function markdownCode(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${withoutHidden(text.replace(/\r\n?/g, "\n"))}\n${fence}`;
}

export function markdownTable({ columns, rows }: DataTable): string {
  const line = (cells: readonly (string | number | null)[]) =>
    `| ${cells.map((cell) => markdownText(cell === null ? "" : String(cell))).join(" | ")} |`;
  return [line(columns), `|${columns.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}
