// A metric, a data format and a task from files of the user's own, as they are given on the command line: checked on
// entry, used by trainings in their own processes, and found again by a resumed run.

import { execFile } from "node:child_process";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRandom } from "../base/random.ts";
import { readJournal } from "../study/journal.ts";
import { genius } from "./fixtures/terminal.ts";

let root = "";
const paths = { metric: "", format: "", task: "", hereFormat: "", data: "" };
const bin = fileURLToPath(new URL("../../bin/genius.js", import.meta.url));
/** The test runner finds this package by its place only. */
const here = (text: string) =>
  text.replace('"genius-nas"', JSON.stringify(new URL("../index.ts", import.meta.url).href));

/** The rarest class is answered right so often; no metric of genius is the same. */
const metricText = `
import { defineMetric, highestOf } from "genius-nas";

export default defineMetric({
  name: "rarest-recall",
  label: "recall of the rarest class",
  unit: "share",
  goal: "maximise",
  range: [0, 1],
  summary: "Share of right answers among the examples of the rarest class.",
  source: "a test",
  measure({ logits, labels, classCount }) {
    const counts = Array.from({ length: classCount }, () => ({ all: 0, right: 0 }));
    for (let row = 0; row < labels.length; row += 1) {
      const of = counts[labels[row]];
      of.all += 1;
      if (highestOf(logits, row, classCount) === labels[row]) of.right += 1;
    }
    const [rarest] = counts.filter(({ all }) => all > 0).sort((a, b) => a.all - b.all);
    return rarest.right / rarest.all;
  },
});
`;

/** A text of one image a line: part, class, 64 grey levels. */
const formatText = `
import { readFile, stat } from "node:fs/promises";
import { defineFormat } from "genius-nas";

export default defineFormat({
  name: "level-lines",
  summary: "a text of one image a line: part, class and 64 grey levels",
  source: "a test",
  detect: async (path) => (await stat(path)).isFile() && (await readFile(path, "utf8")).startsWith("train "),
  async list(path) {
    const rows = (await readFile(path, "utf8")).trimEnd().split("\\n").map((line) => line.split(" "));
    const classNames = [...new Set(rows.map(([, name]) => name))].sort();
    return {
      ...{ name: "levels", classNames, mirrorable: false, files: [path], recordCount: rows.length },
      ...{ ignoredFiles: [], notes: [] },
      *records() {
        for (const [index, [part, name, ...levels]] of rows.entries()) {
          const image = { kind: "raw", bytes: Uint8Array.from(levels, Number), shape: [1, 8, 8] };
          yield { part, label: classNames.indexOf(name), where: path + ", line " + (index + 1), image };
        }
      },
    };
  },
});
`;

/** Image classification that selects on the metric above unless it is told otherwise. */
const taskText = `
import { defineTask, imageClassification } from "genius-nas";
import metric from "./metric.ts";

export default defineTask({
  ...imageClassification,
  name: "rare-classes",
  summary: "Images in, one of several classes out; the rarest class counts.",
  source: "a test",
  metrics: [...imageClassification.metrics, metric],
  selectable: [metric, ...imageClassification.selectable],
});
`;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "genius-own-")));
  for (const [name, text] of Object.entries({ metric: metricText, format: formatText, task: taskText })) {
    paths[name as "metric"] = join(root, `${name}.ts`);
    await writeFile(join(root, `${name}.ts`), text);
  }
  paths.hereFormat = join(root, "here-format.ts");
  await writeFile(paths.hereFormat, here(formatText));
  const random = createRandom("levels");
  const line = (part: string, name: string, dark: number) =>
    [
      part,
      name,
      ...Array.from({ length: 64 }, (_, at) => (at < 32 ? dark : 255 - dark) / 2 + random.integer(60)),
    ]
      .map((value) => (typeof value === "number" ? Math.round(value) : value))
      .join(" ");
  const of = (part: string, bright: number, dark: number) => [
    ...Array.from({ length: bright }, () => line(part, "bright-below", 20)),
    ...Array.from({ length: dark }, () => line(part, "bright-above", 235)),
  ];
  paths.data = join(root, "levels.txt");
  await writeFile(paths.data, [...of("train", 60, 20), ...of("test", 20, 10)].join("\n"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const environment = () => ({ ...process.env, GENIUS_CACHE_DIR: join(root, "cache") });
const command = (...args: readonly string[]) => genius(args, { environment: environment() });

/** In a process of its own, as a person would: there the files import "genius-nas" by its name. */
async function inProcess(...args: readonly string[]) {
  const child = promisify(execFile)(process.execPath, [bin, ...args], { env: environment() });
  return child.then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, error: stderr }),
    (failed) => ({
      code: failed.code as number,
      out: failed.stdout as string,
      error: failed.stderr as string,
    }),
  );
}
const searchArgs = (folder: string, ...more: readonly string[]) => [
  ...["search", paths.data, "--format", paths.format, "--metric", paths.metric, "--strategy", "random"],
  ...["--max-params", "20k", "--trials", "2", "--epochs", "1", "--final-epochs", "8", "--out", folder],
  ...more,
];

test("a search reads the data by the format, selects on the metric, and is resumed with both", async () => {
  const folder = join(root, "run");
  const { code, error, out } = await inProcess(...searchArgs(folder));
  expect(code, error).toBe(0);
  const journal = await readJournal(folder);
  expect(journal.header.config.metric).toMatchObject({ name: "rarest-recall", file: paths.metric });
  expect(journal.header.config.task).toContain("levels: 80 training images of 1 × 8 × 8 in 2 classes");
  for (const { outcome } of journal.trials) {
    if (outcome.kind !== "scored") throw new Error(JSON.stringify(outcome));
    expect(outcome.score).toBe(outcome.metrics["rarest-recall"]);
    expect(outcome.metrics.accuracy).toBeGreaterThan(0);
  }
  expect(journal.result?.testMetrics?.["rarest-recall"]).toBeGreaterThan(0.5);
  expect(out + error).toContain("recall of the rarest class");
  const again = await inProcess("resume", folder);
  expect(again.code, again.error).toBe(0);
});

test("a search trains for a task of one's own, selects on its metric, and is resumed with it", async () => {
  const folder = join(root, "task-run");
  const { code, error, out } = await inProcess(
    ...["search", paths.data, "--format", paths.format, "--task", paths.task, "--strategy", "random"],
    ...["--max-params", "20k", "--trials", "2", "--epochs", "1", "--final-epochs", "2", "--out", folder],
  );
  expect(code, error).toBe(0);
  const { header, trials, result } = await readJournal(folder);
  expect(header.config.metric.name).toBe("rarest-recall");
  for (const { outcome } of trials) {
    if (outcome.kind !== "scored") throw new Error(JSON.stringify(outcome));
    expect(outcome.score).toBe(outcome.metrics["rarest-recall"]);
  }
  expect(result?.testMetrics?.["rarest-recall"]).toBeGreaterThanOrEqual(0);
  expect(out + error).toContain("recall of the rarest class");
  const again = await inProcess("resume", folder);
  expect(again.code, again.error).toBe(0);
});

test.each([
  ["loss", '"hinge"', 'no training has the loss "hinge"; allowed is cross-entropy'],
  ["metrics", "[]", '"metrics" must hold the metric of its loss, "cross-entropy"'],
  ["selectable", "[]", '"selectable" must hold a metric'],
  ["reopen", "undefined", 'It needs a function "reopen"'],
])("a task with a wrong %s is refused by name", async (field, value, message) => {
  const task = join(root, `wrong-task-${field}.ts`);
  const text = taskText
    .replace(/\n\}\);/, `\n  ${field}: ${value},\n});`)
    .replace('"./metric.ts"', '"./here-metric.ts"');
  await writeFile(join(root, "here-metric.ts"), here(metricText));
  await writeFile(task, here(text));
  const { code, error } = await command("data", paths.data, "--format", paths.hereFormat, "--task", task);
  expect([code, error]).toEqual([1, expect.stringContaining(message)]);
});

test("the data are shown as the format reads them; without it nothing reads them", async () => {
  const shown = await command("data", paths.data, "--format", paths.hereFormat);
  expect(shown.out).toContain("Stored at 8×8 pixels (height × width); trained at 8×8");
  const { code, error } = await command("data", paths.data);
  expect([code, error]).toEqual([1, expect.stringContaining("holds no dataset that can be read")]);
  const other = await command("data", root, "--format", paths.hereFormat);
  expect(other.error).toContain("is not what the format level-lines reads: a text of one image a line");
  const unknown = await command("data", paths.data, "--format", "level-lines");
  expect(unknown.error).toContain('There is no format "level-lines"');
});

const changed = (text: string, from: string, to: string) => {
  if (!text.includes(from)) throw new Error(`no ${from}`);
  return text.replace(from, to);
};

test.each([
  [
    "name",
    () => changed(metricText, '"rarest-recall"', '"accuracy"'),
    'a metric "accuracy" comes with genius',
  ],
  ["goal", () => changed(metricText, '"maximise"', '"minimise"'), "Measure 1 − x"],
  ["range", () => changed(metricText, "range: [0, 1],", ""), 'It needs an object "range"'],
  ["percent", () => changed(metricText, "rarest.right /", "100 * rarest.right /"), '"measure" gave 100'],
  [
    "throws",
    () => changed(metricText, "const [rarest]", "throw new Error('no luck'); const [rarest]"),
    "no luck",
  ],
  [
    "nothing",
    () => "export default 3;",
    "make it with defineMetric({ name, label, unit, goal, range, measure",
  ],
  ["syntax", () => "export default {", "could not be loaded"],
  ["thrown", () => "throw null;", "null"],
])("a metric with a wrong %s is refused before anything is trained", async (name, text, message) => {
  const metric = join(root, `wrong-${name}.ts`);
  await writeFile(metric, here(text()));
  const { code, error } = await command(
    ...searchArgs(join(root, `wrong-${name}`), "--metric", metric, "--format", paths.hereFormat),
  );
  expect(error).toContain(message);
  expect(code).toBe(1);
});

test("a metric of one's own needs an evaluator that measures it", async () => {
  const table = ["search", "nas-bench-macro", "--metric", "./mine.ts", "--out", join(root, "table")];
  const { code, error } = await command(...table);
  expect([code, error]).toEqual([
    2,
    expect.stringContaining("The evaluator table cannot measure a metric of your own"),
  ]);
});

test.each([
  [
    "classNames",
    "classNames, mirrorable",
    "mirrorable",
    'whose "classNames" is missing; allowed is a list of texts',
  ],
  [
    "recordCount",
    "recordCount: rows.length",
    'recordCount: "80"',
    'whose "recordCount" is "80"; allowed is a whole number',
  ],
])("a format that returns a wrong %s is refused by name", async (name, from, to, message) => {
  const format = join(root, `wrong-${name}.ts`);
  await writeFile(format, here(changed(formatText, from, to)));
  const { code, error } = await command("data", paths.data, "--format", format);
  expect(error).toContain(`${format}: "list" returned a listing ${message}`);
  expect(code).toBe(1);
});
