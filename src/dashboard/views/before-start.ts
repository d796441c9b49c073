// What a person asks before a search is started: what is in a folder, what its images are, and what a model will cost.
import { execFile } from "node:child_process";
import { readdir, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { fileError, GeniusError } from "../../base/errors.ts";
import { estimate, priceOf, thinks } from "../../llm/index.ts";
import type { DataSurvey, FolderView, PriceEstimate } from "../api.ts";

const bin = fileURLToPath(new URL("../../../bin/genius.js", import.meta.url));
/** Of `genius data --json`, with samples of twenty classes. */
const maxOutputBytes = 64 << 20;

const counts = { trainCount: z.number(), validationCount: z.number(), testCount: z.number() };
const said = z.object({
  name: z.string(),
  shape: z.tuple([z.number(), z.number(), z.number()]),
  report: z.object({
    storedSizes: z.object({ smallest: z.string(), largest: z.string() }),
    classes: z.array(z.object({ name: z.string(), ...counts })),
  }),
  remarks: z.array(z.string()),
  samples: z.array(z.object({ label: z.string(), images: z.array(z.string()) })).default([]),
});

/**
 * The images, read by a process of its own, so that the dashboard stays quick.
 * @throws GeniusError `bad-data` with the words of `genius data` when nothing can be trained on.
 */
export async function surveyOf(
  dataset: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<DataSurvey> {
  // A path that begins with a hyphen must not be taken for a flag.
  const args = [bin, "data", "--json", "--samples=3", dataset.startsWith("-") ? `./${dataset}` : dataset];
  const text = await new Promise<string>((done, fail) => {
    const setting = { env: environment, maxBuffer: maxOutputBytes };
    execFile(process.execPath, args, setting, (problem, output, errors) => {
      if (problem === null) return done(output);
      // The last thing said, with all its lines.
      const lines = errors.trimEnd().split("\n");
      const own = lines.findLastIndex((line) => line.startsWith("genius: "));
      const words = own === -1 ? "The images could not be read." : lines.slice(own).join("\n");
      fail(new GeniusError("bad-data", words.replace(/^genius: /, "")));
    });
  });
  const { report, ...rest } = said.parse(JSON.parse(text));
  return { ...rest, storedSizes: report.storedSizes, classes: report.classes };
}

const maxFolders = 2000;

/** @throws GeniusError when it cannot be read. */
export async function folderView(path: string | undefined): Promise<FolderView> {
  const wanted = path === undefined || path === "" ? "." : path.replace(/^~(?=$|[/\\])/, homedir());
  const whole = await realpath(resolve(wanted)).catch((thrown) => {
    throw fileError(thrown, wanted, "open");
  });
  const entries = await readdir(whole, { withFileTypes: true }).catch((thrown) => {
    throw fileError(thrown, whole, "open");
  });
  const parent = dirname(whole);
  return {
    path: whole,
    parent: parent === whole ? null : parent,
    folders: entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => name)
      .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
      .slice(0, maxFolders),
    fileCount: entries.filter((entry) => entry.isFile()).length,
  };
}

/** Characters of a prompt, and tokens of a reply, of a search like most. */
const [promptChars, replyTokens] = [6000, 200];

export function priceEstimate(model: string, calls: number): PriceEstimate {
  const plan = { promptChars, replyTokens, calls, price: priceOf(model), thinks: thinks(model) };
  return { calls, ...estimate(plan) };
}
