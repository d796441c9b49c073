// `genius report`: one self-contained page for a run, or a comparison of several, and the same as Markdown.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { fileError, GeniusError } from "../base/errors.ts";
import { defineCommand } from "../command/command.ts";
import {
  chartFile,
  chartPng,
  type RunReportInput,
  runCharts,
  runMarkdown,
  runReport,
  runsMarkdown,
  runsReport,
} from "../report/index.ts";
import { openRun } from "../runs/open-run.ts";
import { reportInput } from "../runs/report-input.ts";

export default defineCommand({
  options: z.object({
    out: z
      .string()
      .optional()
      .describe("where to write the page (default: report.html in the run's folder)")
      .meta({ placeholder: "FILE" }),
    charts: z.boolean().default(false).describe("each chart of a run as SVG and PNG too, below charts/"),
    json: z.boolean().default(false).describe("the paths that were written, as one JSON object"),
  }),
  more: `One folder gives its report; several give a comparison, with intervals where seeds repeat. Beside report.html a
report.md is written. The page needs no network and holds everything: copy it to whoever asks.`,
  async run({ operands, options, terminal }) {
    if (operands.length === 0)
      throw new GeniusError("wrong-use", "Name a run's folder, or several to compare: genius report runs/….");
    const inputs = await Promise.all(operands.map(async (folder) => reportInput(await openRun(folder))));
    const [first] = inputs;
    const single = inputs.length === 1 && first !== undefined;
    const html = options.out ?? (single ? join(operands[0]!, "report.html") : "comparison.html");
    const markdown = `${html.replace(/\.html$/, "")}.md`;
    const files = new Map<string, string | Uint8Array>([
      [html, single ? runReport(first) : runsReport(inputs)],
      [markdown, single ? runMarkdown(first) : runsMarkdown(inputs)],
    ]);
    if (single && options.charts)
      for (const [path, text] of await chartFiles(first, operands[0]!)) files.set(path, text);
    for (const [path, text] of files) await write(path, text);
    const written = [...files.keys()];
    if (options.json) terminal.out(`${JSON.stringify({ written })}\n`);
    else terminal.out(`Wrote ${written.join(" and ")}. Open it: ${pathToFileURL(resolve(html)).href}\n`);
    return 0;
  },
});

/** Each chart as its own SVG and PNG, by path. */
async function chartFiles(
  input: RunReportInput,
  folder: string,
): Promise<[path: string, content: string | Uint8Array][]> {
  const charts = Object.values(runCharts(input))
    .flat()
    .filter((chart) => chart !== undefined);
  const files = await Promise.all(
    charts.map(
      async (chart): Promise<[string, string | Uint8Array][]> => [
        [join(folder, "charts", `${chart.name}.svg`), chartFile(chart, "light")],
        [join(folder, "charts", `${chart.name}.png`), await chartPng(chart, "light")],
      ],
    ),
  );
  return files.flat();
}

async function write(path: string, text: string | Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (thrown) {
    throw fileError(thrown, path, "write");
  }
}
