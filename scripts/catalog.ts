// Writes src/catalog/_catalog.ts: every space, strategy, evaluator, launcher and data format by name, loaded lazily.
// A member is a file whose default export is made by one of the define… functions. `--check` only compares.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { format } from "./format.ts";

interface Kind {
  readonly kind: string;
  /** Folders of src/ whose files may be members. */
  readonly folders: readonly string[];
  /** For a kind whose members are folders: the file in each that is the member. */
  readonly file?: string;
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
    kind: "references",
    folders: ["search/references"],
    define: "defineReference",
    type: "ReferenceDefinition",
    contract: "search/references/reference",
  },
  {
    kind: "strategies",
    folders: ["search/strategies", "features/weight-sharing/strategies", "features/author/strategies"],
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
  {
    kind: "formats",
    folders: ["tasks/image-classification/formats"],
    define: "defineFormat",
    type: "DatasetFormat",
    contract: "tasks/image-classification/dataset",
  },
  {
    kind: "metrics",
    folders: ["metrics"],
    define: "defineMetric",
    type: "MetricDefinition",
    contract: "metrics/metric",
  },
  {
    kind: "tasks",
    folders: ["tasks"],
    file: "task.ts",
    define: "defineTask",
    type: "Task",
    contract: "tasks/task",
  },
];

const source = new URL("../src/", import.meta.url);
const formatFolder = "tasks/image-classification/formats";

interface Member {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly model?: string;
  readonly needs?: string;
  readonly asksLast?: boolean;
  readonly file?: string;
  readonly precision?: string;
}

/** The members of a kind: each with its path below src/. */
async function membersOf({ folders, file: only, define }: Kind): Promise<{ member: Member; path: string }[]> {
  const found: { member: Member; path: string }[] = [];
  for (const folder of folders) {
    const directory = new URL(`${folder}/`, source);
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if ((only !== undefined) !== entry.isDirectory()) continue;
      const file = only === undefined ? entry.name : `${entry.name}/${only}`;
      if (!file.endsWith(".ts") || file.endsWith(".test.ts")) continue;
      const text = await readFile(new URL(file, directory), "utf8").catch((thrown: NodeJS.ErrnoException) => {
        if (only !== undefined && thrown.code === "ENOENT") return "";
        throw thrown;
      });
      if (!new RegExp(`export default ${define}\\b`).test(text)) continue;
      const { default: member } = (await import(new URL(file, directory).href)) as { default: Member };
      if (member.name !== (only === undefined ? basename(file, ".ts") : entry.name)) {
        throw new Error(
          `${join("src", folder, file)} defines "${member.name}"; a member has the name of its file or folder.`,
        );
      }
      found.push({ member, path: `${folder}/${file}` });
    }
  }
  return found.sort((a, b) => (a.member.name < b.member.name ? -1 : 1));
}

async function section(of: Kind): Promise<string> {
  const { kind, type } = of;
  const texts = (await membersOf(of)).map(({ member, path }) => entryText(member, `../${path}`));
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
const catalog = await format(
  `// Written by \`npm run catalog\`; do not edit. What exists, by name, loaded when it is used.
${imports.join("\n")}
import type { Entry } from "./entry.ts";

${sections.join("\n\n")}
`,
  "src/catalog/_catalog.ts",
);

// The readers of data lie below the catalog and ask each other for nothing, but are asked in an order.
const formats = (await membersOf(kinds.find(({ kind }) => kind === "formats")!)).toSorted(
  (a, b) => Number(a.member.asksLast ?? false) - Number(b.member.asksLast ?? false),
);
const formatList = await format(
  `// Written by \`npm run catalog\`; do not edit. The readers of data, in the order in which they are asked.
import type { DatasetFormat } from "../dataset.ts";

export const formats: readonly (() => Promise<{ default: DatasetFormat }>)[] = [
${formats.map(({ path }) => `  () => import(${JSON.stringify(`./${basename(path)}`)}),`).join("\n")}
];
`,
  `src/${formatFolder}/_formats.ts`,
);

// Formats for devices lie below the catalog too. Their names are part of the public types, so they stay literal.
const deviceFormats = await membersOf({
  ...{ kind: "device formats", folders: ["deploy/formats"], define: "defineDeviceFormat" },
  ...{ type: "DeviceFormatDefinition", contract: "deploy/device-format" },
});
const deviceFormatList = await format(
  `// Written by \`npm run catalog\`; do not edit. The formats for devices, loaded when one is written.

export const deviceFormats = {
${deviceFormats.map(({ member: { name, file, precision }, path }) => `  ${JSON.stringify(name)}: { file: ${JSON.stringify(file)}, precision: ${JSON.stringify(precision)}, load: () => import(${JSON.stringify(`./${basename(path)}`)}) },`).join("\n")}
} as const;
`,
  "src/deploy/formats/_formats.ts",
);

// Metrics are small and are measured together, far below the catalog.
const metrics = await membersOf(kinds.find(({ kind }) => kind === "metrics")!);
const identifierOf = ({ member }: (typeof metrics)[number]) =>
  member.name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
const metricList = await format(
  `// Written by \`npm run catalog\`; do not edit. Every metric, in the order of their names.
${metrics.map((metric) => `import ${identifierOf(metric)} from "./${basename(metric.path)}";`).join("\n")}

export const metrics = [${metrics.map(identifierOf).join(", ")}] as const;
`,
  "src/metrics/_metrics.ts",
);

// Tasks lie below all that trains, and each knows only itself.
const tasks = await membersOf(kinds.find(({ kind }) => kind === "tasks")!);
const taskList = await format(
  `// Written by \`npm run catalog\`; do not edit. Every task, in the order of their names.
${tasks.map((task) => `import ${identifierOf(task)} from "./${task.member.name}/task.ts";`).join("\n")}

export const tasks = [${tasks.map(identifierOf).join(", ")}] as const;
`,
  "src/tasks/_tasks.ts",
);

for (const [path, text] of [
  ["catalog/_catalog.ts", catalog],
  [`${formatFolder}/_formats.ts`, formatList],
  ["deploy/formats/_formats.ts", deviceFormatList],
  ["metrics/_metrics.ts", metricList],
  ["tasks/_tasks.ts", taskList],
] as const) {
  const target = new URL(path, source);
  if (!process.argv.includes("--check")) {
    await writeFile(target, text);
  } else if ((await readFile(target, "utf8").catch(() => "")) !== text) {
    console.error(`src/${path} is stale. Run \`npm run catalog\` and commit it.`);
    process.exit(1);
  }
}
