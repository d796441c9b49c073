// `genius new KIND NAME`: a member of one's own to begin with, and its test, as two files that lie anywhere.
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { z } from "zod";
import { fileError, GeniusError } from "../../base/errors.ts";
import { unknownName } from "../../base/nearest.ts";
import { terminalSafe } from "../../base/terminal-text.ts";
import { defineCommand } from "../../command/command.ts";
import { commandIn } from "./command-in.ts";
import { type Kind, kinds, templates } from "./templates.ts";

const nameForm = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export default defineCommand({
  options: z.object({
    dir: z
      .string()
      .default(".")
      .describe("folder for the files; made if it is not there")
      .meta({ placeholder: "DIR" }),
  }),
  more: `KIND is ${kinds.join(", ")}. Writes NAME-KIND.ts, which works as it stands, and NAME-KIND.test.ts, which runs the contract suite
over it; a NAME that ends in its kind, such as my-space, is not given it twice. The files may lie anywhere: they need no package and
no install. No file is overwritten.

Example:
  genius new strategy my-search --dir search
  genius test search/my-search-strategy.test.ts`,
  async run({ operands, options: { dir }, terminal }) {
    const [kind = "", name = "", ...more] = operands;
    if (name === "" || more.length > 0) {
      throw new GeniusError("wrong-use", `Say what to write: genius new ${kinds.join("|")} NAME.`);
    }
    if (!kinds.some((known) => known === kind)) throw unknownName("kind", kind, [...kinds]);
    if (!nameForm.test(name)) {
      throw new GeniusError(
        "wrong-use",
        `"${name}" cannot be a name: use small letters, digits and hyphens, with a letter first, such as my-${kind}.`,
      );
    }
    const { member, test, uses } = templates[kind as Kind];
    // A space and a strategy may have one name.
    const stem = name === kind || name.endsWith(`-${kind}`) ? name : `${name}-${kind}`;
    const files = [
      { path: join(dir, `${stem}.ts`), text: member },
      { path: join(dir, `${stem}.test.ts`), text: test },
    ];
    for (const { path } of files) {
      if (!existsSync(path)) continue;
      throw new GeniusError(
        "wrong-use",
        `${path} is there already, and no file is overwritten: choose another name.`,
      );
    }
    await mkdir(dir, { recursive: true }).catch((thrown: unknown) => {
      throw fileError(thrown, dir, "write");
    });
    for (const { path, text } of files) {
      await writeFile(path, text.replaceAll("STEM", stem).replaceAll("NAME", name), { flag: "wx" }).catch(
        (thrown: unknown) => {
          throw fileError(thrown, path, "write");
        },
      );
    }
    const [file, testFile] = files.map(({ path }) => asTyped(path)) as [string, string];
    const genius = commandIn(process.cwd());
    const lines = [
      `Wrote ${terminalSafe(file)} and ${terminalSafe(testFile)}.`,
      "Test it:",
      `  ${terminalSafe(genius)} test ${terminalSafe(testFile)}`,
      ...(uses.length > 0 ? ["Use it:"] : []),
      ...uses.map(
        (use) =>
          `  ${use.replace("genius", () => terminalSafe(genius)).replaceAll("FILE", () => terminalSafe(file))}`,
      ),
    ];
    terminal.out(`${lines.join("\n")}\n`);
    return 0;
  },
});

/** A path as a command takes it for a file of one's own: with a slash. */
function asTyped(path: string): string {
  const short = relative("", path);
  return short.startsWith("..") || /^([A-Za-z]:)?[/\\]/.test(short) ? short : `./${short}`;
}
