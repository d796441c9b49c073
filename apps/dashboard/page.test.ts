// Drives the page in the machine's Chromium, against the real server and real runs: a search of a published table and
// a replayed conversation. Each view is opened at both widths, in light and dark, and checked by axe.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import type { Result } from "axe-core";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { madeUpConversation } from "../../src/testing/made-up-conversation.ts";
import { makeHostileRun, poison } from "./hostile-run.ts";
import { chromiumFlags, chromiumPath, genius, type ServedDashboard, serveFolder } from "./test-server.ts";

if (chromiumPath === undefined)
  console.warn("The page is not tested: there is no Chromium here. GENIUS_CHROMIUM may name one.");

/** A machine may be busy. */
const patience = 60_000;

describe.skipIf(chromiumPath === undefined)("the page", { timeout: 10 * patience }, () => {
  let folder: string;
  let browser: Browser;
  let served: ServedDashboard;
  const problems: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "genius-page-"));
    const search = ["search", "nas-bench-macro", "--trials", "30", "--max-macs", "200M"];
    await genius(...search, "--strategy", "evolution", "--seed", "1", "--out", join(folder, "table"));
    await genius(...search, "--strategy", "random", "--seed", "2", "--out", join(folder, "random"));
    const transcript = join(folder, "talk.json");
    await writeFile(transcript, JSON.stringify(madeUpConversation()));
    const replayed = ["--model", `replay/${transcript}`, "--space", "nas-bench-macro"];
    await genius("search", ...replayed, "--out", join(folder, "replay"));
    await makeHostileRun(folder);
    served = await serveFolder(folder);
    browser = await chromium.launch({ executablePath: chromiumPath!, args: chromiumFlags });
  }, 5 * patience);

  afterAll(async () => {
    await browser?.close();
    await served?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  async function open(place: string, width = 1280): Promise<Page> {
    // axe reads its findings in a second page of the same context.
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    await page.goto(served.url);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await goTo(page, place);
    return page;
  }

  /** To another view of the same page, once it has all that it asks for. */
  async function goTo(page: Page, place: string): Promise<void> {
    await page.evaluate(`location.hash = ${JSON.stringify(place)}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await settled(page);
  }

  async function settled(page: Page): Promise<void> {
    await page.waitForFunction(() =>
      [...document.querySelectorAll('[role="status"]')].every(
        ({ textContent }) => !/^(Loading|Opening|Fitting|Comparing|Looking)/.test(textContent),
      ),
    );
    // Charts are drawn in the frame after their figures came.
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
  }

  const views: Readonly<Record<string, string>> = {
    "all runs": "#/",
    "start a search": "#/start",
    compare: "#/compare?runs=table,random",
    progress: "#/run/table/progress",
    "accuracy and cost": "#/run/table/cost",
    "learning curves": "#/run/table/learning",
    decisions: "#/run/table/decisions",
    trials: "#/run/replay/trials?trial=4",
    network: "#/run/table/network?trial=20&against=5",
    conversation: "#/run/replay/conversation?call=4",
    "your turn": "#/run/table/turn",
    settings: "#/run/table/about",
  };

  test.for([360, 1920])("every view fits %i pixels, in light and dark, without a barrier", async (width) => {
    const page = await open("#/", width);
    const found: string[] = [];
    for (const [name, place] of Object.entries(views)) {
      await goTo(page, place);
      const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      if (Number(overflow) > 0) found.push(`${name}: ${overflow} pixels too wide`);
      const silent = await page.evaluate(goesOnWithoutASign);
      found.push(...silent.map((label) => `${name}: ${label} goes on beyond its frame without a sign`));
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations } = await axeFor(page, colorScheme).analyze();
        found.push(...violations.map((violation) => barrierInWords(`${name}, ${colorScheme}`, violation)));
      }
    }
    expect(found).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("what goes on beyond its frame says so: rows of a list, lines of a prompt", async () => {
    const page = await open("#/run/table/trials");
    await page.getByText(/^rows 1 to \d+ of 30: scroll$/).waitFor();
    await page.getByRole("grid", { name: "Trials" }).focus();
    await page.keyboard.press("End");
    await page.getByText(/^rows \d+ to 30 of 30: scroll$/).waitFor();
    const { best } = await served.ask<{ best: { key: string } }>("/api/runs/table");
    await page.getByLabel("search", { exact: true }).fill(best.key);
    await page.getByText("1 of 30 trials").waitFor();
    expect(await page.getByText(/^rows/).count()).toBe(0);
    await goTo(page, views.conversation!);
    const prompt = page.getByRole("group", { name: "Message: GENIUS asked" });
    const isCut = () => prompt.evaluate((box) => box.scrollHeight > box.clientHeight + 1);
    await expect.poll(isCut, { timeout: patience }).toBe(true);
    await page.getByRole("button", { name: "Show all of it" }).first().click();
    await expect.poll(isCut, { timeout: patience }).toBe(false);
    await page.context().close();
  });

  test("a call without an answer took no tokens, which is not zero of them", async () => {
    const page = await open("#/run/replay/conversation?call=13");
    const row = page.getByRole("grid", { name: "Calls to the model" }).getByRole("row").last();
    await expect.poll(() => row.textContent(), { timeout: patience }).toContain("failednone");
    await page.getByText(/1 call without an answer is left out/).waitFor();
    await goTo(page, "#/run/replay");
    expect(await page.getByText(/13 calls, 1 of them failed/).count()).toBe(2);
    await page.context().close();
  });

  test("a report fits 360 pixels: rows of words stand below one another, and commands break between words", async () => {
    await genius("report", join(folder, "table"));
    const context = await browser.newContext({ viewport: { width: 360, height: 900 } });
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(folder, "table", "report.html")).href);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    for (const fold of await page.locator("details").all())
      await fold.evaluate((element) => element.setAttribute("open", ""));
    expect(
      await page.evaluate(`[...document.querySelectorAll("table.stacked")].filter(
        ({ parentElement: place }) => place.scrollWidth > place.clientWidth).length`),
    ).toBe(0);
    // An option of any length that fits a line is on one.
    expect(
      await page.evaluate(`[...document.querySelectorAll(".word")].filter(
        (word) => word.textContent.length < 30 && word.offsetHeight > 1.6 * parseFloat(getComputedStyle(word).fontSize) + 4,
      ).map(({ textContent }) => textContent)`),
    ).toEqual([]);
    const { violations } = await axeFor(page, "light").analyze();
    expect(violations.map((violation) => barrierInWords("the report", violation))).toEqual([]);
    await context.close();
  });

  test("what opens has no barrier either: menus, forms, folders, ranges", async () => {
    const page = await open("#/");
    const found: string[] = [];
    const check = async (where: string) => {
      const { violations } = await axeFor(page, "light").analyze();
      found.push(...violations.map((violation) => barrierInWords(where, violation)));
    };
    const menu = page.locator("details.menu").first();
    await menu.locator("summary").click();
    await check("the menu of a run");
    await menu.getByRole("button", { name: "Rename, tag, note" }).click();
    await page.getByLabel("name", { exact: true }).fill("A name of mine");
    await check("naming a run");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("link", { name: "A name of mine" }).waitFor();
    await goTo(page, "#/start?like=table");
    await page.getByText("More", { exact: true }).click();
    await page.getByRole("button", { name: "Choose a folder" }).click();
    await page.getByRole("button", { name: "Use this folder" }).waitFor();
    await check("the whole form");
    expect(await page.getByLabel("evaluations", { exact: true }).inputValue()).toBe("30");
    expect(await page.getByLabel("max. MACs").inputValue()).toBe("200M");
    await goTo(page, "#/run/table/trials");
    for (const fold of [/^Ranges/, /^Columns/, /^How the best came to be/])
      await page.getByText(fold).first().click();
    await check("all of the trials");
    expect(found).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test("says what the run found, and every chart has its figures", async () => {
    const page = await open("#/run/table");
    const best = await served.ask<{ best: { key: string } }>("/api/runs/table");
    expect(await page.locator("dl.facts").first().textContent()).toContain(best.best.key);
    // What it is comes first, not a code of digits.
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toMatch(/^\d+-layer/);
    await page.getByText(/random runs with the same evaluations/).waitFor();
    for (const place of [views.progress!, views["accuracy and cost"]!, views.decisions!]) {
      await goTo(page, place);
      const charts = page.locator("figure.chart");
      await charts.first().waitFor();
      for (const chart of await charts.all()) {
        await expect.poll(() => isDrawn(chart.locator("canvas").first()), { timeout: patience }).toBe(true);
        // All parts are on one page: a chart may have been looked at already.
        if (!(await chart.locator("details").evaluate((fold) => (fold as HTMLDetailsElement).open)))
          await chart.locator("summary").click();
        await expect.poll(() => chart.locator("tbody tr").count(), { timeout: patience }).toBeGreaterThan(1);
      }
    }
    await page.context().close();
  });

  test("shows the network of a point that the pointer rests on, or that is picked from the front", async () => {
    const page = await open(views["accuracy and cost"]!);
    const heading = page.getByLabel("The network of the chosen trial").getByRole("heading").first();
    const best = await heading.textContent();
    const canvas = page.getByRole("region", { name: "Accuracy and cost" }).locator("canvas").first();
    await expect.poll(() => isDrawn(canvas), { timeout: patience }).toBe(true);
    const cheapest = await canvas.evaluate(leftmostPoint);
    await canvas.hover({ position: cheapest });
    await expect.poll(() => heading.textContent(), { timeout: patience }).not.toBe(best);
    const rested = await heading.textContent();
    await page
      .getByRole("button", { name: /^trial/ })
      .last()
      .click();
    await expect.poll(() => heading.textContent(), { timeout: patience }).not.toBe(rested);
    await page.context().close();
  });

  test("the list of trials is worked by keys alone", async () => {
    const page = await open("#/run/table/trials");
    await page.getByRole("grid", { name: "Trials" }).focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    await page.getByRole("heading", { name: "Trial 4", exact: true }).waitFor();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Trial 30", exact: true }).waitFor();
    await page.context().close();
  });

  test("the list of trials is sorted, bounded, and given other columns", async () => {
    const page = await open("#/run/table/trials");
    const grid = page.getByRole("grid", { name: "Trials" });
    const first = () => grid.getByRole("row").nth(1).textContent();
    await grid.getByRole("button", { name: "accuracy" }).click();
    const { best } = await served.ask<{ best: { key: string } }>("/api/runs/table");
    await expect.poll(first, { timeout: patience }).toContain(best.key);
    await page.getByText("Ranges", { exact: true }).click();
    await page.getByLabel("max. MACs").fill("60M");
    await page.getByText(/^\d+ of 30 trials$/).waitFor();
    expect(await first()).not.toContain(best.key);
    await page
      .getByText(/^Columns/)
      .first()
      .click();
    await page.getByLabel("layer1", { exact: true }).check();
    await grid.getByRole("columnheader", { name: "layer1" }).waitFor();
    await page.context().close();
  });

  test("the conversation is stepped through, and a reason stands beside what the trials say", async () => {
    const page = await open("#/run/replay/conversation?call=1");
    const panel = page.getByRole("region", { name: "Call 1" });
    await panel.getByText("What it wrote").waitFor();
    await page.getByRole("button", { name: "Next →" }).click();
    await page.getByRole("heading", { name: /^Call 2 of/ }).waitFor();
    // What is new in the prompt stands alone, and is still what is shown at the next call.
    await page.getByRole("button", { name: "changes since the call before" }).click();
    const change = page.getByRole("group", { name: "What changed in the prompt" });
    await change.waitFor();
    expect(await change.locator("ins").count()).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Next →" }).click();
    await page.getByRole("heading", { name: /^Call 3 of/ }).waitFor();
    await change.waitFor();
    await page.getByRole("button", { name: "← Before" }).click();
    await page.getByRole("heading", { name: /^Call 2 of/ }).waitFor();
    await page.getByText("a claim, not a finding").first().waitFor();
    await page.getByRole("button", { name: "Ask the surrogate" }).first().click();
    await page
      .getByText(/A Gaussian process/)
      .first()
      .waitFor();
    await page.context().close();
  });

  test("scores are seen by the option of one decision, and of two at once", async () => {
    const page = await open(views.decisions!);
    await page.getByLabel("decision", { exact: true }).selectOption({ label: "layer1" });
    await page.getByLabel("and", { exact: true }).selectOption({ label: "layer3" });
    for (const [title, columns] of [
      ["By layer1", 1],
      ["layer1 and layer3", 2],
    ] as const) {
      const chart = page
        .locator("figure.chart")
        .filter({ has: page.getByRole("heading", { name: title, exact: true }) });
      await expect.poll(() => isDrawn(chart.locator("canvas").first()), { timeout: patience }).toBe(true);
      await chart.getByText(/^Data of/).click();
      // Every one of the 30 scored designs is counted once.
      const counted = async () => {
        const counts = await chart.locator(`tbody td:nth-child(${columns + 1})`).allTextContents();
        return counts.reduce((sum, text) => sum + Number(text), 0);
      };
      await expect.poll(counted, { timeout: patience }).toBe(30);
    }
    await page.context().close();
  });

  test("two networks are drawn side by side, and saved", async () => {
    const page = await open(views.network!);
    await page.getByRole("heading", { name: /What differs/ }).waitFor();
    expect(await page.locator(".network").count()).toBe(2);
    // Each has its text, and what changed between the two is marked.
    expect(await page.getByRole("button", { name: "Copy" }).count()).toBe(2);
    expect(await page.locator("pre.diff ins").allTextContents()).not.toEqual([]);
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "ONNX" }).click();
    expect((await download).suggestedFilename()).toMatch(/\.onnx$/);
    await page.context().close();
  });

  test("nothing in a journal, a folder's name or a reply is run or becomes markup", async () => {
    const page = await open("#/");
    await page.getByText(poison).first().waitFor();
    const id = encodeURIComponent(poison);
    for (const tab of [
      "progress",
      "cost",
      "trade-off",
      "trials?trial=2",
      "conversation",
      "turn",
      "about",
      "decisions",
    ]) {
      await goTo(page, `#/run/${id}/${tab}`);
      for (const canvas of await page.locator("canvas").all()) await canvas.hover({ force: true });
      for (const ask of await page.getByRole("button", { name: "Ask the surrogate" }).all())
        await ask.click();
      await settled(page);
      // Otherwise nothing hostile was read, and the rest would say nothing.
      expect(await page.title()).not.toContain("cannot be shown");
      expect(
        await page.evaluate("document.querySelectorAll('main img, main script, main iframe').length"),
      ).toBe(0);
      const shown = await page.evaluate<string>("document.title + document.body.textContent");
      expect(
        shown.match(/(?![\t\n])\p{Cc}|[\u200b\u2028-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]/gu),
      ).toBeNull();
      if (tab.startsWith("trials") || tab === "conversation") expect(shown).toContain("\ufffd[2J\ufffdgnp");
    }
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    await page.context().close();
  });

  test("without the token it shows and changes nothing", async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${served.origin}/#/run/table/turn`);
    await page.getByText("opened without its token").first().waitFor();
    expect(await page.getByRole("button", { name: /Resume|Stop/ }).count()).toBe(0);
    await page.context().close();
  });
});

const barrierInWords = (where: string, { id, nodes }: Result) =>
  `${where}: ${id} at ${nodes.map(({ target }) => String(target)).join("; ")}`;

/** Light and dark differ in contrast only. Nothing is framed, so the plain way of asking will do. */
function axeFor(page: Page, colorScheme: "light" | "dark"): AxeBuilder {
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  return colorScheme === "dark"
    ? axe.options({ resultTypes: ["violations"], runOnly: { type: "rule", values: ["color-contrast"] } })
    : axe.options({ resultTypes: ["violations"] });
}

/** What scrolls sideways in a frame that does not show it, by its label. */
function goesOnWithoutASign(): (string | null)[] {
  return [...document.querySelectorAll(".scroll, .virtual .rows")]
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 2)
    .filter(
      (box) =>
        box.parentElement?.classList.contains("more-right") !== true &&
        box.closest(".virtual")?.querySelector(".extent") == null,
    )
    .map((box) => box.getAttribute("aria-label"));
}

/** Whether a canvas has more than a few colours. */
const isDrawn = (canvas: Locator): Promise<boolean> =>
  canvas.evaluate((element) => {
    if (!(element instanceof HTMLCanvasElement) || element.width === 0) return false;
    const { data } = element.getContext("2d")!.getImageData(0, 0, element.width, element.height);
    return new Set(new Uint32Array(data.buffer)).size > 3;
  });

/** Where the first point from the left is drawn, below the legend: the first pixels of the first series' blue. */
function leftmostPoint(element: Element): { readonly x: number; readonly y: number } {
  if (!(element instanceof HTMLCanvasElement)) throw new Error("It is no canvas.");
  const { width, height } = element;
  const { data } = element.getContext("2d")!.getImageData(0, 0, width, height);
  for (let x = 0; x < width; x += 1)
    for (let y = 60; y < height; y += 1) {
      const [red, , blue] = data.subarray(4 * (y * width + x));
      if (red! < 110 && blue! > 160) return { x: x + 3, y };
    }
  throw new Error("There is no point.");
}
