// The tree of what was understood of a folder, as lines of text: parts, their classes with counts, and what is not read.
import { basename } from "node:path";
import { counted } from "../../base/units.ts";
import type { Layout } from "./dataset.ts";

const partWords = { train: "training", validation: "validation", test: "test" } as const;
const maxClasses = 6;

/** Lines for a terminal: the root, a branch for each part, its classes below. */
export function layoutLines({ root, parts, unread }: Layout): string[] {
  const branches = [
    ...parts.map(({ part, folder, classes }) => {
      const fileCount = classes.reduce((sum, one) => sum + one.fileCount, 0);
      const shown = classes.slice(0, maxClasses).map(({ name, fileCount }) => `${name}/ (${fileCount})`);
      const more = classes.length - shown.length;
      return [
        `${folder === "." ? "class folders" : `${folder}/`}: ${partWords[part]} part, ${classes.length} ${classes.length === 1 ? "class" : "classes"}, ${counted(fileCount, "file")}`,
        ...shown,
        ...(more > 0 ? [`… ${more} more`] : []),
      ];
    }),
    ...unread.map((folder) => [`${folder}/: not read`]),
  ];
  return [
    `${basename(root)}/`,
    ...branches.flatMap(([first, ...rest], index) => {
      const isLast = index === branches.length - 1;
      return [
        `${isLast ? "└─" : "├─"} ${first}`,
        ...rest.map((line, at) => `${isLast ? "  " : "│ "}  ${at === rest.length - 1 ? "└─" : "├─"} ${line}`),
      ];
    }),
  ];
}
