// A file of the product has at most 500 lines: past that it has more than one thing to say. Data and what programs
// write are left out.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const maxLines = 500;
const files = execFileSync(
  "git",
  ["ls-files", "-co", "--exclude-standard", "*.ts", "*.tsx", "*.py", "*.css"],
  {
    encoding: "utf8",
  },
)
  .trim()
  .split("\n");
const long = files.flatMap((file) => {
  if (!existsSync(file) || file.endsWith("_catalog.ts")) return [];
  const lines = readFileSync(file, "utf8").trimEnd().split("\n").length;
  return lines > maxLines ? [`${file} has ${lines} lines; the most is ${maxLines}. Split it.`] : [];
});
for (const line of long) console.error(line);
if (long.length > 0) process.exit(1);
