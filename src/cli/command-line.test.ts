import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import sharp from "sharp";
import { afterEach, expect, test } from "vitest";
import { readJournal } from "../study/journal.ts";
import { commands } from "./commands.ts";
import { genius as runCommand } from "./fixtures/terminal.ts";

const environment = process.env;

/** Runs a command line against a terminal that remembers what was written. */
function genius(line: string | readonly string[], input = "") {
  return runCommand(typeof line === "string" ? line.split(" ") : line, {
    environment,
    async *readStandardInput() {
      // In pieces that end in the middle of lines, as pipes give them.
      for (let index = 0; index < input.length; index += 7) yield input.slice(index, index + 7);
    },
  });
}

/** Runs the command as a person would, in its own process. */
function geniusProcess(args: readonly string[]): Promise<{ code: number | null; error: string }> {
  const child = spawn(process.execPath, [bin, ...args], {
    env: environment,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let error = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    error += text;
  });
  return new Promise((done) => child.on("close", (code) => done({ code, error })));
}

const bin = resolve(import.meta.dirname, "../../bin/genius.js");
const newFolder = () => mkdtemp(join(tmpdir(), "genius-cli-"));
const linesOf = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

afterEach(() => {
  process.exitCode = undefined;
});

test("help names every command, and every command has its own", async () => {
  const { out, code } = await genius("--help");
  expect(code).toBe(0);
  for (const name of Object.keys(commands)) {
    expect(out).toContain(`  ${name}`);
    const own = await genius([name, "--help"]);
    expect(own.code).toBe(0);
    expect(own.out).toContain(`Usage: genius ${name}`);
  }
});

test.each([
  ["serach digits", /no command "serach".*"search"/],
  ["cost --space nas-bench-macr --choices 1", /no space "nas-bench-macr".*"nas-bench-macro"/],
  ["cost --space nas-bench-macro --choices 123", /3 choices were given and nas-bench-macro has 8 decisions/],
  ["cost --space nas-bench-macro --choices 22222223", /layer8.*is 3; allowed are 0 to 2/],
  ["cost --space nas-bench-macro", /--choices, or --stdin/],
  ["cost --space nas-bench-macro --chioces 1", /no option --chioces.*--choices/],
  ["search nas-bench-macro --max-params lots", /--max-params.*"lots"/],
  ["search nas-bench-macro --trials many", /--trials.*"many"/],
  ["search nas-bench-macro --trials 1.5", /--trials must be a whole number; 1\.5 was given\./],
  [
    "export --format tflit",
    /--format must be one of .*tflite.*; "tflit" was given\. Did you mean "tflite"\?/,
  ],
  ["search nas-bench-macro --strategy evolutoin", /no strategy "evolutoin"/],
  ["search nas-bench-macro --trials", /--trials needs a value/],
  ["search digits --hours -1", /--hours must be above 0; -1 was given/],
  [
    "train net.tx digits",
    /"net\.tx" is no network: neither a text, whose name ends in \.txt, nor one of "genius list references"/,
  ],
  ["train resnet-9 digits", /"resnet-9" is no network.*Did you mean "resnet-8"\?/],
  ["cost model.onnx", /"model\.onnx" is no network.*"genius import model\.onnx" makes a text of a model/],
  ["train resnet-8 digits --minutes 0", /--minutes must be above 0; 0 was given/],
  ["search", /Say what to search for/],
  ["search nas-bench-macro --model openia/x --strategy random", /no model provider "openia".*"openai"/],
  ["search digits --dataset digits", /One dataset, please/],
  [
    "search cifar100 --evaluator train",
    /"cifar100" names a published table.*needs images.*--evaluator table/,
  ],
  ["bench", /Say on which space to compare.*nas-bench-macro/],
  ["bench --space nas-bench-macro --evaluations ten", /--evaluations must be a list of counts.*"ten"/],
  ["bench --space mobile", /mobile has no published table: give your own figures with --table FILE/],
  ["bench --space mobile --table none.csv", /Nothing says what "your own table" holds.*--class-count/],
  ["bench --space nas-bench-macro --evaluator train", /trains or replays each.*genius search/],
  ["bench --space nas-bench-macro --tabel x", /no option --tabel.*--table/],
  ["list speces", /no list "speces".*"spaces"/],
  ["resume", /Name one run's folder/],
])("wrong use ends with code 2 and says what is allowed: genius %s", async (line, message) => {
  const { code, error, out } = await genius(line);
  expect(error).toMatch(message);
  expect(code).toBe(2);
  expect(out).toBe("");
});

test("cost --help has the options of what is counted", async () => {
  expect((await genius("cost --help")).out).toMatch(/--image-size.*\n.*genius cost resnet-8 --help/);
  const network = (await genius("cost resnet-8 --help")).out;
  expect(network).toMatch(/Options of the network resnet-8:\n +--image-size N\|HxW .*\n +--channels N /);
  expect((await genius("help cost resnet-8")).out).toBe(network);
  expect((await genius("cost --space mobile --help")).out).toMatch(
    /Options of the space mobile:[\s\S]*--size-class/,
  );
  expect((await genius("study sense-of-direction --help")).out).not.toContain("the study fidelity");
});

test("cost answers a line for a line, names the bad ones, and continues", async () => {
  const input = "02012100\nnonsense\n\n0,2,0,1,2,1,0,0";
  const { code, out } = await genius("cost --space nas-bench-macro --stdin --json", input);
  expect(code).toBe(1);
  const [first, second, third] = linesOf(out);
  expect(first).toMatchObject({
    choices: [0, 2, 0, 1, 2, 1, 0, 0],
    paramCount: 890_666,
    macCount: 47_327_744,
  });
  expect(second).toMatchObject({ error: { code: "bad-choices", line: 2 } });
  expect(third).toEqual(first);
});

test("a search on a table ends with its best, its rank and honest baselines, and its journal says the same", async () => {
  const folder = await newFolder();
  const { code, out, error } = await genius(
    `search nas-bench-macro --strategy random --trials 12 --seed 5 --json --out ${join(folder, "run")}`,
  );
  expect(code).toBe(0);
  const lines = linesOf(out);
  expect(lines.length).toBe(13);
  const result = lines.at(-1) as {
    best: { accuracy01: number; trial: number };
    baselines: unknown[];
    selectedOn: string;
  };
  expect(result.selectedOn).toBe("test");
  expect(result.baselines.length).toBe(26);
  expect(error).toContain("random: median");
  const record = await readJournal(join(folder, "run"));
  expect(record.result?.best).toBe(result.best.trial);
  expect(
    Math.max(...record.trials.map(({ outcome }) => (outcome.kind === "scored" ? outcome.score : 0))),
  ).toBe(result.best.accuracy01);
});

test("the same seed gives the same search; a finished run is not run again but can be extended", async () => {
  const folder = await newFolder();
  const search = (name: string, trials: number) =>
    genius(
      `search cifar100 --space nas-bench-201 --strategy random --trials ${trials} --parallel 3 --out ${join(folder, name)}`,
    );
  await search("short", 6);
  await search("long", 15);
  expect((await genius(`resume ${join(folder, "short")}`)).error).toContain("is finished");
  expect((await genius(`resume ${join(folder, "short")} --trials 15`)).code).toBe(0);
  const [short, long] = await Promise.all(["short", "long"].map((name) => readJournal(join(folder, name))));
  expect(short!.trials).toEqual(long!.trials);
  expect(short!.header.config.evaluator).toBe("table");
});

test("a table's dataset may be named by a flag beside its space, or is the space's first", async () => {
  const folder = await newFolder();
  const search = async (named: string, name: string) => {
    const out = join(folder, name);
    const { code } = await genius(
      `search --space nas-bench-201 ${named}--strategy random --trials 2 --out ${out}`,
    );
    expect(code).toBe(0);
    return (await readJournal(out)).header.config;
  };
  expect(await search("--dataset cifar100 ", "named")).toMatchObject({
    ...{ dataset: "cifar100", space: "nas-bench-201", evaluator: "table" },
    spaceOptions: { classCount: 100 },
  });
  expect(await search("", "first")).toMatchObject({ dataset: "cifar10", evaluator: "table" });
});

test.each(["dashboard", "mcp"])(
  "%s does not serve a folder that is not there, nor a file",
  async (command) => {
    const folder = join(await newFolder(), "nope");
    const { code, error, out } = await genius([command, folder]);
    expect(code).toBe(1);
    expect(error).toContain(`${folder}: it does not exist`);
    expect(out).toBe("");
    await writeFile(folder, "");
    expect(await genius([command, folder])).toMatchObject({
      code: 2,
      error: expect.stringContaining("is a file"),
    });
  },
);

test("a space and a strategy that lie outside of any package import genius-nas and zod", async () => {
  const folder = await newFolder();
  const space = join(folder, "own-space.ts");
  const strategy = join(folder, "own-strategy.ts");
  await writeFile(
    space,
    `import { defineSpace, loadSpace } from "genius-nas";
import { z } from "zod";
const macro = await loadSpace("nas-bench-macro");
export default defineSpace({ ...macro, name: "own-space", options: z.object({ width: z.int().default(3) }) });
`,
  );
  await writeFile(
    strategy,
    `import { defineStrategy } from "genius-nas";
import { strategyChecks } from "genius-nas/testing";
import * as core from "zod/v4/core";
import { z } from "zod";
if (typeof strategyChecks !== "function" || core.$ZodType === undefined) throw new Error("not the packages");
export default defineStrategy({
  name: "own-strategy", summary: "", source: "", model: "none", options: z.object({}),
  create: ({ domain }) => ({
    propose: async ({ random }) => ({ choices: domain.sample(random)!, fidelity: {}, by: "own" }),
    observe() {},
  }),
});
`,
  );
  // In processes of their own: the tests' loader would resolve the names itself. The bench loads it in worker threads.
  const own = await geniusProcess(["cost", "--space", space, "--choices", "22222222"]);
  expect(own).toEqual({ code: 0, error: "" });
  const bench = ["bench", "--space", "nas-bench-macro", "--strategies", strategy, "--evaluations", "5"];
  expect(await geniusProcess([...bench, "--seeds", "2"])).toEqual({ code: 0, error: "" });
});

test("a search in which nothing can be scored fails, and says why", async () => {
  const folder = await newFolder();
  const evaluator = join(folder, "broken.ts");
  await writeFile(
    evaluator,
    `import { defineEvaluator } from "genius-nas";
import { z } from "zod";
export default defineEvaluator({
  name: "broken", summary: "", source: "", options: z.object({}),
  create: async () => ({
    selectedOn: "validation", fidelity: { full: {} }, provenance: {},
    evaluate: async () => ({ kind: "failed", reason: "crashed", detail: "no compiler found", spent: { milliseconds: 0 } }),
  }),
});
`,
  );
  const search = ["search", "--space", "nas-bench-macro", "--strategy", "random", "--parallel", "1"];
  const { code, error } = await geniusProcess([
    ...search,
    "--evaluator",
    evaluator,
    "--out",
    join(folder, "run"),
  ]);
  expect(code).toBe(1);
  expect(error).toContain("The first 3 evaluations all crashed");
  expect(error).toContain("no compiler found");
  expect((await readJournal(join(folder, "run"))).trials.length).toBe(3);
});

test("limits are kept, and limits that nothing satisfies are said before anything is tried", async () => {
  const folder = await newFolder();
  await genius(
    `search nas-bench-macro --strategy random --trials 8 --max-params 800k --max-macs 40M --out ${join(folder, "a")}`,
  );
  for (const { cost } of (await readJournal(join(folder, "a"))).trials) {
    expect(cost.paramCount).toBeLessThanOrEqual(800_000);
    expect(cost.macCount).toBeLessThanOrEqual(40_000_000);
  }
  const none = await genius(
    `search nas-bench-macro --strategy random --max-params 10k --out ${join(folder, "b")}`,
  );
  expect(none.code).toBe(1);
  expect(none.error).toMatch(/No design .* 10k|smallest/i);
  // A folder that was not there before holds nothing, and is gone again.
  expect(await readdir(folder)).toEqual(["a"]);
});

test("settings come from a file below the flags, and a bad file names the field", async () => {
  const folder = await newFolder();
  const file = join(folder, "settings.json");
  await writeFile(file, JSON.stringify({ trials: 4, strategy: "random", maxParams: "2M", seed: 9 }));
  await genius(`search nas-bench-macro --settings ${file} --seed 3 --out ${join(folder, "run")}`);
  const { config } = (await readJournal(join(folder, "run"))).header;
  expect(config).toMatchObject({
    trials: 4,
    seed: 3,
    strategy: "random",
    limits: { maxParamCount: 2_000_000 },
  });
  await writeFile(file, JSON.stringify({ trials: [4] }));
  expect((await genius(`search nas-bench-macro --settings ${file}`)).error).toContain('"trials" must be');
  await writeFile(file, "{");
  expect((await genius(`search nas-bench-macro --settings ${file}`)).error).toContain("is not JSON");
  await writeFile(file, JSON.stringify({ trials: 0 }));
  expect((await genius(`search nas-bench-macro --settings ${file}`)).error).toContain(
    `The settings file ${file}: --trials must be above 0; 0 was given.`,
  );
  await writeFile(file, JSON.stringify({ trails: 3 }));
  expect((await genius(`search nas-bench-macro --settings ${file}`)).error).toContain(
    `The settings file ${file}: There is no option --trails. Did you mean --trials?`,
  );
  // What is typed wins, a dataset as well.
  await writeFile(file, JSON.stringify({ dataset: "no-such-data", trials: 1, strategy: "random" }));
  const typed = await genius(`search nas-bench-macro --settings ${file} --out ${join(folder, "typed")}`);
  expect(typed.code).toBe(0);
});

test.each([
  ["list spaces strategies", /Say what to list, one of spaces,/],
  ["doctor now", /genius doctor takes no argument; "now" was given/],
  [
    "bench nas-bench-macro",
    /genius bench takes no argument; "nas-bench-macro" was given\. Name a space with --space/,
  ],
  ["help serch", /There is no command "serch"\. Did you mean "search"\?/],
  ["show runs/x --space mobile", /--space and --format show a space, not a run/],
  ["show runs/x --format text", /--space and --format show a space, not a run/],
  ["transcript talk.json --imagesize 3", /There is no option --imagesize/],
  ["cost --space nas-bench-macro --choices 22212220 --json=maybe", /--json must be true or false; "maybe"/],
  ["search digits --int8=perhaps", /--int8 must be true or false; "perhaps"/],
  ["search --int8 no-such-data --trials 1", /There is no file or folder no-such-data/],
  ["search --experience false no-such-data --trials 1", /There is no file or folder no-such-data/],
  ["search digits --baseline , --trials 1", /--baseline names nothing: write names with commas/],
  ["train resnet-8 --int8 no-such-data", /There is no file or folder no-such-data/],
  [
    "import model.onnx --mean 1,,2",
    /--mean must be numbers with commas between them, one for each channel; "1,,2" was/,
  ],
  [
    "import model.onnx --input 0x8x8",
    /--input must be CHANNELSxHEIGHTxWIDTH, such as 3x224x224; "0x8x8" was given/,
  ],
])("%s is answered with what is wrong, and not taken for something else", async (line, words) => {
  const { code, out, error } = await genius(line);
  expect(error).toMatch(words);
  expect([code === 0, out]).toEqual([false, ""]);
});

test("a strategy of the user's own is loaded from a file, and one that is none is named", async () => {
  const folder = await newFolder();
  const mine = join(folder, "mine.ts");
  await writeFile(
    mine,
    `import { defineStrategy } from "genius-nas";
     import { z } from "zod";
     export default defineStrategy({
       name: "mine", summary: "", source: "", model: "none",
       options: z.object({ first: z.number().default(0).describe("where to begin") }),
       create: ({ domain }, { first }) => {
         let next = first;
         return {
           async propose() { return { choices: domain.space.decisions.map(() => next % 3), fidelity: {}, by: "mine" }; },
           observe() { next += 1; },
         };
       },
     });`.replace(
      'import { z } from "zod";',
      `import { z } from ${JSON.stringify(import.meta.resolve("zod"))};`,
    ),
  );
  // In a process of its own: the test runner loads modules its own way.
  const { error, code } = await geniusProcess([
    ...["search", "nas-bench-macro", "--strategy", mine, "--first", "2", "--trials", "2"],
    ...["--out", join(folder, "run")],
  ]);
  expect(error).toMatch(/#1 92\.95 % \d+-layer depthwise residual/);
  expect(error).toContain("design 22222222");
  expect(code).toBe(0);
  const other = join(folder, "other.ts");
  await writeFile(other, "export default { name: 7 };");
  expect((await genius(`search nas-bench-macro --strategy ${other}`)).error).toMatch(
    /no strategy.*string "name"/,
  );
});

test("a run can be shown, and reported as a page and as text", async () => {
  const folder = join(await newFolder(), "run");
  await genius(`search cifar10 --space nas-bench-201 --strategy random --trials 10 --out ${folder}`);
  const shown = await genius(`show ${folder}`);
  expect(shown.out).toContain("10 of 10 evaluations");
  expect(shown.out).toContain("best so far");
  const reported = await genius(`report ${folder} --json`);
  const [{ written } = { written: [] }] = linesOf(reported.out) as { written: string[] }[];
  expect(written.map((path) => path.slice(folder.length))).toEqual(["/report.html", "/report.md"]);
  expect(await readFile(join(folder, "report.html"), "utf8")).toContain("Is it better than random search?");
});

test("a bench compares strategies over seeds and always has the baselines", async () => {
  const { code, out } = await genius(
    "bench --space nas-bench-201 --dataset cifar100 --strategies random --evaluations 5,10 --seeds 4 --json",
  );
  expect(code).toBe(0);
  const { results, selectedOn } = JSON.parse(out) as {
    selectedOn: string;
    results: { strategy: string; evaluations: number; seeds: number; testAccuracy01: { mean: number } }[];
  };
  expect(selectedOn).toBe("validation");
  expect(
    results.map(({ strategy, evaluations, seeds }) => `${strategy} ${evaluations} ${seeds}`).sort(),
  ).toEqual(["largest-first 10 1", "largest-first 5 1", "random 10 4", "random 5 4"]);
});

test("strategies that start alike have the same first design, seed by seed", async () => {
  const { out } = await genius(
    "bench --space nas-bench-macro --strategies evolution,gp --evaluations 1,3 --seeds 3 --same-start --json",
  );
  const { results } = JSON.parse(out) as { results: { evaluations: number; rank: { mean: number } }[] };
  const first = results.filter(({ evaluations }) => evaluations === 1).map(({ rank }) => rank.mean);
  expect(first.length).toBe(4);
  expect(new Set(first).size).toBe(1);
});

test("data shows what is understood of a folder, as words and as JSON, and trains nothing", async () => {
  const folder = await newFolder();
  const pixels = (level: number) =>
    sharp(Buffer.alloc(48, level), { raw: { width: 4, height: 4, channels: 3 } });
  for (const [path, level] of [
    ["pets_train/cat/1.png", 10],
    ["pets_train/cat/2.png", 20],
    ["pets_train/dog/1.jfif", 30],
    ["pets_test/cat/1.png", 40],
    ["unsorted/1.png", 50],
  ] as const) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(
      file,
      await (path.endsWith("png") ? pixels(level).png() : pixels(level).jpeg()).toBuffer(),
    );
  }
  const shown = await genius(["data", folder]);
  expect(shown.code).toBe(0);
  expect(shown.out).toMatch(/├─ pets_train\/: training part, 2 classes, 3 files/);
  expect(shown.out).toMatch(/└─ unsorted\/: not read/);
  expect(shown.out).toMatch(/ {2}cat +2 +1\n {2}dog +1 +0\n/);
  const { report, shape } = linesOf((await genius(["data", folder, "--json"])).out)[0] as {
    report: { layout: { isAmbiguous: boolean }; trainCount: number };
    shape: number[];
  };
  expect([report.layout.isAmbiguous, report.trainCount, shape]).toEqual([true, 3, [3, 8, 8]]);
  expect((await genius("data")).code).toBe(2);
  expect((await genius(["data", join(folder, "nothing")])).code).toBe(1);
});
