// Trials that a person has trained to their end apart from the search: their figures and their files.
import type { Context, Hono } from "hono";
import { GeniusError } from "../base/errors.ts";
import { scoreIn } from "../metrics/index.ts";
import { type ApartTraining, apartFolder, apartTrainings } from "../runs/apart-training.ts";
import type { FollowedRun } from "../runs/followed-run.ts";
import type { Apart, Routes } from "./api.ts";
import { downloadHeaders, trainedDownload } from "./downloads.ts";

export function addApart(app: Hono, runOf: (context: Context) => Promise<FollowedRun>): void {
  app.get("/api/runs/:id/apart", async (context) => {
    const run = await runOf(context);
    const trials = (await apartTrainings(run.folder)).map((each) => shown(run, each));
    return context.json({ trials } satisfies Routes["GET /api/runs/:id/apart"]["reply"]);
  });
  app.get("/api/runs/:id/trials/:number/trained/:name", async (context) => {
    const run = await runOf(context);
    const number = Number(context.req.param("number"));
    // The number becomes a part of a path.
    if (!run.journal.rowOf.has(number))
      throw new GeniusError("not-found", "There is no such trial in this run.");
    const { bytes, name } = await trainedDownload(
      { id: `${run.id}-trial-${number}`, folder: apartFolder(run.folder, number) },
      context.req.param("name"),
    );
    return context.body(bytes, 200, downloadHeaders(name, "application/octet-stream"));
  });
}

function shown({ journal }: FollowedRun, { trial, testMetrics, files }: ApartTraining): Apart {
  const metric = journal.header?.config.metric;
  const score = metric && testMetrics && scoreIn(metric, testMetrics);
  return { trial, files, ...(score !== undefined && !Number.isNaN(score) && { score }) };
}
