// Takes a picture of every view of the dashboard, in both themes and at three widths, for a person to look at:
// node scripts/look-at-dashboard.ts OUT [VIEW…]. Runs are made once in OUT/runs, from tables, replayed conversations and
// short trainings; delete that folder to make them again. One search waits for a person meanwhile. Reports are shown as files.
// With --first RUN only what somebody sees first of the list, that run, its report and `genius show`, in OUT/first.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs, promisify } from "node:util";
import { chromium, type Page } from "playwright-core";
import { makeHostileRun } from "../apps/dashboard/hostile-run.ts";
import { chromiumFlags, chromiumPath, genius, serveFolder } from "../apps/dashboard/test-server.ts";
import { madeUpConversation } from "../src/testing/made-up-conversation.ts";

const views: Record<string, string> = {
  runs: "#/",
  start: "#/start",
  "start-like": "#/start?like=digits",
  compare: "#/compare?runs=table,random,random-3,digits",
  run: "#/run/table",
  "run-trained": "#/run/digits",
  "run-cifar-like": "#/run/clock",
  "run-thirty": "#/run/thirty",
  "run-stopped": "#/run/stopped",
  "run-failed": "#/run/failed",
  "run-foreign": "#/run/foreign",
  "run-replay": "#/run/replay",
  trials: "#/run/replay/trials?trial=4",
  "trials-table": "#/run/table/trials",
  network: "#/run/table/network?trial=20&against=5",
  "network-trained": "#/run/digits/network",
  conversation: "#/run/replay/conversation?call=4",
  "conversation-recorded": "#/run/recorded/conversation?call=3",
  turn: "#/run/table/turn",
  about: "#/run/digits/about",
};
const reports = ["table", "digits", "clock"];
const widths = [360, 1280, 1920];
const isSettled = `
  [...document.querySelectorAll('[role="status"]')].every(
    ({ textContent }) => !/^(Loading|Opening|Fitting|Comparing|Looking)/.test(textContent ?? ""),
  ) &&
  [...document.querySelectorAll(".chart .canvas")].every((place) => place.querySelector("canvas") !== null)
`;

const { values, positionals } = parseArgs({
  options: { first: { type: "string" } },
  allowPositionals: true,
});
const [out = "pictures", ...only] = positionals;
const folder = resolve(out, "runs");
if (!existsSync(folder)) await makeRuns();
const served = await serveFolder(folder);
const waiting = await startWaiting();
Object.assign(views, { "run-waiting": `#/run/${waiting}`, "turn-waiting": `#/run/${waiting}/turn` });
const browser = await chromium.launch({ executablePath: chromiumPath!, args: chromiumFlags });
if (values.first !== undefined) await lookFirst(values.first);
for (const width of values.first === undefined ? widths : [])
  for (const colorScheme of ["light", "dark"] as const) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const page = await context.newPage();
    page.on("pageerror", (error) => console.error(error.message));
    page.on("console", (message) => message.type() === "error" && console.error(message.text()));
    await page.goto(served.url);
    for (const [name, place] of Object.entries(views)) {
      if (only.length > 0 && !only.includes(name)) continue;
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(`location.hash = ${JSON.stringify(place)}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await settled(page);
      // Parts that are made when the reader comes near are made in a window as high as the page.
      for (let turn = 0; turn < 3; turn += 1) {
        const height = Number(await page.evaluate("document.documentElement.scrollHeight"));
        await page.setViewportSize({ width, height: Math.min(14_000, Math.max(900, height)) });
        await settled(page);
      }
      await page.screenshot({ path: join(out, `${name}-${width}-${colorScheme}.png`) });
    }
    for (const name of reports) {
      if (only.length > 0 && !only.includes(`report-${name}`)) continue;
      await page.setViewportSize({ width, height: 900 });
      await page.goto(pathToFileURL(join(folder, name, "report.html")).href);
      await page.screenshot({
        path: join(out, `report-${name}-${width}-${colorScheme}.png`),
        fullPage: true,
      });
    }
    await context.close();
  }
await browser.close();
await ask(`/api/runs/${waiting}/stop`, {});
await served.stop();
await rm(join(folder, waiting), { recursive: true, force: true });

/** The first screen of 1280 × 800 pixels, while another search trains, and the first lines of a terminal of 100 columns. */
async function lookFirst(run: string): Promise<void> {
  const first = join(out, "first");
  await mkdir(first, { recursive: true });
  const { id } = (await ask("/api/runs", { dataset: "digits", options: { minutes: 10 } })) as { id: string };
  while ((await served.ask<{ endsAt?: string }>(`/api/runs/${id}`)).endsAt === undefined)
    await new Promise((wait) => setTimeout(wait, 500));
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(served.url);
  for (const [name, place] of [
    ["list", "#/"],
    ["run", `#/run/${run}`],
  ] as const) {
    await page.evaluate(`location.hash = ${JSON.stringify(place)}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    // The names of networks follow a moment later.
    if (name === "list") await page.locator("table.runs .found bdi").nth(3).waitFor();
    await settled(page);
    await page.screenshot({ path: join(first, `${name}.png`) });
  }
  await ask(`/api/runs/${id}/stop`, {});
  await genius("report", join(folder, run));
  await page.goto(pathToFileURL(join(folder, run, "report.html")).href);
  await page.screenshot({ path: join(first, "report.png") });
  const show = [resolve(import.meta.dirname, "../bin/genius.js"), "show", join(folder, run)];
  const { stdout } = await promisify(execFile)(process.execPath, show, {
    env: { ...process.env, COLUMNS: "100" },
  });
  await writeFile(join(first, "terminal.txt"), `${stdout.split("\n").slice(0, 24).join("\n")}\n`);
  while ((await served.ask<{ state: string }>(`/api/runs/${id}`)).state === "running")
    await new Promise((wait) => setTimeout(wait, 500));
  await rm(join(folder, id), { recursive: true, force: true });
}

/** A search in which a person is the model, and is asked. */
async function startWaiting(): Promise<string> {
  const options = { strategy: "llm", model: "manual", trials: 3, maxMacs: "60M" };
  const { id } = (await ask("/api/runs", { dataset: "nas-bench-macro", options })) as { id: string };
  const isAsked = async () =>
    (await served.ask<{ live?: { question?: object } }>(`/api/runs/${id}`)).live?.question !== undefined;
  while (!(await isAsked())) await new Promise((wait) => setTimeout(wait, 100));
  return id;
}

async function ask(path: string, body: object): Promise<unknown> {
  const headers = { "content-type": "application/json", "x-genius-token": served.token };
  return (
    await fetch(new URL(path, served.origin), { method: "POST", headers, body: JSON.stringify(body) })
  ).json();
}

async function settled(page: Page): Promise<void> {
  // The page's content policy forbids what is made from text in it, as waitForFunction would.
  while (!(await page.evaluate(isSettled))) await page.waitForTimeout(50);
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
}

/** The run of a table, changed: without its last line, with another, or of a space that is a file. */
async function makeVariants(): Promise<void> {
  const lines = (await readFile(join(folder, "table", "journal.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .slice(0, -1);
  const kept = lines.slice(0, 12);
  const failure = {
    ...{ kind: "note", about: "stopped", text: "failed: No space left on the device: runs/failed" },
    time: (JSON.parse(kept.at(-1) ?? "") as { readonly time: string }).time,
  };
  const variants: Readonly<Record<string, readonly string[]>> = {
    stopped: lines,
    failed: [...kept, JSON.stringify(failure)],
    foreign: lines.map((line) => line.replace('"space":"nas-bench-macro"', '"space":"/elsewhere/space.ts"')),
  };
  for (const [name, journal] of Object.entries(variants)) {
    await cp(join(folder, "table"), join(folder, name), { recursive: true });
    await writeFile(join(folder, name, "journal.jsonl"), `${journal.join("\n")}\n`);
  }
}

async function makeRuns(): Promise<void> {
  await mkdir(folder, { recursive: true });
  const to = (name: string) => ["--out", join(folder, name)];
  const table = ["search", "nas-bench-macro", "--trials", "30", "--max-macs", "200M"];
  await genius(...table, "--strategy", "evolution", ...to("table"));
  await genius(...table, "--strategy", "random", "--seed", "2", ...to("random"));
  await genius(...table, "--strategy", "random", "--seed", "3", ...to("random-3"));
  const transcript = join(folder, "talk.json");
  await writeFile(transcript, JSON.stringify(madeUpConversation()));
  await genius("search", "--model", `replay/${transcript}`, "--space", "nas-bench-macro", ...to("replay"));
  const recorded = "docs/recorded/designers-2026-11/macro-final-1/conversation.jsonl";
  const replayed = ["search", "nas-bench-macro", "--max-macs", "60M", "--trials", "10", "--seed", "1"];
  const asThen = ["--strategy", "hybrid", "--turns", "offers", "--model", `replay/${recorded}`];
  await genius(...replayed, ...asThen, ...to("recorded"));
  await makeHostileRun(folder);
  await makeVariants();
  const digits = ["search", "digits", "--max-params", "20k", "--max-macs", "1M"];
  await genius(
    ...digits,
    "--trials",
    "4",
    "--epochs",
    "1",
    "--final-epochs",
    "4",
    "--strategy",
    "random",
    ...to("digits"),
  );
  await genius(...digits, "--minutes", "1", ...to("clock"));
  await genius(
    "search",
    "channel-bench-resnet",
    "--trials",
    "25",
    "--strategy",
    "local-search",
    ...to("thirty"),
  );
  for (const name of reports) await genius("report", join(folder, name));
}
