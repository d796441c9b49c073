// Takes a picture of every view of the dashboard, in both themes and at three widths, for a person to look at:
// node scripts/look-at-dashboard.ts OUT [VIEW…]. Runs are made once in OUT/runs, from tables, a replayed conversation and
// short trainings; delete that folder to make them again.
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { chromium, type Page } from "playwright-core";
import { makeHostileRun } from "../apps/dashboard/hostile-run.ts";
import { chromiumFlags, chromiumPath, genius, serveFolder } from "../apps/dashboard/test-server.ts";
import { madeUpConversation } from "../src/testing/made-up-conversation.ts";

const views: Readonly<Record<string, string>> = {
  runs: "#/",
  start: "#/start",
  "start-like": "#/start?like=digits",
  compare: "#/compare?runs=table,random,random-3,digits",
  run: "#/run/table",
  "run-trained": "#/run/digits",
  "run-cifar-like": "#/run/clock",
  "run-thirty": "#/run/thirty",
  "run-replay": "#/run/replay",
  trials: "#/run/replay/trials?trial=4",
  "trials-table": "#/run/table/trials",
  network: "#/run/table/network?trial=20&against=5",
  "network-trained": "#/run/digits/network",
  conversation: "#/run/replay/conversation?call=4",
  turn: "#/run/table/turn",
  about: "#/run/digits/about",
};
const widths = [360, 1280, 1920];
const isSettled = `
  [...document.querySelectorAll('[role="status"]')].every(
    ({ textContent }) => !/^(Loading|Opening|Fitting|Comparing|Looking)/.test(textContent ?? ""),
  ) &&
  [...document.querySelectorAll(".chart .canvas")].every((place) => place.querySelector("canvas") !== null)
`;

const [out = "pictures", ...only] = process.argv.slice(2);
const folder = resolve(out, "runs");
if (!existsSync(folder)) await makeRuns();
const served = await serveFolder(folder);
const browser = await chromium.launch({ executablePath: chromiumPath!, args: chromiumFlags });
for (const width of widths)
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
        await page.setViewportSize({ width, height: Math.min(9000, Math.max(900, height)) });
        await settled(page);
      }
      await page.screenshot({ path: join(out, `${name}-${width}-${colorScheme}.png`) });
    }
    await context.close();
  }
await browser.close();
await served.stop();

async function settled(page: Page): Promise<void> {
  // The page's content policy forbids what is made from text in it, as waitForFunction would.
  while (!(await page.evaluate(isSettled))) await page.waitForTimeout(50);
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
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
  await makeHostileRun(folder);
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
}
