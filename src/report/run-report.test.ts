// The report of a run: it answers a stranger's four questions, shows what went wrong, and no text in a run can become
// markup. Run on a search of the real NAS-Bench-Macro table.
import fc from "fast-check";
import { parse } from "parse5";
import { describe, expect, test } from "vitest";
import { exampleRun, type Words, withTrials } from "./fixtures/run.ts";
import { contentPolicy } from "./page.ts";
import { againstRandom } from "./run-answers.ts";
import { runMarkdown } from "./run-markdown.ts";
import { runReport } from "./run-report.ts";
import { runsMarkdown, runsReport } from "./runs-report.ts";

const run = exampleRun();
const page = runReport(run);

interface Node {
  readonly nodeName: string;
  readonly value?: string;
  readonly attrs?: readonly { readonly name: string; readonly value: string }[];
  readonly childNodes?: readonly Node[];
}

/** Elements with the names of their attributes, in order: what a browser would build. */
function structure(text: string): string[] {
  const seen: string[] = [];
  const walk = (node: Node) => {
    if (node.attrs !== undefined)
      seen.push(`${node.nodeName} ${node.attrs.map(({ name }) => name).join(" ")}`);
    for (const child of node.childNodes ?? []) walk(child);
  };
  walk(parse(text) as unknown as Node);
  return seen;
}

function textOf(text: string): string {
  const parts: string[] = [];
  const walk = (node: Node) => {
    if (node.nodeName === "style") return;
    if (node.value !== undefined) parts.push(node.value);
    for (const child of node.childNodes ?? []) walk(child);
  };
  walk(parse(text) as unknown as Node);
  return parts.join(" ").replace(/\s+/g, " ");
}

test("what a model did not want trained longer is told, with its reason as text", () => {
  const [first, second, ...rest] = run.record.trials;
  const stops = [{ trial: 1, reason: "<b>flat</b>", refused: "it is the best design so far" }];
  const said = { ...second!, proposal: { ...second!.proposal, stops } };
  const input = { ...run, record: { ...run.record, trials: [first!, said, ...rest] } };
  const words =
    "With trial 2: The model does not want trial 1 trained longer (<b>flat</b>), which does not count: it is the best design so far.";
  expect(textOf(runReport(input))).toContain(words);
  expect(runMarkdown(input)).toContain("What the model did not want trained longer");
  expect(textOf(page)).not.toContain("trained longer");
});

describe("a stranger can answer from the page alone", () => {
  const text = textOf(page);
  test.each([
    [
      "what was best",
      "24-layer depthwise residual, 1.99M parameters: 93.13 % accuracy on test data; 85.2M multiply–accumulates (MACs) for one image; trial 2, evaluation 2 of 13",
    ],
    [
      "better than random",
      "Yes: after the same 13 evaluations it is above 30, level with 0 and below 0 of 30 runs of random search",
    ],
    ["what it cost", "13 evaluations from 16 proposals in 17 min 00 s."],
    ["tokens and money", "was called 15 times: 13.6k tokens read and 1.8k written, $0.0600"],
    [
      "how to repeat it",
      "Yes, by the command under “How to repeat it”, with seed 7. A language model may answer differently",
    ],
    [
      "the command that repeats it",
      "genius search cifar10 --space nas-bench-macro --strategy hybrid --model openai/gpt-4 --trials 13 --seed 7",
    ],
    ["what was infeasible", "infeasible: 112M multiply–accumulates, above the limit 110M"],
    ["what was repaired", "broke a limit; repaired to 12212220"],
    ["what was unreadable", "unreadable: I propose"],
    ["reasons are claims", "These are claims: nothing here checks them."],
    [
      "what changed",
      "Changed from the best before it, trial 2: layer1: inverted residual, kernel 5, expansion 6",
    ],
    ["test data is flagged", "Selected on test data: the table has no other figure."],
    ["the conversation", "the first 3 messages of call 2, unchanged"],
    ["where figures come from", "runs/example/journal.jsonl"],
    ["published results", "Reported, not run here."],
  ])("%s", (_, words) => expect(text).toContain(words));
});

test("the page needs nothing from anywhere, runs nothing, and says so to the browser", () => {
  const elements = structure(page);
  expect(page).toContain(`content="${contentPolicy.replaceAll("'", "&#39;")}"`);
  expect(
    elements.filter((element) => /^(script|iframe|object|embed|link|img|form|base) /.test(element)),
  ).toEqual([]);
  expect(elements.filter((element) => /\bon\w+/.test(element.split(" ").slice(1).join(" ")))).toEqual([]);
  expect([...page.matchAll(/href="([^"]*)"/g)].every((match) => match[1]!.startsWith("#"))).toBe(true);
  expect(page).not.toMatch(/url\((?!#clip-)|@import/);
});

test("what the model says it learned is shown as a claim, on the page and in Markdown", () => {
  const claim = "Later stages gain from larger kernels";
  expect(textOf(page)).toMatch(new RegExp(`claims, and not findings\\. ${claim}`));
  expect(runMarkdown(run)).toMatch(new RegExp(`What the model says it learned \\(claims\\)\\s+${claim}`));
});

test("figures have a title and a data table, ids are unique, headings are in order", () => {
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(page.match(/<figure>/g)!.length).toBe(page.match(/Data of “/g)!.length);
  expect(page.match(/<figure>/g)!.length).toBe(7);
});

test("without baselines the report says so and how to get one", () => {
  const { baselines: _, ...alone } = run;
  expect(againstRandom(alone)).toEqual({
    answer: "Not known: no random search with the same budget was run. To run one:",
    command: run.baselineCommand,
  });
  const text = textOf(runReport(alone));
  expect(text).toContain("Nothing was run to compare this search with");
  expect(text).toContain("genius baselines runs/example");
  expect(text).toContain("so nothing here says that the method is better than chance");
});

test("the report of a random search does not miss a random search", () => {
  const { baselines: _, ...alone } = run;
  const { record } = alone;
  const config = { ...record.header.config, strategy: "random" };
  const input = { ...alone, record: { ...record, header: { ...record.header, config } } };
  for (const text of [textOf(runReport(input)), runMarkdown(input)]) {
    expect(text).toContain("It is random search itself. How much of the result is luck");
    expect(text).toContain("The method is random search itself.");
    expect(text).not.toMatch(/no random search|Random search was not run/);
  }
});

test("a command is broken between its words, keeps its spaces, and a figure keeps its unit", () => {
  const words = [...page.matchAll(/<code class="word">([^<]*)<\/code>/g)].map((match) => match[1]);
  // An option stays with its value.
  expect(words.slice(-3)).toEqual(["--model openai/gpt-4", "--trials 13", "--seed 7"]);
  expect(page).toContain("93.13\u00a0%");
  expect(page.slice(page.indexOf("<main>"))).not.toMatch(/>[^<]*\d %[^<]*<\/(p|td|dd|h3)>/);
});

test("a run that is no better than random search is called so", () => {
  const lucky = run.baselines!.map((trace) => ({
    ...trace,
    points: trace.points.map((point) => ({ ...point, score: 0.9999 })),
  }));
  expect(againstRandom({ ...run, baselines: lucky }).answer).toMatch(/^No: /);
  expect(againstRandom({ ...run, baselines: lucky.slice(0, 3) }).answer).toMatch(/^Hard to say from 3 runs/);
});

test("a run that has scored nothing, in a space not known here, still has a report", () => {
  const { space: _, ...strange } = run;
  const record = withTrials(run.record, run.record.trials.slice(12, 15));
  const text = textOf(runReport({ ...strange, record }));
  expect(text).toContain("None: no design was scored.");
  expect(text).toContain("This run has no result line");
  expect(runMarkdown({ ...strange, record })).toContain("None: no design was scored.");
});

const payloads = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "' autofocus onfocus='alert(1)",
  "</pre></details></section><iframe srcdoc='<script>alert(1)</script>'>",
  "</title></style></svg><svg onload=alert(1)>",
  "<!-- --><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>",
  "]]><![CDATA[<script>",
  "javascript:alert(1)//",
  "\u202e\u0000\ud800<\u2028>",
  "{{constructor.constructor('alert(1)')()}}",
];

test("no text of a journal, a folder name, a model or a person becomes markup", () => {
  const word = fc.oneof(fc.constantFrom(...payloads), fc.string({ unit: "binary", maxLength: 60 }));
  // Texts are of one kind of length and line, since the conversation shows short and long texts differently.
  const long = (text: string) => `${"x".repeat(101)}${text}`;
  const clean = structure(
    runReport(exampleRun({ rationale: "r", by: "b", folder: "f", reply: long("r"), note: long("n") })),
  );
  fc.assert(
    fc.property(word, word, word, word, word, (rationale, by, folder, reply, note) => {
      const words: Words = {
        rationale: `r${rationale}`,
        by: `b${by}`,
        folder: `f${folder}`,
        reply: long(reply),
        note: long(note),
      };
      // A text that is read from right to left is set apart by an element of ours, which has no attribute.
      // A command has an element for each of its words.
      const found = structure(runReport(exampleRun(words)));
      const ours = (element: string) => element !== "bdi " && element !== "code class";
      expect(found.filter(ours)).toEqual(clean.filter(ours));
    }),
    { numRuns: 25 },
  );
}, 60_000);

test("Markdown has the same answers, and nothing hostile gets out of its cell", () => {
  const hostile = exampleRun({
    rationale: payloads[0]!,
    by: payloads[1]!,
    folder: payloads[3]!,
    reply: "a | b\n# c",
    note: payloads[0]!,
  });
  const text = runMarkdown(hostile);
  expect(text).not.toMatch(/<(script|img|iframe)/i);
  expect(text).toContain("unreadable: a \\| b # c");
  expect(runMarkdown(run)).toContain(
    "**Is it better than random search?** Yes: after the same 13 evaluations",
  );
});

describe("several runs", () => {
  const seeded = (seed: number, from: number) => ({
    ...run,
    folder: `runs/seed-${seed}`,
    record: {
      ...withTrials(run.record, run.record.trials.slice(from)),
      header: { ...run.record.header, config: { ...run.record.header.config, seed } },
    },
  });
  const other = (strategy: string, seed: number) => {
    const base = seeded(seed, 9);
    return {
      ...base,
      record: {
        ...base.record,
        header: { ...base.record.header, config: { ...base.record.header.config, strategy } },
      },
    };
  };

  test("of one question get means with intervals and the chance of ending higher", () => {
    const inputs = [seeded(1, 0), seeded(2, 2), other("random", 1), other("random", 2)];
    const text = textOf(runsReport(inputs));
    expect(text).toContain("After the 4 evaluations that every run of this question had");
    expect(text).toContain("a run of a ends above a run of b (ties half)");
    expect(text).not.toContain("different questions");
    expect(runsMarkdown(inputs)).toContain("| hybrid with openai/gpt-4 | 2 | 4 |");
  });

  test("of different lengths are not averaged, and runs by the clock are compared at their end", () => {
    const timed = (seed: number, minutes: number) => {
      const base = seeded(seed, seed);
      const config = { ...base.record.header.config, minutes };
      return { ...base, record: { ...base.record, header: { ...base.record.header, config } } };
    };
    const text = runsMarkdown([timed(1, 1), timed(2, 1), timed(3, 0.5)]);
    expect(text).toContain("These runs answer different questions");
    expect(text).toMatch(/## .*, 1 minute\n/);
    expect(text).toMatch(/## .*, 0.5 minutes\n/);
    expect(text).toContain("| hybrid with openai/gpt-4 | 2 | all |");
    expect(text).toContain("| hybrid with openai/gpt-4 | 1 | all |");
  });

  test("of different questions are not averaged", () => {
    const alien = seeded(3, 0);
    const config = { ...alien.record.header.config, dataset: "<b>other</b>" };
    const text = runsReport([
      run,
      { ...alien, record: { ...alien.record, header: { ...alien.record.header, config } } },
    ]);
    expect(textOf(text)).toContain("These runs answer different questions");
    expect(structure(text).some((element) => element.startsWith("b "))).toBe(false);
  });
});
