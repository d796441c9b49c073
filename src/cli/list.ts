// `genius list`: what exists, by name.
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { unknownName } from "../base/nearest.ts";
import { jsonLine, style, terminalSafe } from "../base/terminal-text.ts";
import {
  evaluators,
  formats,
  launchers,
  metrics,
  references,
  spaces,
  strategies,
  tasks,
} from "../catalog/_catalog.ts";
import { listDatasets } from "../catalog/datasets.ts";
import { listDevices } from "../catalog/devices.ts";
import { listExperience } from "../catalog/experience/list.ts";
import { defineCommand } from "../command/command.ts";
import { modelProviders } from "../llm/index.ts";
import { wrapped } from "./wrapped.ts";

interface Row {
  readonly name: string;
  readonly summary: string;
  readonly source?: string;
  /** In the language. */
  readonly text?: string;
}

/** Columns that a summary beside a name needs. */
const minBeside = 40;

type Environment = Readonly<Record<string, string | undefined>>;

type List = (
  environment: Environment,
  /** Says what is no row, on standard error. */
  warn: (text: string) => void,
) => readonly Row[] | Promise<readonly Row[]>;

const rowsOf = (entries: Readonly<Record<string, { summary: string; source: string }>>): Row[] =>
  Object.entries(entries).map(([name, { summary, source }]) => ({ name, summary, source }));

const kinds: Readonly<Record<string, List>> = {
  spaces: () => rowsOf(spaces),
  strategies: () => rowsOf(strategies),
  references: () => rowsOf(references),
  experience: listExperience,
  evaluators: () => rowsOf(evaluators),
  datasets: listDatasets,
  devices: listDevices,
  formats: () => rowsOf(formats),
  launchers: () => rowsOf(launchers),
  metrics: () => rowsOf(metrics),
  tasks: () => rowsOf(tasks),
  models: () => modelProviders,
};

export default defineCommand({
  options: z.object({ json: z.boolean().default(false).describe("JSON lines on standard output") }),
  async run({ operands, options, terminal }) {
    const [kind] = operands;
    if (kind === undefined || operands.length > 1)
      throw new GeniusError("wrong-use", `Say what to list, one of ${Object.keys(kinds).join(", ")}.`);
    const list = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    if (list === undefined) throw unknownName("list", kind, Object.keys(kinds));
    const rows = await list(terminal.environment, (text) => terminal.error(`${terminalSafe(text)}\n`));
    if (options.json) {
      for (const row of rows) terminal.out(jsonLine(row));
      return 0;
    }
    const width = Math.max(0, ...rows.map(({ name }) => name.length));
    // Where little room is left beside the names, what they are stands below them.
    const isBelow = terminal.columns - width < minBeside;
    const indent = " ".repeat(isBelow ? 2 : width + 2);
    const say = (words: string) =>
      terminal.out(`${terminal.showsResults === true ? wrapped(words, terminal.columns) : words}\n`);
    for (const { name, summary, source, text } of rows) {
      const about = `${indent}${terminalSafe(summary)}`;
      if (isBelow) say(style("bold", name));
      const lines = terminal.showsResults === true ? wrapped(about, terminal.columns) : about;
      terminal.out(isBelow ? `${lines}\n` : `${name.padEnd(width)}${lines.slice(width)}\n`);
      if (source !== undefined) say(style("dim", `${indent}${terminalSafe(source)}`));
      for (const line of text?.trimEnd().split("\n") ?? [])
        terminal.out(`${indent}  ${terminalSafe(line)}\n`);
    }
    return 0;
  },
});
