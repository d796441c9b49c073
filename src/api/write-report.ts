// The page of a run, or of several compared, as files.
import { join } from "node:path";
import { GeniusError } from "../base/errors.ts";
import { refuseRecord, writeNamed } from "../base/named-output.ts";
import type { Given } from "../catalog/load.ts";
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
import type { SpaceDefinition } from "../search/space.ts";

export interface ReportOptions {
  /** The page's path; `report.html` in the run's folder, or `comparison.html`, by default. */
  readonly out?: string | undefined;
  /** Each chart of a single run as SVG and PNG too, below `charts/` in its folder; false by default. */
  readonly charts?: boolean | undefined;
  /** The space, where a script defined it. */
  readonly space?: Given<SpaceDefinition> | undefined;
}

/**
 * Writes the self-contained page of a run, or a comparison of several with intervals where seeds repeat, and the same as
 * Markdown.
 *
 * @returns the paths that were written: the page, the Markdown, then the charts.
 * @throws GeniusError `not-found` when a folder holds no run, `wrong-use` where `out` is a run's record.
 * @example
 * ```ts
 * import { writeReport } from "genius-nas";
 *
 * const [page] = await writeReport(["runs/first"]);
 * ```
 */
export async function writeReport(
  folders: readonly string[],
  options: ReportOptions = {},
): Promise<readonly string[]> {
  const [folder] = folders;
  if (folder === undefined) throw new GeniusError("wrong-use", "Name at least one run's folder.");
  if (options.out !== undefined) await refuseRecord(options.out);
  const inputs = await Promise.all(
    folders.map(async (name) => reportInput(await openRun(name, options.space))),
  );
  const [first] = inputs;
  const single = inputs.length === 1 ? first : undefined;
  const page = options.out ?? (single === undefined ? "comparison.html" : join(folder, "report.html"));
  const files = new Map<string, string | Uint8Array>([
    [page, single === undefined ? runsReport(inputs) : runReport(single)],
    [`${page.replace(/\.html$/, "")}.md`, single === undefined ? runsMarkdown(inputs) : runMarkdown(single)],
  ]);
  if (single !== undefined && options.charts === true)
    for (const [path, content] of await chartFiles(single, folder)) files.set(path, content);
  for (const [path, content] of files) await writeNamed(path, content);
  return [...files.keys()];
}

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
