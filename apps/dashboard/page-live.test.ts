// Drives searches from the page while they run: started from its form, held and changed by a person, answered in a model's
// place, trained with curves that grow, stopped and resumed. Each in the machine's Chromium, against the real server.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endSearchesBelow } from "../../src/testing/end-searches.ts";
import { chromiumFlags, chromiumPath, genius, type ServedDashboard, serveFolder } from "./test-server.ts";

if (chromiumPath === undefined)
  console.warn(
    "Searches are not driven from the page: there is no Chromium here. GENIUS_CHROMIUM may name one.",
  );

/** A machine may be busy. */
const patience = 90_000;

describe.skipIf(chromiumPath === undefined)(
  "a search driven from the page",
  { timeout: 6 * patience },
  () => {
    let folder: string;
    let browser: Browser;
    let served: ServedDashboard;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "genius-live-"));
      served = await serveFolder(folder);
      browser = await chromium.launch({ executablePath: chromiumPath!, args: chromiumFlags });
    }, patience);

    afterAll(async () => {
      await browser?.close();
      await served?.stop();
      if (folder === undefined) return;
      await endSearchesBelow(folder);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    });

    /** Fills in the form and starts; `fields` by label. */
    async function start(
      fields: Readonly<Record<string, string>>,
      { holds = false, designer }: { readonly holds?: boolean; readonly designer?: string } = {},
    ): Promise<Page> {
      const page = await (await browser.newContext()).newPage();
      page.setDefaultTimeout(patience);
      await page.goto(served.url);
      await page
        .getByRole("navigation", { name: "Pages" })
        .getByRole("link", { name: "Start a search" })
        .click();
      await page.getByText("More", { exact: true }).click();
      await page.getByLabel("strategy", { exact: true }).selectOption(fields.strategy!);
      for (const [label, value] of Object.entries(fields)) {
        if (label === "strategy") continue;
        const byNumber = page.getByRole("button", { name: "for a number of evaluations" });
        if (label === "evaluations" && (await byNumber.count()) > 0) await byNumber.click();
        await page.getByLabel(label, { exact: true }).first().fill(value);
      }
      if (designer !== undefined) await page.getByRole("button", { name: designer }).click();
      if (holds) await page.getByLabel("hold every proposal for me").check();
      await page.getByRole("button", { name: "Start the search" }).click();
      await page.getByRole("navigation", { name: "Views of this run" }).waitFor();
      return page;
    }

    const tab = (page: Page, name: string) =>
      page.getByRole("navigation", { name: "Views of this run" }).getByRole("link", { name }).click();

    test("a person changes a held proposal, pins a decision, adds a design, lets go, stops, and guesses", async () => {
      const page = await start(
        { strategy: "random", images: "nas-bench-macro", evaluations: "400" },
        { holds: true },
      );
      await tab(page, "Your turn");
      const held = page.getByRole("region", { name: "A proposal that waits for you" });
      await held.getByRole("heading", { name: "Trial 1 waits for you" }).waitFor();
      const first = held.getByRole("combobox").first();
      await first.selectOption((await first.inputValue()) === "2" ? "1" : "2");
      await held.getByRole("button", { name: "Evaluate my version" }).click();
      await held.getByRole("heading", { name: "Trial 2 waits for you" }).waitFor();

      const pins = page.getByRole("region", { name: "Pin or forbid" });
      for (const box of (await pins.getByRole("checkbox").all()).slice(0, 2)) await box.uncheck();
      await pins.getByRole("button", { name: "Pin it" }).click();
      await page.getByText("Add a design of your own").click();
      await page.getByRole("button", { name: "Add the trial" }).click();
      await page.getByText("it will be the next trial").waitFor();
      await held.getByRole("button", { name: "Evaluate it as it is" }).click();
      await pins.getByText(/pinned to/).waitFor();

      await page.getByRole("button", { name: "Hold no longer" }).click();
      // A proposal may be waiting already, or not be held any more: on a slow machine either comes first.
      const letGo = held.getByRole("button", { name: "Evaluate it as it is" }).click();
      await Promise.race([letGo.catch(() => {}), held.waitFor({ state: "detached" })]);
      await Promise.race([
        page.getByText("finished", { exact: true }).waitFor(),
        page.getByRole("button", { name: /^Stop/ }).click(),
      ]);
      await page
        .getByText(/^(stopped|finished)$/)
        .first()
        .waitFor();

      await tab(page, "Trials");
      await page.getByRole("row", { name: /^1 .*changed by a person/ }).waitFor();
      await tab(page, "Your turn");
      await page.getByLabel(/what accuracy on .* data will it have/).fill("91.5");
      await page.getByRole("button", { name: "That is my guess" }).click();
      await page.getByRole("cell", { name: "91.50 %" }).waitFor();
      await page.context().close();
    });

    test("a search is seen to end, with what it is compared with, without loading the page again", async () => {
      const page = await start({
        strategy: "random",
        images: "nas-bench-macro",
        evaluations: "40",
        seed: "3",
      });
      await page
        .getByRole("heading", { name: "Beside other strategies after the same evaluations" })
        .waitFor();
      await page.getByText("finished", { exact: true }).waitFor();
      await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "All runs" }).click();
      // The list says at once that it is done, and when.
      const row = page.getByRole("row", { name: /nas-bench-macro/ }).first();
      await row.getByText("40 of 40").waitFor();
      await row.getByText("finished", { exact: true }).waitFor();
      await row.getByText(/^(today|yesterday) \d\d:\d\d$/).waitFor();
      await page.context().close();
    });

    test("a run without a baseline gets its verdict by one button", async () => {
      const out = join(folder, "unjudged");
      const search = ["search", "nas-bench-macro", "--strategy", "evolution", "--trials", "30"];
      await genius(...search, "--out", out);
      // As a search that was stopped before its end.
      const lines = (await readFile(join(out, "journal.jsonl"), "utf8")).trim().split("\n");
      await writeFile(join(out, "journal.jsonl"), `${lines.slice(0, -1).join("\n")}\n`);
      const page = await (await browser.newContext()).newPage();
      page.setDefaultTimeout(patience);
      await page.goto(served.url);
      await page
        .getByRole("row", { name: /unjudged/ })
        .getByRole("link")
        .click();
      await page.getByText(/^– ?No baseline yet/).waitFor();
      await page.getByRole("button", { name: "Run the baselines" }).click();
      await page.getByText(/random runs with the same evaluations/).waitFor();
      await page
        .getByRole("heading", { name: "Beside other strategies after the same evaluations" })
        .waitFor();
      await page.getByText("stopped", { exact: true }).first().waitFor();
      expect(await page.getByRole("button", { name: "Run the baselines" }).count()).toBe(0);
      const download = page.waitForEvent("download");
      await page.getByRole("link", { name: "Download the report" }).click();
      expect(await readFile(await (await download).path(), "utf8")).toContain("of 25 runs of random search");
      await page.context().close();
    });

    test("a network of the trade-offs is trained to its end by a button, and the run says what came of it", async () => {
      const out = join(folder, "device");
      const search = [
        "search",
        "digits",
        "--strategy",
        "random",
        "--trials",
        "2",
        "--data-fraction01",
        "0.2",
      ];
      const small = ["--image-size", "12", "--max-ram", "16k", "--epochs", "1", "--final-epochs", "1"];
      await genius(...search, ...small, "--out", out);
      const page = await (await browser.newContext()).newPage();
      page.setDefaultTimeout(patience);
      await page.goto(served.url);
      await page
        .getByRole("row", { name: /device/ })
        .getByRole("link")
        .first()
        .click();
      await page.getByRole("heading", { name: "Trade-offs" }).scrollIntoViewIfNeeded();
      const button = page.getByRole("button", { name: /^Train trial \d to its end$/ }).first();
      const name = await button.textContent();
      await button.click();
      const trained = page.getByText(/^Trial \d was trained to its end: accuracy [\d.]+ % on test data/);
      await trained.waitFor();
      expect(name).toBe(`Train ${(await trained.textContent())!.slice(0, 7).toLowerCase()} to its end`);
      await page.getByText("finished", { exact: true }).waitFor();
      await page.context().close();
    });

    test("a search runs three clicks after the list, by the form's own answers", async () => {
      const page = await (await browser.newContext()).newPage();
      page.setDefaultTimeout(patience);
      await page.goto(served.url);
      await page.getByRole("heading", { name: "All runs" }).waitFor();
      let clicks = 0;
      const click = async (name: string) => {
        clicks += 1;
        await page.getByRole("main").getByText(name, { exact: true }).first().click();
      };
      await click("Start a search");
      await click("5 minutes");
      await click("Start the search");
      const now = page.getByRole("region", { name: "Right now" });
      await now.getByText(/Evaluating trial 1/).waitFor();
      expect(clicks).toBeLessThanOrEqual(3);
      await page.getByRole("button", { name: /^Stop/ }).click();
      await page.getByText("stopped", { exact: true }).first().waitFor();
      await page.context().close();
    });

    test("what is wrong is said at its field, and what was typed stays", async () => {
      const page = await (await browser.newContext()).newPage();
      page.setDefaultTimeout(patience);
      await page.goto(served.url);
      await page.evaluate("location.hash = '#/start'");
      await page.getByLabel("images", { exact: true }).fill(join(folder, "nothing"));
      await page.getByLabel("max. parameters").fill("12k");
      await page.getByRole("button", { name: "Start the search" }).click();
      const images = page.getByLabel("images", { exact: true });
      await expect.poll(() => images.getAttribute("aria-invalid"), { timeout: patience }).toBe("true");
      expect(await page.getByLabel("max. parameters").inputValue()).toBe("12k");
      await images.fill("digits");
      await page.getByRole("button", { name: "Look at the images" }).click();
      await page.getByText(/^10 classes/).waitFor();
      await page.context().close();
    });

    test("a person answers in the model's place", async () => {
      const page = await start(
        { strategy: "llm", images: "nas-bench-macro", evaluations: "2" },
        { designer: "I do" },
      );
      await page.getByRole("link", { name: "Your turn" }).first().click();
      const question = page.getByRole("region", { name: "A question for you" });
      await question.waitFor();
      // Nobody else thinks of the trial meanwhile, and there is no design whose result could be guessed.
      await page.getByText(/^There is no design to guess yet/).waitFor();
      await tab(page, "Overview");
      await page.getByText("A question waits for you.").waitFor();
      expect(await page.getByText(/^Thinking of trial/).count()).toBe(0);
      await tab(page, "Your turn");
      await question.getByRole("combobox").first().selectOption({ index: 2 });
      await question.getByText(/^20000000: /).waitFor();
      await question.getByRole("button", { name: "Send this design" }).click();
      await question.getByRole("heading", { name: /proposal 2/ }).waitFor();
      await question.getByRole("button", { name: "paste text" }).click();
      await page.getByLabel("your answer").fill("No design at all");
      await question.getByRole("button", { name: "Send the answer" }).click();
      // It could not be read: what was typed is still there.
      await question.getByText(/^The answer before/).waitFor();
      expect(await page.getByLabel("your answer").inputValue()).toBe("No design at all");
      await page.getByLabel("your answer").fill("22212220");
      await tab(page, "Trials");
      await page.getByRole("row", { name: /^1 20000000 scored/ }).waitFor();
      await page.getByRole("button", { name: /^Stop/ }).click();
      await page.getByText("stopped", { exact: true }).first().waitFor();
      await page.context().close();
    });

    test("the finished model is two clicks from the list of runs", async () => {
      const images = join(folder, "images");
      for (const [index, name] of ["dark", "light"].entries()) {
        await mkdir(join(images, name), { recursive: true });
        for (let image = 0; image < 20; image += 1) {
          const level = 40 + 150 * index + image;
          const background = { r: level, g: level, b: level };
          await sharp({ create: { width: 8, height: 8, channels: 3, background } })
            .png()
            .toFile(join(images, name, `${image}.png`));
        }
      }
      const small = ["--max-params", "6k", "--trials", "1", "--epochs", "1", "--final-epochs", "1"];
      const out = join(folder, "tones");
      await genius("search", images, ...small, "--strategy", "random", "--out", out);
      const page = await (await browser.newContext()).newPage();
      page.setDefaultTimeout(patience);
      await page.goto(served.url);
      await page.getByRole("row", { name: /tones/ }).getByRole("link").click();
      const download = page.waitForEvent("download");
      await page.getByRole("link", { name: "Download the model" }).click();
      const path = await (await download).path();
      expect(await readFile(path)).toEqual(await readFile(join(out, "best", "model.onnx")));
      await page.context().close();
    });

    test("any trial is trained to its end by a button, and is then a model to download", async () => {
      const out = join(folder, "whole");
      const small = ["--max-params", "6k", "--trials", "2", "--epochs", "1", "--final-epochs", "1"];
      const quick = [...small, "--data-fraction01", "0.2", "--parallel", "1", "--strategy", "random"];
      await genius("search", "digits", ...quick, "--out", out);
      const page = await (await browser.newContext()).newPage();
      page.setDefaultTimeout(patience);
      await page.goto(served.url);
      await page.getByRole("row", { name: /whole/ }).getByRole("link").click();
      await page.getByRole("navigation", { name: "Views of this run" }).waitFor();
      const { best } = await served.ask<{ best: { trial: number } }>("/api/runs/whole");
      const show = (tab: string, trial: number) =>
        page.evaluate(`location.hash = '/run/whole/${tab}?trial=${trial}'`);
      await show("trials", best.trial);
      await page.getByText("The search has trained it to its end.").waitFor();
      const other = best.trial === 1 ? 2 : 1;
      await show("network", other);
      await page.getByRole("link", { name: "ONNX, random weights" }).waitFor();
      await show("trials", other);
      await page.getByRole("button", { name: `Train trial ${other} to its end` }).click();
      await page.getByText(/^Trained to its end: /).waitFor();
      const download = page.waitForEvent("download");
      await page.getByRole("link", { name: "model.onnx" }).click();
      const model = await readFile(join(out, "trials", String(other), "best", "model.onnx"));
      expect(await readFile(await (await download).path())).toEqual(model);
      await show("network", other);
      await page.getByRole("link", { name: "ONNX", exact: true }).waitFor();
      await page.context().close();
    });

    test("a training is followed as its curve grows, stopped, and can be resumed", async () => {
      const page = await start({
        strategy: "random",
        images: "digits",
        evaluations: "2",
        "max. parameters": "20k",
        "max. MACs": "1M",
      });
      const now = page.getByRole("region", { name: "Right now" });
      await now.getByText(/Evaluating trial 1/).waitFor();
      await now
        .getByText(/epoch 1: \d/)
        .first()
        .waitFor();
      await page.getByRole("button", { name: /^Stop/ }).click();
      await page.getByText("stopped", { exact: true }).first().waitFor();
      expect(await page.getByRole("button", { name: /^Resume/ }).isEnabled()).toBe(true);
      // A form that is filled in like it marks its length, and writes its limits as a person does.
      const id = new URL(page.url()).hash.split("/")[2]!;
      await page.evaluate(`location.hash = "#/start?like=${id}"`);
      const byNumber = page.getByRole("button", { name: "for a number of evaluations" });
      await expect.poll(() => byNumber.getAttribute("aria-pressed"), { timeout: patience }).toBe("true");
      expect(await page.getByLabel("evaluations", { exact: true }).inputValue()).toBe("2");
      expect(await page.getByLabel("max. parameters").inputValue()).toBe("20k");
      await page.getByRole("button", { name: "for a time" }).click();
      const ten = page.getByRole("button", { name: "10 minutes" });
      expect(await ten.getAttribute("aria-pressed")).toBe("true");
      await page.context().close();
    });
  },
);
