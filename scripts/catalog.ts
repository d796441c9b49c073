// Writes src/catalog/_catalog.ts: every space, strategy, evaluator, launcher and data set by name, loaded lazily.
// A member is a file whose default export is made by one of the define… functions. `--check` only compares.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { format } from "./format.ts";

interface Kind {
  readonly kind: string;
  readonly folder: string;
  readonly define: string;
  readonly type: string;
  readonly contract: string;
}

const kinds: readonly Kind[] = [
  { kind: "spaces", folder: "spaces", define: "defineSpace", type: "SpaceDefinition", contract: "space" },
  {
    kind: "strategies",
    folder: "strategies",
    define: "defineStrategy",
    type: "StrategyDefinition",
    contract: "strategy",
  },
  {
    kind: "evaluators",
    folder: "evaluators",
    define: "defineEvaluator",
    type: "EvaluatorDefinition",
    contract: "evaluator",
  },
  {
    kind: "launchers",
    folder: "launchers",
    define: "defineLauncher",
    type: "LauncherDefinition",
    contract: "launcher",
  },
];

const source = new URL("../src/", import.meta.url);
const target = new URL("catalog/_catalog.ts", source);

async function section({ kind, folder, define, type }: Kind): Promise<string> {
  const directory = new URL(`${folder}/`, source);
  const files = (await readdir(directory))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .sort();
  const entries: string[] = [];
  for (const file of files) {
    const text = await readFile(new URL(file, directory), "utf8");
    if (!new RegExp(`export default ${define}\\b`).test(text)) continue;
    const { default: member } = (await import(new URL(file, directory).href)) as {
      default: { name: string; summary: string; source: string; model?: string; needs?: string };
    };
    if (member.name !== basename(file, ".ts")) {
      throw new Error(
        `${join("src", folder, file)} defines "${member.name}"; a member has the name of its file.`,
      );
    }
    const model = member.model === undefined ? "" : `model: ${JSON.stringify(member.model)},`;
    const needs = member.needs === undefined ? "" : `needs: ${JSON.stringify(member.needs)},`;
    entries.push(`${JSON.stringify(member.name)}: {
      summary: ${JSON.stringify(member.summary)},
      source: ${JSON.stringify(member.source)},${model}${needs}
      load: async () => (await import("../${folder}/${file}")).default,
    }`);
  }
  return `export const ${kind}: Readonly<Record<string, Entry<${type}>>> = {${entries.join(",\n")}};`;
}

const imports = kinds.map(
  ({ folder, type, contract }) => `import type { ${type} } from "../${folder}/${contract}.ts";`,
);
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
