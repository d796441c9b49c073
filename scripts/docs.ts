// Writes docs/reference.md: every command with its options, every space, strategy, evaluator and launcher with
// theirs, all read from the schemas that the program itself uses. `--check` compares, and also follows every link between documents.

import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { z } from "zod";
import { evaluators, formats, launchers, spaces, strategies } from "../src/catalog/_catalog.ts";
import { commands } from "../src/cli/commands.ts";
import { flagsOf } from "../src/runs/flags.ts";

const root = resolve(import.meta.dirname, "..");
const target = join(root, "docs", "reference.md");

async function optionTable(schema: z.ZodType): Promise<string> {
  const flags = await flagsOf(schema);
  if (flags.length === 0) return "No options.\n";
  const rows = flags.map(({ flag, isBoolean, placeholder, description, fallback }) => {
    const shown = fallback === undefined ? "" : `\`${JSON.stringify(fallback)}\``;
    const name = isBoolean ? flag : `${flag} ${placeholder}`;
    return `| \`${name.replaceAll("|", "\\|")}\` | ${description.replaceAll("|", "\\|")} | ${shown} |`;
  });
  return `| option | meaning | default |\n|---|---|---|\n${rows.join("\n")}\n`;
}

interface Listed {
  readonly summary: string;
  readonly source: string;
  load(): Promise<{ options: z.ZodType }>;
}

async function members(title: string, entries: Readonly<Record<string, Listed>>): Promise<string> {
  const sections = await Promise.all(
    Object.entries(entries).map(async ([name, { summary, source, load }]) => {
      const { options } = await load();
      return `### ${name}\n\n${summary}\n\nSource: ${source}\n\n${await optionTable(options)}`;
    }),
  );
  return `## ${title}\n\n${sections.join("\n")}`;
}

async function reference(): Promise<string> {
  const sections = await Promise.all(
    Object.entries(commands).map(async ([name, { usage, summary, load }]) => {
      const { options, more } = await load();
      const text = more === undefined ? "" : `\n\`\`\`text\n${more.trim()}\n\`\`\`\n`;
      return `### genius ${name}\n\n\`genius ${usage}\` – ${summary}.\n\n${await optionTable(options)}${text}`;
    }),
  );
  return `# Reference

Written by \`npm run docs\` from the schemas that the program uses; do not edit. A flag \`--max-params\` is the field
\`maxParams\` of a settings file (\`--settings FILE\`) and of the library.

## Commands

${sections.join("\n")}
${await members("Spaces", spaces)}
${await members("Strategies", strategies)}
${await members("Evaluators", evaluators)}
${await members("Launchers", launchers)}
## Data formats

${Object.entries(formats)
  .map(([name, { summary, source }]) => `### ${name}\n\n${summary}\n\nSource: ${source}\n`)
  .join("\n")}`;
}

/** Links to files that are not there, as `file: link`. */
async function brokenLinks(): Promise<readonly string[]> {
  const documents = await markdownFiles(root);
  const broken = await Promise.all(
    documents.map(async (document) => {
      const text = await readFile(document, "utf8");
      const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((match) => match[1]!);
      return links
        .filter((link) => !existsSync(resolve(dirname(document), link)))
        .map((link) => `${document}: ${link}`);
    }),
  );
  return broken.flat();
}

async function markdownFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter(({ name }) => !name.startsWith(".") && !["node_modules", "dist", "runs"].includes(name))
      .map((entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) return markdownFiles(path);
        return entry.name.endsWith(".md") ? [path] : [];
      }),
  );
  return found.flat();
}

const text = await reference();
if (process.argv.includes("--check")) {
  const problems = [...(await brokenLinks()).map((link) => `A link leads nowhere: ${link}`)];
  if ((await readFile(target, "utf8").catch(() => "")) !== text) {
    problems.push("docs/reference.md is stale. Run `npm run docs` and commit it.");
  }
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exit(1);
} else {
  await writeFile(target, text);
}
