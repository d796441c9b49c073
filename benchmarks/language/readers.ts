// How often a fresh reader's first text is right: ten networks given as PyTorch code and ten spaces given in words, to be written in
// the language from its one page alone.
//
// Usage: node --conditions=genius-source benchmarks/language/readers.ts --prompts DIR     writes DIR/prompt-1.txt to prompt-10.txt
//        node --conditions=genius-source benchmarks/language/readers.ts --answers DIR     checks DIR/answer-TASK-READER.txt
// A network is right when its parameters and MACs are PyTorch's; a space when the parameters and MACs of all its designs are
// those of a text that was written beforehand.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { networkCost } from "../../src/graph/cost.ts";
import type { Network } from "../../src/graph/network.ts";
import { readNetwork, spaceOfText } from "../../src/index.ts";
import { allDesigns } from "../../src/search/constraints/create-domain.ts";

interface Task {
  readonly network: {
    readonly input: string;
    readonly pytorch: string;
    readonly paramCount: number;
    readonly macCount: number;
  };
  readonly space: { readonly input: string; readonly words: string; readonly text: string };
}

const { values } = parseArgs({ options: { prompts: { type: "string" }, answers: { type: "string" } } });
const at = (name: string) => new URL(name, import.meta.url);
const tasks = JSON.parse(await readFile(at("reader-tasks.json"), "utf8")) as readonly Task[];

if (values.prompts !== undefined) {
  const guide = await readFile(at("../../docs/guide/own-network.md"), "utf8");
  const page = guide.slice(guide.indexOf("## The whole language")).trim();
  for (const [index, task] of tasks.entries())
    await writeFile(join(values.prompts, `prompt-${index + 1}.txt`), promptOf(task, page));
}
if (values.answers !== undefined) await check(values.answers);

function promptOf({ network, space }: Task, page: string): string {
  const both = "begin with an `input CxHxW` line and write the number of classes out";
  return `You answer from this prompt alone. Here is the one page of a small text language for neural networks.

${page}

TASK 1. Write, in that language, exactly this network (input ${network.input}; ${both}):
\`\`\`python
${network.pytorch}
\`\`\`

TASK 2. Write, in that language, exactly this search space (input ${space.input}; ${both}):
${space.words}

Reply with nothing but two fenced blocks: first \`\`\`network … \`\`\` with the text of task 1, then \`\`\`space … \`\`\` with the text of task 2.`;
}

async function check(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => /^answer-\d+-\w+\.txt$/.test(name)).sort();
  const right = { network: 0, space: 0 };
  for (const file of files) {
    const task = tasks[Number(file.split("-")[1]) - 1] as Task;
    const answer = await readFile(join(folder, file), "utf8");
    const tell = (what: keyof typeof right, isRight: () => boolean) => {
      try {
        if (isRight()) right[what] += 1;
        else console.log(`${file}: another ${what}`);
      } catch (thrown) {
        console.log(`${file}: ${what}: ${thrown instanceof Error ? thrown.message : thrown}`);
      }
    };
    tell("network", () => {
      const { paramCount, macCount } = networkCost(readNetwork(block(answer, "network")));
      return paramCount === task.network.paramCount && macCount === task.network.macCount;
    });
    tell("space", () => costsOf(block(answer, "space")) === costsOf(task.space.text));
  }
  console.log(
    `${files.length} answers: ${right.network} networks and ${right.space} spaces right at the first answer`,
  );
}

/** The costs of all designs, in order of size. */
function costsOf(text: string): string {
  const definition = spaceOfText(text, "space.txt");
  const space = definition.create(definition.options.parse({}));
  const said = (network: Network) => {
    const { paramCount, macCount } = networkCost(network);
    return `${paramCount} ${macCount}`;
  };
  return allDesigns(space)
    .map((choices) => said(space.decode(choices)))
    .sort()
    .join();
}

function block(answer: string, name: string): string {
  return new RegExp(`\`\`\`${name}\\n([\\s\\S]*?)\`\`\``).exec(answer)?.[1] ?? "";
}
