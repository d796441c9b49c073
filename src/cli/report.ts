// `genius report`: one self-contained page for a run, or a comparison of several, and the same as Markdown.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { writeReport } from "../api/write-report.ts";
import { GeniusError } from "../base/errors.ts";
import { jsonLine } from "../base/terminal-text.ts";
import { defineCommand } from "../command/command.ts";

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
report.md is written. The page needs no network and holds everything: send it to anyone who asks.`,
  async run({ operands, options: { out, charts, json }, terminal }) {
    if (operands.length === 0)
      throw new GeniusError("wrong-use", "Name a run's folder, or several to compare: genius report runs/….");
    const written = await writeReport(operands, { out, charts });
    const [page = ""] = written;
    if (json) terminal.out(jsonLine({ written }));
    else terminal.out(`Wrote ${written.join(" and ")}. Open it: ${pathToFileURL(resolve(page)).href}\n`);
    return 0;
  },
});
