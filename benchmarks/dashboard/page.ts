// What a reader waits for in the browser on a run of 10,000 trials: the first paint and the whole chart, frames while the
// list of trials is scrolled, and the memory of the page. Measured in the machine's Chromium against the real server,
// beside an empty page in the same browser, whose frames and paint are what the machine allows.
//
//   node benchmarks/dashboard/page.ts [--trials 10000]
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { chromiumFlags, chromiumPath, serveFolder } from "../../apps/dashboard/test-server.ts";
import { median } from "../../src/math/statistics.ts";
import { makeRun } from "./make-runs.ts";

const { values } = parseArgs({ options: { trials: { type: "string", default: "10000" } } });
if (chromiumPath === undefined) throw new Error("There is no Chromium here. GENIUS_CHROMIUM may name one.");

/** Milliseconds from the start of loading to the first text on the page. */
const firstPaint = (page: Page) =>
  page.evaluate(
    "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN",
  ) as Promise<number>;

/** Times of frames while an element, or an empty page, is scrolled for two seconds, a turn of a mouse wheel a frame. */
const scroll = (page: Page, selector: string) =>
  page.evaluate(`new Promise((done) => {
    const box = document.querySelector(${JSON.stringify(selector)});
    const times = [];
    let last = performance.now();
    const start = last;
    const step = (now) => {
      times.push(now - last);
      last = now;
      if (box) box.scrollTop += 120;
      if (now - start < 2000) requestAnimationFrame(step);
      else done(times.slice(1));
    };
    requestAnimationFrame(step);
  })`) as Promise<number[]>;

/** Seconds that the page's main thread has worked, by its own clock: other programs on the machine do not count. */
async function workOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
  };
}

/** Of the page's script, and where the system tells it, of the whole process that shows the page and no other's. */
async function memoryMb(
  browser: Browser,
  page: Page,
): Promise<{ readonly script: number; readonly whole: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  await session.send("Performance.enable");
  const { metrics } = await session.send("Performance.getMetrics");
  const script = metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? Number.NaN;
  const { processInfo } = await (await browser.newBrowserCDPSession()).send("SystemInfo.getProcessInfo");
  const renderers = processInfo.filter(({ type }) => type === "renderer");
  const sizes = await Promise.all(
    renderers.map(async ({ id }) => {
      const text = await readFile(`/proc/${id}/smaps_rollup`, "utf8").catch(() => "");
      const kilobytes = [...text.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].map(([, size]) => Number(size));
      return kilobytes.reduce((sum, size) => sum + size, 0) / 1e3;
    }),
  );
  return { script: script / 1e6, whole: Math.max(...sizes) };
}

async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  return context.newPage();
}

const folder = await mkdtemp(join(tmpdir(), "genius-bench-page-"));
await makeRun(join(folder, "large"), Number(values.trials));
const served = await serveFolder(folder);
const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumFlags });
try {
  const paints: number[] = [];
  const wholes: number[] = [];
  const works: number[] = [];
  // The first opening is the server's, which reads the journal then.
  for (let run = -1; run < 3; run += 1) {
    const page = await openPage(browser);
    const work = await workOf(page);
    await page.goto(`${served.origin}/#/run/large/progress`);
    await page.waitForSelector("figure canvas");
    const whole = (await page.evaluate("performance.now()")) as number;
    if (run >= 0) {
      paints.push(await firstPaint(page));
      wholes.push(whole);
      works.push((await work()) * 1000);
    }
    await page.context().close();
  }
  const empty = await openPage(browser);
  await empty.goto(`${served.origin}/icon.svg`);
  const emptyFrames = await scroll(empty, "none");
  const page = await openPage(browser);
  await page.goto(`${served.origin}/#/run/large/trials`);
  await page.waitForSelector(".trials .row:nth-child(8)");
  await page.waitForTimeout(1500);
  const work = await workOf(page);
  const before = await work();
  const frames = await scroll(page, ".trials .rows");
  const workMs = ((await work()) - before) * 1000;
  const rows = (await page.evaluate("document.querySelectorAll('.trials .row').length")) as number;
  for (const tab of ["progress", "cost", "decisions", "trials"]) {
    await page.evaluate(`location.hash = '#/run/large/${tab}'`);
    await page.waitForTimeout(2500);
  }
  const memory = await memoryMb(browser, page);
  const late = (list: readonly number[]) => list.filter((time) => time > 1000 / 60 + 4).length / list.length;
  console.log(`| a run of ${values.trials} trials | |\n|---|---|`);
  console.log(`| first paint, median of ${paints.length} | ${median(paints).toFixed(0)} ms |`);
  console.log(`| chart of the best so far there | ${median(wholes).toFixed(0)} ms |`);
  console.log(`| work of its main thread until then | ${median(works).toFixed(0)} ms |`);
  console.log(
    `| work of its main thread a frame while the trials scroll | ${(workMs / frames.length).toFixed(1)} ms |`,
  );
  console.log(
    `| frames while the trials scroll | ${(1000 / median(frames)).toFixed(0)} a second, ${(late(frames) * 100).toFixed(0)} % late |`,
  );
  console.log(
    `| frames of an empty page, same machine | ${(1000 / median(emptyFrames)).toFixed(0)} a second, ${(late(emptyFrames) * 100).toFixed(0)} % late |`,
  );
  console.log(`| rows in the page | ${rows} |`);
  console.log(`| script memory after four views | ${memory.script.toFixed(0)} MB |`);
  console.log(`| private memory of the page's process | ${memory.whole.toFixed(0)} MB |`);
} finally {
  await browser.close();
  await served.stop();
  await rm(folder, { recursive: true, force: true });
}
