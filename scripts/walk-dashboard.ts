// Does in the browser, once each, what users of other dashboards do daily (docs/results/dashboard.md), and says of each action
// whether it was seen to work: node scripts/walk-dashboard.ts OUT, where scripts/look-at-dashboard.ts has made OUT/runs. A copy of
// the runs is walked through, since runs are named, put away, deleted, stopped and trained further.
import { cp, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import {
  chromiumFlags,
  chromiumPath,
  type ServedDashboard,
  serveFolder,
} from "../apps/dashboard/test-server.ts";

const patience = 30_000;
const [out = "pictures"] = process.argv.slice(2);
const folder = resolve(out, "walked");
await rm(folder, { recursive: true, force: true });
await cp(resolve(out, "runs"), folder, { recursive: true });
const served: ServedDashboard = await serveFolder(folder);
const browser: Browser = await chromium.launch({ executablePath: chromiumPath!, args: chromiumFlags });
const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
await context.grantPermissions(["notifications"]);
const page = await context.newPage();
page.setDefaultTimeout(patience);
const problems: string[] = [];
page.on("pageerror", (error) => problems.push(error.message));
await page.goto(served.url);
await page.getByRole("heading", { level: 1 }).waitFor();

const show = async (place: string) => {
  await page.evaluate(`location.hash = ${JSON.stringify(place)}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
};
const button = (name: string | RegExp, within: Page | Locator = page) =>
  within.getByRole("button", { name, ...(typeof name === "string" && { exact: true }) });
const rowOf = (name: RegExp) => page.locator("table.runs tbody tr").filter({ hasText: name }).first();
const isTrue = (holds: boolean, what: string) => {
  if (!holds) throw new Error(what);
};

async function downloaded(click: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return readFile(await download.path(), "latin1");
}

async function menu(run: RegExp, action: string): Promise<void> {
  const row = rowOf(run);
  await row.locator("summary").click();
  await button(action, row).click();
}

/** A chart with a drawing, and the table of its figures. */
async function chart(title: string): Promise<Locator> {
  const figure = page
    .locator("figure.chart")
    .filter({ has: page.getByRole("heading", { name: title, exact: true }) })
    .first();
  await figure.scrollIntoViewIfNeeded();
  await figure.locator("canvas").first().waitFor();
  if ((await figure.locator("details[open]").count()) === 0) await figure.locator("summary").click();
  await figure.locator("tbody tr").first().waitFor();
  return figure;
}

const actions: readonly (readonly [string, () => Promise<void>])[] = [
  [
    "see all runs; find, sort and filter them",
    async () => {
      await show("#/");
      await page.getByRole("searchbox").fill("digits hybrid");
      await page.getByText(/^\d+ of \d+ runs$/).waitFor();
      await page.getByRole("searchbox").fill("");
      await page.getByLabel("state", { exact: true }).selectOption("failed");
      await rowOf(/failed/)
        .locator(".badge")
        .waitFor();
      await page.getByLabel("state", { exact: true }).selectOption("any");
      await button(/^best network/).click();
      await page
        .getByRole("columnheader", { name: /best network/ })
        .and(page.locator("[aria-sort]"))
        .waitFor();
    },
  ],
  [
    "group runs, tag, note, rename, archive",
    async () => {
      await show("#/run/table");
      await show("#/");
      await page.getByLabel("group by data set").check();
      await page.locator("tr.group").first().waitFor();
      await page.getByLabel("group by data set").uncheck();
      await menu(/random-3/, "Rename, tag, note");
      await page.getByLabel("name", { exact: true }).fill("A run of mine");
      await page.getByLabel("tags, with commas between").fill("chance");
      await page.getByLabel("note", { exact: true }).fill("to compare with");
      await button("Save").click();
      await page.getByRole("link", { name: "A run of mine" }).waitFor();
      await page.getByRole("searchbox").fill("chance");
      await page.getByText(/^1 of \d+ runs$/).waitFor();
      await page.getByRole("searchbox").fill("");
      await menu(/A run of mine/, "Archive");
      await page.getByLabel("archived").check();
      await menu(/A run of mine/, "Back to the list");
      await page.getByLabel("archived").waitFor({ state: "detached" });
    },
  ],
  [
    "delete a run, and take it back",
    async () => {
      await show("#/run/table");
      await show("#/");
      await menu(/random-3/, "Delete");
      await page.getByText(/^Deleted/).waitFor();
      await button("Undo").click();
      await rowOf(/random-3/).waitFor();
    },
  ],
  [
    "start, follow live, stop and resume a run",
    async () => {
      await show("#/start");
      await page.getByRole("main").getByText("5 minutes", { exact: true }).click();
      await button("Start the search").click();
      const now = page.getByRole("region", { name: "Right now" });
      await now.getByText(/Evaluating trial 1/).waitFor();
      await now.getByRole("progressbar").first().waitFor();
      await now.getByText(/about .* left/).waitFor();
      await button(/^Notify me/).click();
      await show("#/");
      const row = page.locator("table.runs tbody tr").filter({ hasText: "running" }).first();
      await row.getByText(/about .* left/).waitFor();
      await row.getByRole("link").first().click();
      await button(/^Stop/).click();
      await button(/^Resume/).click();
      await now.waitFor();
      await button(/^Stop/).click();
      await button(/^Resume/).waitFor();
    },
  ],
  [
    "best so far over trials, and over time",
    async () => {
      await show("#/run/digits");
      await chart("Best network so far");
      await button("time").first().click();
      await chart("Best network so far");
    },
  ],
  [
    "which of several objectives trade off (Pareto front)",
    async () => {
      await show("#/run/table/cost");
      await button(/^trial \d+: /)
        .first()
        .click();
      await page
        .getByRole("region", { name: "The network of the chosen trial" })
        .locator(".network")
        .first()
        .waitFor();
    },
  ],
  [
    "learning curves of trainings",
    async () => {
      await show("#/run/digits/learning");
      await chart("The final training");
    },
  ],
  [
    "which parameter matters",
    async () => {
      await show("#/run/table/decisions");
      const worth = page.getByRole("region", { name: "What each decision was worth" });
      await worth.locator("canvas").first().waitFor();
    },
  ],
  ["parallel coordinates", async () => void (await chart("Designs across decisions"))],
  [
    "slice: score by one parameter",
    async () => {
      await page.getByLabel("decision", { exact: true }).selectOption({ label: "layer1" });
      await chart("By layer1");
    },
  ],
  [
    "grid of two parameters",
    async () => {
      await page.getByLabel("and", { exact: true }).selectOption({ label: "layer3" });
      await chart("layer1 and layer3");
    },
  ],
  [
    "timeline of parallel trials",
    async () => {
      await show("#/run/digits/trials");
      await chart("What ran when");
    },
  ],
  [
    "table of trials: sort, ranges, columns",
    async () => {
      await show("#/run/table/trials");
      await page.getByRole("grid", { name: "Trials" }).getByRole("button", { name: "accuracy" }).click();
      await page.getByText("Ranges", { exact: true }).click();
      await page.getByLabel("max. MACs").fill("60M");
      await page.getByText(/^\d+ of 30 trials$/).waitFor();
      await page.getByText("Columns", { exact: true }).click();
      await page.getByLabel("layer1", { exact: true }).check();
      await page.getByRole("columnheader", { name: "layer1" }).waitFor();
    },
  ],
  [
    "download trials as a table",
    async () => {
      await show("#/run/table/about");
      const csv = await downloaded(() => page.getByRole("link", { name: "trials.csv" }).click());
      isTrue(csv.trim().split("\r\n").length === 31, "the table has not 30 rows");
      const lines = await downloaded(() => page.getByRole("link", { name: "journal.jsonl" }).click());
      isTrue(JSON.parse(lines.split("\n", 1)[0]!).kind === "header", "the journal has no header");
    },
  ],
  [
    "compare runs, and see what they were asked differently",
    async () => {
      await show("#/");
      for (const name of [/evolution on nas-bench-macro.*seed 1/s, /random-3/, /digits: random/])
        await rowOf(name).getByRole("checkbox").check();
      await page.getByRole("link", { name: "Compare 3 runs" }).click();
      await chart("Best network so far");
      await page
        .getByText(/limits|data set|space/)
        .first()
        .waitFor();
    },
  ],
  [
    "settings, code and versions of a run",
    async () => {
      await show("#/run/digits/about");
      await page.locator("pre").filter({ hasText: "genius search" }).first().waitFor();
      await page.getByRole("cell", { name: "provenance.commit" }).first().waitFor();
    },
  ],
  [
    "files of a run",
    async () => {
      await page.getByRole("link", { name: "weights.safetensors" }).waitFor();
      await show("#/run/digits");
      const model = await downloaded(() => page.getByRole("link", { name: "Download the model" }).click());
      isTrue(model === (await readFile(join(folder, "digits/best/model.onnx"), "latin1")), "another model");
    },
  ],
  [
    "a report to send to somebody",
    async () => {
      const report = await downloaded(() => page.getByRole("link", { name: "Download the report" }).click());
      isTrue(/^<!doctype html>/.test(report) && !/<script|src="http/.test(report), "no page of its own");
    },
  ],
  [
    "messages of a model, tokens",
    async () => {
      await show("#/run/replay/conversation");
      await page.getByRole("searchbox").fill("accuracy");
      await page.getByText(/calls?\. Tokens are/).waitFor();
      await page.getByRole("searchbox").fill("");
      await button("repaired").click();
      await button("all").first().click();
      await page.getByRole("heading", { name: "What it wrote" }).waitFor();
      await show("#/run/recorded/conversation?call=1");
      await page
        .getByText(/tokens/)
        .first()
        .waitFor();
    },
  ],
  [
    "what changed from one prompt to the next",
    async () => {
      await show("#/run/replay/conversation?call=3");
      await button("changes since the call before").click();
      await page.getByRole("group", { name: "What changed in the prompt" }).locator("ins").first().waitFor();
    },
  ],
  ["what an answer was worth", async () => void (await chart("What the calls were worth"))],
  [
    "lineage of what was found, with the difference",
    async () => {
      await show("#/run/table/trials");
      await page.getByText("How the best came to be").click();
      await page
        .getByRole("link", { name: /^beside trial/ })
        .first()
        .click();
      await page.getByRole("heading", { name: /What differs/ }).waitFor();
      isTrue((await page.locator(".network").count()) === 2, "not two networks");
    },
  ],
  [
    "charts: zoom, reset, logarithm, save",
    async () => {
      await show("#/run/table");
      const figure = await chart("Best network so far");
      await button("Zoom in", figure).click();
      await button("Reset zoom", figure).click();
      await button("Log scale", figure).click();
      const image = await downloaded(() => button("Save image", figure).click());
      isTrue(image.slice(1, 4) === "PNG", "no image");
    },
  ],
  [
    "run what a result is compared with",
    async () => {
      await show("#/run/stopped");
      await button("Run the baselines").click();
      await page.getByText(/random runs with the same evaluations/).waitFor();
    },
  ],
  [
    "train another trial to its end, and take its model",
    async () => {
      await show("#/run/digits");
      const { best } = await served.ask<{ best: { trial: number } }>("/api/runs/digits");
      const other = best.trial === 1 ? 2 : 1;
      await show(`#/run/digits/trials?trial=${other}`);
      await button(`Train trial ${other} to its end`).click();
      await page.getByText(/^Trained to its end: /).waitFor({ timeout: 10 * patience });
      const model = await downloaded(() => page.getByRole("link", { name: "model.onnx" }).click());
      isTrue(model.length > 1000, "no model");
    },
  ],
  [
    "edit a network's text and see the changes",
    async () => {
      await show("#/run/digits/network");
      await page.getByRole("link", { name: "Edit", exact: true }).first().click();
      const area = page.getByRole("textbox");
      await area.fill((await area.inputValue()).replace("relu", "silu"));
      await page
        .getByRole("group", { name: "What you changed in the text" })
        .locator("ins")
        .first()
        .waitFor();
    },
  ],
];

let failed = 0;
for (const [name, act] of actions) {
  try {
    await act();
    console.log(`seen  ${name}`);
  } catch (thrown) {
    failed += 1;
    console.log(`NOT   ${name}: ${String(thrown).split("\n").slice(0, 4).join(" ")}`);
    await page.screenshot({ path: join(resolve(out), `walk-${failed}.png`) });
  }
}
for (const problem of problems) console.log(`error of the page: ${problem}`);
await browser.close();
await served.stop();
process.exitCode = failed + problems.length === 0 ? 0 : 1;
