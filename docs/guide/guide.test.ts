// Runs the guide: every block of code is written to the file that its first line names, and every command is run, page
// by page, each in a folder of its own. A block that needs more ("```sh needs ray") is only checked: its commands
// and their options exist.
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { ownPackagesHook } from "../../src/base/own-packages.ts";

const root = resolve(import.meta.dirname, "../..");
const bin = join(root, "bin/genius.js");
const run = promisify(execFile);
const environment = process.env;
interface Block {
  readonly language: string;
  /** What it needs beyond an installed package; such a block is not run. */
  readonly needs: string | undefined;
  readonly text: string;
}

function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^```(\w+)(?: needs ([^\n]+))?\n(.*?)^```$/gms)].map(
    ([, language, needs, text]) => ({
      language: language!,
      needs,
      text: text!,
    }),
  );
}

const commandsOf = (text: string) => text.split("\n").filter((line) => line.startsWith("npx genius "));
const argumentsOf = (command: string) =>
  command
    .replace(/^npx genius /, "")
    .replace(/\s+#.*$/, "")
    .split(/\s+/);

async function genius(args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await run(process.execPath, [bin, ...args], { cwd, env: environment });
  return stdout;
}

/** Runs the blocks in order, in one folder. @throws the first failure, with what was printed. */
async function runPage(blocks: readonly Block[], folder: string): Promise<void> {
  for (const { language, text, needs } of blocks) {
    if (language === "ts") {
      const name = /^\/\/ (\S+\.ts)\n/.exec(text)?.[1];
      if (name === undefined)
        throw new Error(`A block of code must begin with its file's name: ${text.slice(0, 80)}`);
      await writeFile(join(folder, name), text);
      const isProgram = !text.includes("export default");
      if (isProgram)
        await run(process.execPath, ["--import", ownPackagesHook, join(folder, name)], {
          cwd: folder,
          env: environment,
        });
    } else if (language === "csv") {
      const [, name = ""] = /^# (\S+\.csv)\n/.exec(text) ?? [];
      await writeFile(join(folder, name), text);
    } else if (language === "text") {
      const name = /^# (\S+\.txt)\n/.exec(text)?.[1];
      if (name !== undefined) await writeFile(join(folder, name), text);
    } else if (language === "sh") {
      for (const command of commandsOf(text)) {
        const [called = "", file] = command.split(" > ");
        if (needs !== undefined) await checkOptions(argumentsOf(called), folder);
        else {
          const printed = await genius(argumentsOf(called), folder);
          if (file !== undefined) await writeFile(join(folder, file.trim()), printed);
        }
      }
    }
  }
}

async function checkOptions(args: readonly string[], folder: string): Promise<void> {
  const help = await genius([...args.filter((word) => word !== "--help"), "--help"], folder);
  const named = args.filter((word) => word.startsWith("--"));
  for (const option of named.map((word) => word.replace(/=.*/, ""))) {
    expect(help, `${args.join(" ")}: the help must know ${option}`).toContain(`${option} `);
  }
}

const pages = (await readdir(import.meta.dirname)).filter((name) => name.endsWith(".md"));
const folders: string[] = [];

describe("guide", () => {
  for (const page of pages) {
    test(page, { timeout: 600_000 }, async () => {
      const blocks = blocksOf(await readFile(join(import.meta.dirname, page), "utf8"));
      const folder = await mkdtemp(join(tmpdir(), "genius-guide-"));
      folders.push(folder);
      await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
      await runPage(blocks, folder);
    });
  }
});

test.for(["README.md", "examples/README.md", "examples/github-action/network.yml"])(
  "%s: its commands and their options exist",
  { timeout: 120_000 },
  async (file) => {
    const text = await readFile(join(root, file), "utf8");
    const commands = [...text.matchAll(/(?:npx|run:|^ +)\s*(genius [a-z][^\n`|&>#;]*)/gm)].map(
      ([, command]) => command!,
    );
    expect(commands.length).toBeGreaterThan(2);
    for (const command of commands) await checkOptions(command.trim().split(/\s+/).slice(1), root);
  },
);

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));
