// Keeping the runs in order: names, tags and notes of a person, what is put away, and what is deleted and taken back.
import type { Context, Hono } from "hono";
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import type { FollowedRun } from "../runs/followed-run.ts";
import { formValuesOf, optionsOfFiles } from "../runs/repeat-command.ts";
import { runNote, writeNote } from "../runs/run-note.ts";
import type { RunStore } from "../runs/run-store.ts";
import { moveToTrash, takeFromTrash } from "../runs/run-trash.ts";
import type { Routes } from "./api.ts";
import { body } from "./requests.ts";

type Reply<Route extends keyof Routes> = Routes[Route]["reply"];

export function addKeeping(
  app: Hono,
  store: RunStore,
  runOf: (context: Context) => Promise<FollowedRun>,
): void {
  app.get("/api/runs/:id/asked", async (context) => {
    const { header } = (await runOf(context)).journal;
    if (header === undefined) throw new GeniusError("not-found", "This run's settings cannot be read.");
    return context.json({
      dataset: header.config.dataset,
      options: formValuesOf(header.config),
      optionsOfFiles: optionsOfFiles(header.config),
    } satisfies Reply<"GET /api/runs/:id/asked">);
  });
  app.post("/api/runs/:id/note", async (context) => {
    const run = await runOf(context);
    const note = await writeNote(run.folder, await body(context, runNote));
    return context.json(note satisfies Reply<"POST /api/runs/:id/note">);
  });
  app.post("/api/runs/:id/delete", async (context) => {
    const run = await runOf(context);
    if (run.state === "running")
      throw new GeniusError("locked", "The search is running: stop it before it is deleted.");
    if (run.folder === store.root)
      throw new GeniusError(
        "wrong-use",
        "This dashboard shows one run, which cannot be deleted from here. Start it on a folder of runs.",
      );
    await moveToTrash(store.root, run.id, run.folder);
    return context.json({ done: true } satisfies Reply<"POST /api/runs/:id/delete">);
  });
  app.post("/api/trash/restore", async (context) => {
    const { id } = await body(context, z.object({ id: z.string().min(1).max(1024) }));
    await takeFromTrash(store.root, id);
    return context.json({ done: true } satisfies Reply<"POST /api/trash/restore">);
  });
}
