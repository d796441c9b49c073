// Writes src/catalog/_catalog.ts: every space, strategy, evaluator, launcher and data set by name, loaded lazily.
// A member is a file whose default export is made by one of the define… functions. `--check` only compares.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { format } from "./format.ts";

interface Kind {
  readonly kind: string;
  /** Folders of src/ whose files may be members. */
  readonly folders: readonly string[];
  readonly define: string;
  readonly type: string;
  /** The file of src/ that holds the contract. */
  readonly contract: string;
}

const kinds: readonly Kind[] = [
  {
    kind: "spaces",
    folders: ["search/spaces"],
    define: "defineSpace",
    type: "SpaceDefinition",
    contract: "search/space",
  },
  {
    kind: "strategies",
    folders: ["search/strategies", "features/weight-sharing/strategies"],
    define: "defineStrategy",
    type: "StrategyDefinition",
    contract: "search/strategy",
  },
  {
    kind: "evaluators",
    folders: ["evaluators"],
    define: "defineEvaluator",
    type: "EvaluatorDefinition",
    contract: "evaluators/evaluator",
  },
  {
    kind: "launchers",
    folders: ["evaluators/launchers"],
    define: "defineLauncher",
    type: "LauncherDefinition",
    contract: "evaluators/launchers/launcher",
  },
];

const source = new URL("../src/", import.meta.url);
const target = new URL("catalog/_catalog.ts", source);

interface Member {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly model?: string;
  readonly needs?: string;
}

async function section({ kind, folders, define, type }: Kind): Promise<string> {
  const entries: [string, string][] = [];
  for (const folder of folders) {
    const directory = new URL(`${folder}/`, source);
    for (const file of await readdir(directory)) {
      if (!file.endsWith(".ts") || file.endsWith(".test.ts")) continue;
      const text = await readFile(new URL(file, directory), "utf8");
      if (!new RegExp(`export default ${define}\\b`).test(text)) continue;
      const { default: member } = (await import(new URL(file, directory).href)) as { default: Member };
      if (member.name !== basename(file, ".ts")) {
        throw new Error(
          `${join("src", folder, file)} defines "${member.name}"; a member has the name of its file.`,
        );
      }
      entries.push([member.name, entryText(member, `../${folder}/${file}`)]);
    }
  }
  const texts = entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return `export const ${kind}: Readonly<Record<string, Entry<${type}>>> = {${texts.join(",\n")}};`;
}

function entryText({ name, summary, source, model, needs }: Member, path: string): string {
  const optional = Object.entries({ model, needs }).filter(([, value]) => value !== undefined);
  return `${JSON.stringify(name)}: {
      summary: ${JSON.stringify(summary)},
      source: ${JSON.stringify(source)},
      ${optional.map(([field, value]) => `${field}: ${JSON.stringify(value)},`).join("\n")}
      load: async () => (await import(${JSON.stringify(path)})).default,
    }`;
}

const imports = kinds.map(({ type, contract }) => `import type { ${type} } from "../${contract}.ts";`);
const sections = await Promise.all(kinds.map(section));
const text = await format(
  `// Written by \`npm run catalog\`; do not edit. What exists, by name, loaded when it is used.
${imports.join("\n")}
import type { Entry } from "./entry.ts";

${sections.join("\n\n")}
`,
  "src/catalog/_catalog.ts",
);

if (process.argv.includes("--check")) {
  const present = await readFile(target, "utf8").catch(() => "");
  if (present !== text) {
    console.error("src/catalog/_catalog.ts is stale. Run `npm run catalog` and commit it.");
    process.exit(1);
  }
} else {
  await writeFile(target, text);
}
