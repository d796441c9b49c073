// A person writes a network in the page: mistakes with the nearest right word and costs as they type, a drawing, a file; from a trial's
// network to a search from it; and as the author of a running search's space.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endSearchesBelow } from "../../src/testing/end-searches.ts";
import { mended, offsetOf, suggestionFor } from "./src/text/mended-text.ts";
import { chromiumFlags, chromiumPath, genius, type ServedDashboard, serveFolder } from "./test-server.ts";

test("a suggested word takes the place of the wrong one, and of nothing else", () => {
  const text = "conv 8 k3\nrelu nrm relu\n";
  const fault = { line: 2, column: 6, message: 'there is no layer "nrm". Did you mean "norm"?' };
  expect(text.slice(offsetOf(text, fault))).toBe("nrm relu\n");
  expect(suggestionFor(text, fault)).toBe("norm");
  expect(mended(text, fault)).toBe("conv 8 k3\nrelu norm relu\n");
  // The text has changed since: nothing is suggested.
  expect(suggestionFor("conv 8 k3\nrelu norm relu\n", fault)).toBeUndefined();
  expect(suggestionFor(text, { ...fault, line: 9 })).toBeUndefined();
});

/** A machine may be busy. */
const patience = 90_000;
const quick = ["--epochs", "1", "--final-epochs", "1", "--data-fraction01", "0.2", "--parallel", "1"];

describe.skipIf(chromiumPath === undefined)("the editor of texts", { timeout: 6 * patience }, () => {
  let folder: string;
  let browser: Browser;
  let served: ServedDashboard;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "genius-editor-"));
    const limits = ["--max-params", "6k", "--trials", "2", "--strategy", "random"];
    await genius("search", "digits", ...limits, ...quick, "--out", join(folder, "first"));
    served = await serveFolder(folder);
    browser = await chromium.launch({ executablePath: chromiumPath!, args: chromiumFlags });
  }, 3 * patience);

  afterAll(async () => {
    await browser?.close();
    await served?.stop();
    if (folder === undefined) return;
    await endSearchesBelow(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function open(place: string): Promise<Page> {
    const page = await (await browser.newContext({ acceptDownloads: true })).newPage();
    page.setDefaultTimeout(patience);
    await page.goto(served.url);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.evaluate(`location.hash = ${JSON.stringify(place)}`);
    return page;
  }
  const violationsOf = async (page: Page) =>
    (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html]);

  /** The page of a search whose space a person is asked for. */
  async function asked(options: object) {
    const page = await open("/");
    const started = await fetch(new URL("/api/runs", served.origin), {
      method: "POST",
      headers: { "content-type": "application/json", "x-genius-token": served.token },
      body: JSON.stringify({
        dataset: "digits",
        options: {
          ...{ ...options, model: "manual", maxParams: "6k" },
          ...{ epochs: 1, finalEpochs: 1, parallel: 1 },
        },
      }),
    });
    const { id } = (await started.json()) as { readonly id: string };
    await page.evaluate(`location.hash = ${JSON.stringify(`/run/${id}/turn`)}`);
    return { page, id };
  }

  test("from a trial's network over a mistake to a search that starts from it", async () => {
    const page = await open("/run/first/network?trial=1");
    await page.getByRole("link", { name: "Edit", exact: true }).click();
    const area = page.getByRole("textbox", { name: "the network as a text" });
    await page.getByText("It is within the limits: at most 6k parameters.").waitFor();
    const written = await area.inputValue();
    expect(written).toContain("linear");

    await page.getByText("None yet: it is the text as it was.").waitFor();

    const net =
      "name mine\nconv 8 k3 s2 norm relu\nconv 12 k3 s2 norm relu\nglobalpool flatten linear classes\n";
    await area.fill(net.replace("12 k3 s2 norm", "12 k3 s2 nrm"));
    await page.getByText('Did you mean "norm"?').waitFor();
    await page.getByText("As it was before the mistake:").waitFor();
    // What was changed stands beside the text while it is written.
    const changes = page.getByRole("group", { name: "What you changed in the text" });
    expect(await changes.locator("ins").allTextContents()).toContain("+ conv 12 k3 s2 nrm relu\n");
    expect((await changes.locator("del").allTextContents()).length).toBeGreaterThan(0);
    await page.getByRole("button", { name: "line 3, column 15" }).click();
    expect(await page.evaluate("getSelection().toString()")).toBe("nrm");
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Write norm" }).click();
    expect(await area.inputValue()).toBe(net);
    await page.locator("dl.cards").getByText("1.11k", { exact: true }).waitFor();

    await area.fill(net.replace("conv 12", "conv 120"));
    await page.getByText(/It breaks a limit: .*parameters/).waitFor();
    await area.fill(net);
    await page.getByText("It is within the limits").waitFor();
    expect(await violationsOf(page)).toEqual([]);

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as .txt" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("mine.txt");
    expect(await readFile(await download.path(), "utf8")).toBe(net);

    await page.getByRole("link", { name: "Start a search from it" }).click();
    const own = page.getByRole("textbox", { name: "your text" });
    expect(await own.inputValue()).toBe(net);
    await page.getByText("1 × 28 × 28 in 10 classes").waitFor();
    await page.getByRole("button", { name: "Start the search" }).click();
    await page.getByRole("navigation", { name: "Views of this run" }).waitFor();
    await page.getByText("finished", { exact: true }).first().waitFor();
    const run = (await readdir(folder)).find((name) => name !== "first" && /^\d{4}-/.test(name)) ?? "";
    expect(await readFile(join(folder, run, "mine.txt"), "utf8")).toBe(net);
    const [header] = (await readFile(join(folder, run, "journal.jsonl"), "utf8")).split("\n", 1);
    expect(JSON.parse(header as string).config).toMatchObject({
      space: "around-mine.txt",
      start: { name: "mine" },
    });
    await page.context().close();
  });

  test("a text with alternatives is the space, and any of its designs is drawn", async () => {
    const page = await open("/text");
    const area = page.getByRole("textbox", { name: /as a text/ });
    await area.fill("conv {8|12} k{3|5} s2 norm relu\nglobalpool flatten linear classes\n");
    await page.getByText("A space of 4 designs.").waitFor();
    await page.locator("main").getByRole("combobox").first().selectOption({ label: "12" });
    await page.locator("dl.cards").getByText("478", { exact: true }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("link", { name: "Search in this space" }).waitFor();
    await page.context().close();
  });

  test.each([
    ["as its strategy", { strategy: "author", revise: false }],
    ["before it begins", { space: "author", strategy: "random" }],
  ])("a person is the author of a running search's space, %s", async (_, author) => {
    const { page, id } = await asked({ ...author, trials: 2, dataFraction01: 0.2 });
    await page.getByText("write the space of this search").waitFor();
    // The example is a space, for these images too.
    await page.getByText("A space of 12 designs.").waitFor();
    // Nothing is offered of decisions that are not there yet.
    expect(await page.getByText("Pin or forbid").count()).toBe("space" in author ? 0 : 1);
    const space = "conv {8|12} k{3|5} s2 norm relu\nglobalpool flatten linear classes\n";
    await page.getByRole("textbox", { name: /the space, with alternatives/ }).fill(space);
    await page.getByText("4 of 4 designs are within the limits").waitFor();
    await page.getByText("1 × 28 × 28 in 10 classes", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Send this space" }).click();
    await page.getByText("finished", { exact: true }).first().waitFor();
    expect(await readFile(join(folder, id, "journal.jsonl"), "utf8")).toContain(
      JSON.stringify({ text: space }).slice(1, -1),
    );
    await page.context().close();
  });

  test("a person sees what was found, and keeps the space", async () => {
    const { page, id } = await asked({ strategy: "author", trials: 8, dataFraction01: 0.02 });
    const area = page.getByRole("textbox", { name: /the space, with alternatives/ });
    await area.fill("conv 8 k3 s2 norm relu\nglobalpool flatten linear classes\n");
    await page.getByText("It has no alternatives, so it is one network").waitFor();
    expect(await page.getByRole("button", { name: "Send this space" }).isDisabled()).toBe(true);
    await area.fill("conv {6|8|10|12} k{3|5|7} s2 norm relu\nglobalpool flatten linear classes\n");
    await page.getByRole("textbox", { name: /why so/ }).fill("Small images.");
    await page.getByRole("button", { name: "Send this space" }).click();
    await page.getByText("keep your space, or write another one").waitFor();
    await page.getByText("Each option beside the others of its decision").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Keep the space as it is" }).click();
    await page.getByText("finished", { exact: true }).first().waitFor();
    const journal = await readFile(join(folder, id, "journal.jsonl"), "utf8");
    expect(journal).toContain('"reasons":"Small images."');
    expect(journal).toContain('"call":2');
    await page.context().close();
  });
});
