// The dashboard's routes: reading runs, following them live, and – with the token – starting, stopping, resuming and
// taking a person's turn. What a route takes and gives is in api.ts; who may ask is in guard.ts.
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import { GeniusError, messageOf } from "../base/errors.ts";
import { readPicture } from "../llm/index.ts";
import type { Analyst } from "../runs/analyst.ts";
import { type FollowedRun, refusePrograms } from "../runs/followed-run.ts";
import { addGuess, type RecordedGuess, readGuesses } from "../runs/person-guesses.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { Processes } from "../runs/search-processes.ts";
import { parseChoices } from "../search/choices.ts";
import type { Domain } from "../search/constraints/domain.ts";
import { putTurn } from "../study/inbox.ts";
import { allowedBy, problemOf } from "../study/person.ts";
import { personTurn } from "../study/person-turn.ts";
import { addApart } from "./apart.ts";
import type { Guess, Routes } from "./api.ts";
import { csvOf, designDownload, downloadHeaders, trainedDownload } from "./downloads.ts";
import { listEvents, runEvents } from "./events.ts";
import { type Guard, guarded, hasToken, refusal } from "./guard.ts";
import { addKeeping } from "./keeping.ts";
import type { PageFiles } from "./page-files.ts";
import { argument, body, checked, count, statusOf } from "./requests.ts";
import { splitIds } from "./run-ids.ts";
import { addTexts, maxTextChars } from "./texts.ts";
import { folderView, priceEstimate, surveyOf } from "./views/before-start.ts";
import { callDetail, callRows, callsWith } from "./views/calls.ts";
import { comparisonView } from "./views/compare.ts";
import { runDetail } from "./views/detail.ts";
import { finalCurve } from "./views/final-curve.ts";
import { memberOptions, startForm } from "./views/form.ts";
import { namedSummary } from "./views/named.ts";
import { networkView, type Shown } from "./views/network.ts";
import { learningCurves, trialColumns, trialDetail, troubles } from "./views/trials.ts";

export interface Dashboard {
  readonly store: RunStore;
  readonly analyst: Analyst;
  readonly processes: Processes;
  readonly page: PageFiles;
  readonly guard: Guard;
  readonly version: string;
  /** Of the processes that read data. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

type Reply<Route extends keyof Routes> = Routes[Route]["reply"];

const maxBodyBytes = 1 << 20;
const startOrder = z.object({
  dataset: argument.optional(),
  options: z.record(z.string(), z.union([argument, z.number(), z.boolean()])),
  turns: z.array(personTurn).max(20).optional(),
  text: z.object({ use: z.enum(["start", "space"]), text: z.string().max(maxTextChars) }).optional(),
});
const resumeOrder = z.object({ trials: z.int().min(1).max(10_000_000).optional() });
const newGuess = z.object({ trial: z.int().min(1), score: z.number().min(0).max(1) });
const formats = z.enum(["onnx", "pytorch", "mermaid", "text", "safetensors"]);
const wholes = z.enum(["report.html", "report.md", "trials.csv", "journal.jsonl", "conversation.jsonl"]);

export function createApp(dashboard: Dashboard): Hono {
  const { store, analyst, processes, page, guard, environment } = dashboard;
  const app = new Hono();
  app.use(guarded(guard));
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: (context) => refusal(context, 413, "bad-body", "That is more than a megabyte."),
    }),
  );
  app.onError((thrown, context) => {
    if (thrown instanceof GeniusError) return refusal(context, statusOf(thrown), thrown.code, thrown.message);
    return refusal(context, 500, "internal", `Something went wrong in the dashboard: ${messageOf(thrown)}`);
  });

  const runOf = (context: Context): Promise<FollowedRun> => store.open(context.req.param("id") ?? "");
  const spaceOf = async (run: FollowedRun) => (await run.domain())?.space;
  const domainOf = async (run: FollowedRun): Promise<Domain> => {
    const domain = await run.domain();
    if (domain !== undefined) return domain;
    refusePrograms(run);
    throw new GeniusError(
      "not-found",
      `The space of ${run.id} cannot be loaded here, so its networks cannot be shown.`,
    );
  };

  app.get("/api/about", (context) =>
    context.json({
      version: dashboard.version,
      folders: [store.root],
      mayChange: hasToken(context, guard),
    } satisfies Reply<"GET /api/about">),
  );
  app.get("/api/runs", async (context) =>
    context.json({ runs: (await store.list()).map(namedSummary) } satisfies Reply<"GET /api/runs">),
  );
  app.get("/api/events", (context) => listEvents(context, store));
  app.get("/api/form", async (context) => context.json(await startForm()));
  app.get("/api/form/options", async (context) => {
    const { space, strategy, evaluator } = context.req.query();
    return context.json({ groups: await memberOptions({ space, strategy, evaluator }) });
  });
  app.post("/api/form/data", async (context) => {
    const { dataset } = await body(context, z.object({ dataset: argument.min(1) }));
    return context.json((await surveyOf(dataset, environment)) satisfies Reply<"POST /api/form/data">);
  });
  app.post("/api/form/folders", async (context) => {
    const { path } = await body(context, z.object({ path: argument.optional() }));
    return context.json((await folderView(path)) satisfies Reply<"POST /api/form/folders">);
  });
  app.get("/api/form/price", (context) => {
    const calls = count(context, "calls", { fallback: 20, most: 1_000_000 });
    const price = priceEstimate(context.req.query("model") ?? "", calls);
    return context.json(price satisfies Reply<"GET /api/form/price">);
  });
  addKeeping(app, store, runOf);
  addApart(app, runOf);
  addTexts(app, async (id) => domainOf(await store.open(id)));
  app.get("/api/compare", async (context) => {
    const ids = splitIds(context.req.query("runs") ?? "");
    if (ids.length === 0 || ids.length > 20)
      throw new GeniusError("wrong-use", "Name 1 to 20 runs to compare.");
    return context.json(comparisonView(await Promise.all(ids.map((id) => store.open(id)))));
  });

  app.get("/api/runs/:id", async (context) => {
    const run = await runOf(context);
    const detail = await runDetail(run);
    if (detail === undefined)
      throw new GeniusError("bad-file", run.problem ?? `${run.folder} cannot be read.`);
    return context.json(detail);
  });
  app.get("/api/runs/:id/events", async (context) => {
    const run = await runOf(context);
    // A reconnecting page says what came last; it has no other way to change its address.
    const last = /^(\d{1,9})-(\d{1,9})$/.exec(context.req.header("last-event-id") ?? "");
    return runEvents(context, run, {
      rows: last === null ? count(context, "from", { fallback: 0 }) : Number(last[1]),
      calls: last === null ? count(context, "calls", { fallback: 0 }) : Number(last[2]),
    });
  });
  app.get("/api/runs/:id/trials", async (context) => {
    const limit = count(context, "limit", { fallback: 20_000, most: 20_000 });
    return context.json(trialColumns(await runOf(context), count(context, "from", { fallback: 0 }), limit));
  });
  app.get("/api/runs/:id/trials/:number", async (context) => {
    const run = await runOf(context);
    return context.json(trialDetail(run, trialOf(run, context), await spaceOf(run)));
  });
  app.get("/api/runs/:id/trials/:number/why", async (context) => {
    const run = await runOf(context);
    return context.json(
      (await analyst.why(
        run,
        trialOf(run, context).trial.number,
      )) satisfies Reply<"GET /api/runs/:id/trials/:number/why">,
    );
  });
  app.get("/api/runs/:id/troubles", async (context) => {
    const run = await runOf(context);
    const limit = count(context, "limit", { fallback: 200, most: 500 });
    return context.json(troubles(run, await spaceOf(run), count(context, "from", { fallback: 0 }), limit));
  });
  app.get("/api/runs/:id/curves", async (context) => {
    const run = await runOf(context);
    const final = await finalCurve(run);
    return context.json({
      ...learningCurves(run, count(context, "most", { fallback: 60, most: 500 })),
      ...(final !== undefined && { final }),
    });
  });
  app.get("/api/runs/:id/worth", async (context) =>
    context.json((await analyst.worth(await runOf(context))) satisfies Reply<"GET /api/runs/:id/worth">),
  );
  app.get("/api/runs/:id/early-late", async (context) =>
    context.json(
      (await analyst.earlyLate(await runOf(context))) satisfies Reply<"GET /api/runs/:id/early-late">,
    ),
  );
  app.get("/api/runs/:id/network", async (context) => {
    const run = await runOf(context);
    const domain = await domainOf(run);
    const shownBy = (design: string, trial: string): Shown | undefined => {
      const { [design]: choices, [trial]: number } = context.req.query();
      if (choices !== undefined) return { choices: parseChoices(domain.space, choices) };
      if (number === undefined) return undefined;
      return { trial: trialNumbered(run, count(context, trial, { fallback: 0 })).trial };
    };
    const shown = shownBy("choices", "trial");
    if (shown === undefined) throw new GeniusError("wrong-use", "Name a trial or choices.");
    const against = shownBy("against", "againstTrial");
    return context.json(networkView(run, domain, { shown, against }));
  });
  app.get("/api/runs/:id/calls", async (context) => {
    const limit = count(context, "limit", { fallback: 1_000, most: 5_000 });
    return context.json(callRows(await runOf(context), count(context, "from", { fallback: 0 }), limit));
  });
  app.get("/api/runs/:id/search", async (context) => {
    const text = (context.req.query("text") ?? "").slice(0, 1000);
    return context.json({
      calls: callsWith(await runOf(context), text),
    } satisfies Reply<"GET /api/runs/:id/search">);
  });
  app.get("/api/runs/:id/calls/:index", async (context) => {
    const run = await runOf(context);
    const call = callDetail(run, Number(context.req.param("index")), await spaceOf(run));
    if (call === undefined) throw new GeniusError("not-found", "There is no such call in this run.");
    return context.json(call);
  });

  app.get("/api/runs/:id/export", async (context) => {
    const run = await runOf(context);
    const format = checked(formats, context.req.query("format"), "format");
    const followed = trialNumbered(run, count(context, "trial", { fallback: 0 }));
    const { bytes, name, type } = await designDownload(run, {
      domain: await domainOf(run),
      followed,
      format,
    });
    return context.body(bytes, 200, downloadHeaders(name, type));
  });
  app.get("/api/runs/:id/trained/:name", async (context) => {
    const { bytes, name } = await trainedDownload(await runOf(context), context.req.param("name"));
    return context.body(bytes, 200, downloadHeaders(name, "application/octet-stream"));
  });
  app.get("/api/runs/:id/pictures/:hash", async (context) => {
    const bytes = await readPicture((await runOf(context)).folder, context.req.param("hash"));
    return context.body(bytes, 200, { "content-type": "image/png" });
  });
  app.get("/api/runs/:id/download", async (context) => {
    const run = await runOf(context);
    const what = checked(wholes, context.req.query("what"), "what");
    const name = `${run.id}-${what}`;
    switch (what) {
      case "report.html":
        return context.body(
          await analyst.report(run, "html"),
          200,
          downloadHeaders(name, "text/html; charset=utf-8"),
        );
      case "report.md":
        return context.body(
          await analyst.report(run, "markdown"),
          200,
          downloadHeaders(name, "text/markdown; charset=utf-8"),
        );
      case "trials.csv":
        return context.body(
          csvOf(run, await spaceOf(run)),
          200,
          downloadHeaders(name, "text/csv; charset=utf-8"),
        );
      case "journal.jsonl":
      case "conversation.jsonl": {
        if (what === "conversation.jsonl" && run.calls.length === 0)
          throw new GeniusError("not-found", "This run has no conversation.");
        const stream = Readable.toWeb(createReadStream(join(run.folder, what))) as ReadableStream;
        return context.body(stream, 200, downloadHeaders(name, "application/jsonl"));
      }
      default:
        return what satisfies never;
    }
  });

  app.post("/api/runs", async (context) => {
    const order = await body(context, startOrder);
    if ((await store.list()).some(({ folder }) => folder === store.root))
      throw new GeniusError(
        "wrong-use",
        "This dashboard shows one run. Start it on a folder of runs to start another.",
      );
    const folder = await processes.start(store.root, order);
    const run = (await store.list()).find((other) => other.folder === folder);
    if (run === undefined)
      throw new GeniusError("internal", `The search started, but ${folder} is not found.`);
    run.allowPrograms();
    return context.json({ id: run.id } satisfies Reply<"POST /api/runs">, 201);
  });
  app.post("/api/runs/:id/stop", async (context) => {
    await processes.stop((await runOf(context)).folder);
    return context.json({ done: true } satisfies Reply<"POST /api/runs/:id/stop">);
  });
  app.post("/api/runs/:id/resume", async (context) => {
    const { trials } = await body(context, resumeOrder);
    const run = await runOf(context);
    await processes.resume(run.folder, trials);
    run.allowPrograms();
    return context.json({ done: true } satisfies Reply<"POST /api/runs/:id/resume">);
  });
  app.post("/api/runs/:id/baselines", async (context) => {
    const run = await runOf(context);
    await processes.baselines(run.folder);
    run.allowPrograms();
    return context.json({ done: true } satisfies Reply<"POST /api/runs/:id/baselines">);
  });
  app.post("/api/runs/:id/trials/:number/finish", async (context) => {
    const run = await runOf(context);
    await processes.finishTrial(run.folder, trialOf(run, context).trial.number);
    run.allowPrograms();
    return context.json({ done: true } satisfies Reply<"POST /api/runs/:id/trials/:number/finish">);
  });
  app.post("/api/runs/:id/programs", async (context) => {
    (await runOf(context)).allowPrograms();
    return context.json({ done: true } satisfies Reply<"POST /api/runs/:id/programs">);
  });
  app.post("/api/runs/:id/turns", async (context) => {
    const run = await runOf(context);
    const turn = await body(context, personTurn);
    if (run.state !== "running" || run.journal.result !== undefined)
      return refusal(
        context,
        409,
        "not-running",
        "The search is not running, so there is no turn to take. Resume it first.",
      );
    const domain = await domainOf(run);
    const earlier = run.journal.notes.flatMap((note) =>
      note.turn?.turn.kind === "allow" ? [note.turn.turn] : [],
    );
    const problem = problemOf(turn, domain, allowedBy(domain.space, earlier));
    if (problem !== undefined) throw new GeniusError("wrong-use", `That cannot be done: ${problem}.`);
    return context.json(
      { id: await putTurn(run.folder, turn) } satisfies Reply<"POST /api/runs/:id/turns">,
      201,
    );
  });
  app.get("/api/runs/:id/guesses", async (context) => {
    const run = await runOf(context);
    const guesses = await readGuesses(run.folder);
    return context.json({
      guesses: guesses.map((guess) => shownGuess(run, guess)),
    } satisfies Reply<"GET /api/runs/:id/guesses">);
  });
  app.post("/api/runs/:id/guesses", async (context) => {
    const run = await runOf(context);
    const made = await body(context, newGuess);
    const recorded = await addGuess(run.folder, made);
    const known =
      run.journal.rowOf.get(made.trial) === undefined
        ? undefined
        : await analyst.why(run, made.trial).catch(() => undefined);
    const surrogate = known?.predicted?.score;
    return context.json(
      {
        ...shownGuess(run, recorded),
        ...(surrogate !== undefined && { surrogate01: surrogate }),
      } satisfies Guess,
      201,
    );
  });

  app.all("/api/*", (context) => refusal(context, 404, "not-found", `There is no ${context.req.path}.`));
  app.get("*", (context) => {
    const { path } = context.req;
    const file = page.get(path === "/" ? "/index.html" : path);
    if (file === undefined) return context.text("There is nothing here.\n", 404);
    const isNamedByContent = path.startsWith("/assets/");
    context.header("cache-control", isNamedByContent ? "public, max-age=31536000, immutable" : "no-cache");
    return context.body(file.bytes, 200, { "content-type": file.type });
  });
  return app;
}

function trialOf(run: FollowedRun, context: Context) {
  return trialNumbered(run, Number(context.req.param("number")));
}

function trialNumbered(run: FollowedRun, number: number) {
  const followed = run.journal.rowOf.get(number);
  if (followed === undefined) throw new GeniusError("not-found", `There is no trial ${number} in this run.`);
  return followed;
}

function shownGuess(run: FollowedRun, { trial, score, time }: RecordedGuess): Guess {
  const known = run.journal.rowOf.get(trial)?.trial;
  const model = known?.proposal.predicted?.score;
  return {
    trial,
    person01: score,
    time,
    ...(model !== undefined && { model01: model }),
    ...(known?.outcome.kind === "scored" && { measured01: known.outcome.score }),
  };
}
