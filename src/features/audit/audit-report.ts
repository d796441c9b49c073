// A contamination audit in words: the verdict with its rule, the evidence, and every figure beside it – as one HTML page
// and as Markdown.
import type { JsonObject } from "../../base/json.ts";
import type { Chart, DataTable } from "../../report/charts/chart.ts";
import { barChart, stripChart } from "../../report/charts/rows.ts";
import { markdownCode, markdownTable, markdownText } from "../../report/markdown.ts";
import { html } from "../../report/markup.ts";
import { definitions, figure, fold, list, notice, pageText, table } from "../../report/page.ts";
import {
  type AuditSummary,
  type Estimate,
  type Evidence,
  minPairs,
  minSeeds,
  summariseAudit,
} from "./audit-summary.ts";
import type { AuditMeasurement } from "./measurement.ts";

export interface AuditReportInput {
  readonly audit: AuditMeasurement;
  /** The command that repeats it. */
  readonly command: string;
  readonly provenance: JsonObject;
  /** What it cost: calls, tokens and, where the price is known, money. */
  readonly spent: string;
}

const variantNotes = [
  "own-names: the space as it is published.",
  "hidden-task: the names of space, data set and task are hidden; decisions, labels and costs stay.",
  "permuted: decisions and options are in another order for every seed and every batch of pairs; words and costs stay.",
  "relabelled: no word that means anything, and no costs, because the differences between costs would tell which operation is which; the order stays.",
  "inverted: the space as it is published, and each accuracy fed back as best + worst − accuracy. Who learns goes to the truly worst designs; who remembers keeps proposing the good ones. Without feedback it is own-names, so it is not ranked.",
];

const rule = `The rule. Direct evidence is of three kinds. Ranking: the model orders pairs better under the published names than under the variants that tell the same facts (the mean of hidden-task and permuted), and better than every rule that needs no model. First guess: the same of the first design proposed, and it is better than every design that needs no knowledge. Deaf to feedback: under inverted accuracies the later half of its designs is truly better than those that need no knowledge. Each needs a 95 % interval wholly above zero, or above the guess. Two kinds are clear signs; one is a sign, and so is ranking better under the published names than without any words, which knowledge of networks may explain too; none is no sign. With fewer than ${minSeeds} seeds or ${minPairs} judged pairs a kind is not decided.`;

const limits =
  "What it cannot see: a model that recognises the space by its structure under every variant, and one that knows only a few designs that it was never led to. No sign is no proof of absence. Half of the pairs are chosen so that the design of more MACs is the worse one, so chance and “more MACs is better” are both near 50 %. Intervals over few seeds are too narrow, and a model that always answers the same is less certain than they say: in 400 simulated audits each of three kinds of models that remember nothing (5 seeds, 100 pairs), 1 to 11 % were said to show signs, and none clear ones.";

/** The verdict as a sentence. */
function verdictSentence({ audit, summary }: Told): string {
  const of = `that ${audit.model} knows the table of ${audit.space} on ${audit.dataset} by heart`;
  switch (summary.verdict) {
    case "clear signs":
      return `There are clear signs ${of}.`;
    case "signs":
      return summary.evidence.some(({ name, holds }) => name !== "names" && holds === true)
        ? `There are signs ${of}.`
        : `There are signs ${of}; knowledge of networks in general may explain them as well.`;
    case "no sign":
      return `There is no sign ${of}.`;
    case "undecided":
      return `Too little was measured to say ${of.replace("that", "whether")}.`;
    default:
      return summary.verdict satisfies never;
  }
}

interface Told {
  readonly audit: AuditMeasurement;
  readonly summary: AuditSummary;
}

function evidenceSentences({ audit, summary }: Told): string[] {
  const gap = (measure: string, over: string) =>
    summary.gaps.find((entry) => entry.measure === measure && entry.over === over)?.difference ?? null;
  const same = "hidden-task and permuted";
  const sentences: Record<Evidence["name"], string> = {
    ranking: `Ranking: with the published names ${points(gap("blind ranking", same), 100)} of pairs more in order than under ${same}; over “more MACs is better” ${points(gap("blind ranking", "the rule “more MACs is better”"), 100)}, over “larger digits are better” ${points(gap("blind ranking", "the rule “larger digits are better”"), 100)}`,
    "first guess": `First guess: with the published names ${points(gap("first guess", same))} higher than under ${same}; it stands at ${percentile(variantOf(summary, "own-names")?.first ?? null)}, and the best guess without knowledge at ${summary.bestTrivialPercentile.toFixed(2)}`,
    "deaf to feedback": `Deaf to feedback: under inverted accuracies the later half of the ${audit.trials} designs truly stands at ${percentile(summary.lateInverted)}, and the best guess without knowledge at ${summary.bestTrivialPercentile.toFixed(2)}`,
    names: `Names: with the published names ${points(gap("blind ranking", "relabelled"), 100)} of pairs more in order than without words and costs`,
  };
  return summary.evidence.map(({ name, holds }) => {
    const word = holds === null ? "not decided" : holds ? "a sign" : "no sign";
    return `${sentences[name]}: ${word}.`;
  });
}

function notes({ audit, summary }: Told): string[] {
  const pairs = audit.pairs.length;
  return [
    ...(audit.stoppedBy === null
      ? []
      : [
          `The audit is not complete: ${audit.stoppedBy} What is missing is asked when it is run again with the same folder.`,
        ]),
    ...(audit.selectedOn === "test"
      ? ["This table has test figures only; the designs are judged by those."]
      : []),
    ...summary.rankings
      .filter(({ unreadable }) => unreadable > pairs / 5)
      .map(({ name, unreadable }) => `${unreadable} of ${pairs} judgements under ${name} could not be read.`),
  ];
}

const variantOf = (summary: AuditSummary, name: string) =>
  summary.variants.find(({ variant }) => variant === name);
const number = (value: number, digits: number) =>
  value
    .toFixed(digits)
    .replace(/^-(0(\.0+)?)$/, "$1")
    .replace("-", "−");

/** "12.0 points (95 %: 3.1 to 20.4)". */
function points(estimate: Estimate | null, scale = 1): string {
  return estimate === null ? "unknown" : `${withInterval(estimate, scale, 1)} points`;
}

const percentile = (estimate: Estimate | null) =>
  estimate === null ? "an unknown percentile" : `percentile ${withInterval(estimate, 1, 2)}`;

function withInterval({ mean, ci95 }: Estimate, scale: number, digits: number): string {
  const [low, high] = ci95.map((bound) => number(bound * scale, digits));
  return `${number(mean * scale, digits)} (95 %: ${low} to ${high})`;
}

const cell = (estimate: Estimate | null, scale: number, digits: number) =>
  estimate === null ? null : withInterval(estimate, scale, digits);

function searchTable({ summary, audit }: Told): DataTable {
  return {
    columns: ["variant", "searches", "first guess", `best of ${audit.trials}`, "gain", "unreadable replies"],
    rows: summary.variants.map(({ variant, first, best, improvement, unreadable }) => [
      variant,
      first?.count ?? 0,
      cell(first, 1, 2),
      cell(best, 1, 2),
      cell(improvement, 1, 2),
      unreadable,
    ]),
  };
}

function rankingTable({ summary }: Told): DataTable {
  return {
    columns: ["who", "judged", "in order (%)", "where costs mislead (%)", "Kendall's τ", "unreadable"],
    rows: [
      ...summary.rankings.map(({ name, byModel, correct, correctAgainstCosts, unreadable }) => [
        byModel ? name : `rule: ${name}`,
        correct?.count ?? 0,
        cell(correct, 100, 1),
        cell(correctAgainstCosts, 100, 1),
        correct === null ? null : number(2 * correct.mean - 1, 2),
        unreadable,
      ]),
      ["chance", null, "50.0", "50.0", "0.00", null],
    ],
  };
}

function gapTable({ summary }: Told): DataTable {
  return {
    columns: ["published names, in", "over", "difference (points)", "from"],
    rows: summary.gaps.map(({ measure, over, difference }) => [
      measure,
      over,
      cell(difference, measure === "blind ranking" ? 100 : 1, measure === "blind ranking" ? 1 : 2),
      difference === null ? null : `${difference.count} ${measure === "blind ranking" ? "pairs" : "seeds"}`,
    ]),
  };
}

function trivialTable({ audit }: Told): DataTable {
  return {
    columns: ["without knowledge of the table", "percentile"],
    rows: audit.trivialGuesses.map((guess) => [guess.name, number(guess.percentile, 2)]),
  };
}

const precise = (value: number) => value.toFixed(2);
const axis = (label: string) =>
  ({ label, min: 0, max: 100, scale: "linear", format: String, precise }) as const;

function auditCharts({ audit, summary }: Told): Chart[] {
  const bars = summary.rankings.flatMap(({ name, byModel, correct }) =>
    correct === null
      ? []
      : [
          {
            name: byModel ? name : `rule: ${name}`,
            value: 100 * correct.mean,
            interval: [100 * correct.ci95[0], 100 * correct.ci95[1]] as const,
          },
        ],
  );
  const strips = summary.variants.flatMap(({ variant, first }) =>
    first === null
      ? []
      : [
          {
            name: variant,
            values: audit.searches
              .filter((search) => search.variant === variant)
              .flatMap(({ percentiles: [value] }) =>
                value === undefined ? [] : [variant === "inverted" ? 100 - value : value],
              ),
            center: first.mean,
            interval: first.ci95,
          },
        ],
  );
  return [
    barChart({
      name: "audit-ranking",
      title: "Pairs put in the right order, before anything is measured",
      caption: "Share of pairs with Wilson's 95 % interval. Chance is 50 %.",
      x: axis("pairs in order (%)"),
      rows: bars,
    }),
    stripChart({
      name: "audit-first-guess",
      title: "The first design proposed",
      caption:
        "Percentile among all designs of the table, towards what was asked for: a dot is a search, the tick is the mean with its 95 % interval. Under inverted, 100 is the truly worst design.",
      x: axis("percentile of the first guess"),
      rows: strips,
    }),
  ];
}

const title = ({ audit }: Told) => `Contamination audit: ${audit.model} on ${audit.space}, ${audit.dataset}`;

/** The verdict, all figures and the measurement, for a program to read. */
export function auditResult(input: AuditReportInput) {
  const summary = summariseAudit(input.audit);
  const told = { audit: input.audit, summary };
  return {
    sentence: verdictSentence(told),
    notes: notes(told),
    ...summary,
    measurement: input.audit,
    command: input.command,
    provenance: input.provenance,
  };
}

/** The audit as one HTML file. */
export function auditPage(input: AuditReportInput): string {
  const told = { audit: input.audit, summary: summariseAudit(input.audit) };
  const [rankingChart, firstChart] = auditCharts(told);
  const { audit } = told;
  return pageText({
    title: title(told),
    lead: html`<p><strong>${verdictSentence(told)}</strong></p>${list(evidenceSentences(told))}${notes(told).map((note) => notice(note))}${definitions(
      [
        ["searches", `${audit.seeds} for each variant`],
        ["evaluations of each", audit.trials],
        ["pairs", audit.pairs.length],
        ["designs in the table", audit.designCount.toLocaleString("en")],
        ["spent", input.spent],
      ],
    )}`,
    sections: [
      {
        id: "ranking",
        title: "Blind ranking",
        body: html`${figure(rankingChart!)}${table(rankingTable(told))}`,
      },
      {
        id: "searches",
        title: "Searches",
        body: html`${figure(firstChart!)}<p class="soft">Percentiles among all designs: 100 is what was asked for. Under inverted that is the truly worst design.</p>${table(searchTable(told))}${table(trivialTable(told))}`,
      },
      { id: "gaps", title: "What the published names add", body: table(gapTable(told)) },
      {
        id: "method",
        title: "Method",
        body: html`<p>${rule}</p><h3>Variants</h3>${list(variantNotes)}<p>${limits}</p>`,
      },
      {
        id: "repeat",
        title: "How to repeat it",
        body: html`<pre>${input.command}</pre>${fold("Provenance", html`<pre>${JSON.stringify(input.provenance, null, 2)}</pre>`)}`,
      },
    ],
  });
}

/** The audit as Markdown, for a terminal or a file of results. */
export function auditMarkdown(input: AuditReportInput): string {
  const told = { audit: input.audit, summary: summariseAudit(input.audit) };
  const bullets = (lines: readonly string[]) => lines.map((line) => `- ${markdownText(line)}`).join("\n");
  const parts = [
    `# ${markdownText(title(told))}`,
    `**${markdownText(verdictSentence(told))}**`,
    bullets(evidenceSentences(told)),
    ...notes(told).map((note) => `> ${markdownText(note)}`),
    "## Blind ranking",
    markdownTable(rankingTable(told)),
    "## Searches (percentiles among all designs; 100 is what was asked for)",
    markdownTable(searchTable(told)),
    markdownTable(trivialTable(told)),
    "## What the published names add",
    markdownTable(gapTable(told)),
    "## Method",
    markdownText(rule),
    bullets(variantNotes),
    markdownText(limits),
    `Spent: ${markdownText(input.spent)}`,
    markdownCode(input.command),
  ];
  return `${parts.join("\n\n")}\n`;
}
