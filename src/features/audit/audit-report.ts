// A contamination audit in words: the verdict with its rule, the evidence, and every figure beside it – as one HTML page
// and as Markdown.
import type { JsonObject } from "../../base/json.ts";
import type { Chart, DataTable } from "../../report/charts/chart.ts";
import { barChart, stripChart } from "../../report/charts/rows.ts";
import { markdownCode, markdownTable, markdownText } from "../../report/markdown.ts";
import { html } from "../../report/markup.ts";
import { commandBlock, definitions, figure, fold, list, notice, pageText, table } from "../../report/page.ts";
import {
  clearLevel,
  type Evidence,
  minPairs,
  rulesShare01,
  signLevel,
  wellKnownShare01,
} from "./audit-evidence.ts";
import { type AuditSummary, type Estimate, summariseAudit } from "./audit-summary.ts";
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
  "relabelled: in another order as permuted, without a word that means anything, and without costs. Nothing is left to know.",
  "inverted: the space as it is published, and each accuracy fed back as best + worst − accuracy. Without feedback it is own-names, so it is not ranked.",
];

const percent = (share01: number) => `${Number((100 * share01).toFixed(1))} %`;

const pairsMethod = `The pairs. A regression is fitted to a part of the table: decisions with their interactions, costs and depths. Of the other designs, pairs are taken for which it expects the same and which differ most in truth, such that each simple rule – more MACs, larger digits, one decision, one figure of the network – is right in half of them. Knowledge of networks is worth next to nothing on them; who orders them has read the table. Each variant has pairs of its own.`;

const rule = `The rule. Three kinds of evidence count, each by the probability that someone who knows networks, but not the table, shows as much. Pairs: more of them in order than a rule could have (${percent(rulesShare01)}), under the published names or under own-names, hidden-task and permuted together. Full disguise: more pairs in order than by tossing a coin, or better first designs than by chance, under relabelled. First guess: the rank of the best first design under the published names, as if each were drawn from the best ${percent(wellKnownShare01)} of the table or, if those are more, from all that are no worse than the best design that needs no knowledge; designs that need none do not count, nor does the same design twice. Probabilities are multiplied by the number of ways in which a sign could have been found. Below ${signLevel} is a sign, below ${clearLevel} a clear sign. With fewer than ${minPairs} judged pairs a kind is not decided.`;

const limits =
  "What it cannot see: a model that knows only designs that it was not asked about, or only roughly which are good. No sign is no proof of absence; the first sentence says what an audit of this size finds. Gaps between variants and deafness to feedback are told, and do not count: a model may do better in familiar words, or stick to its opinion, without knowing the table. How often designers of known knowledge were accused stands in docs/results/audit.md.";

/** The verdict as a sentence. */
function verdictSentence({ audit, summary }: Told): string {
  const of = `that ${audit.model} knows the table of ${audit.space} on ${audit.dataset} by heart`;
  switch (summary.verdict) {
    case "clear signs":
      return `There are clear signs ${of}.`;
    case "signs":
      return `There are signs ${of}; of models that do not, up to one in ${Math.round(1 / signLevel)} shows as much.`;
    case "no sign":
      return `There is no sign ${of}. An audit of this size finds a model that knows ${percent(summary.detectableShare01 ?? 1)} of the table four times out of five.`;
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
  const share = (name: string) => {
    const correct = summary.rankings.find((entry) => entry.name === name)?.correct ?? null;
    return correct === null ? "none" : `${withInterval(correct, 100, 1)} %`;
  };
  const first = (name: string) => percentile(variantOf(summary, name)?.first ?? null);
  const sentences: Record<Evidence["name"], string> = {
    pairs: `Pairs that only the table orders: right with the published names ${share("own-names")}, with the task hidden ${share("hidden-task")}, in another order ${share("permuted")}`,
    "full disguise": `Full disguise: ${share("relabelled")} of pairs right, first designs at ${first("relabelled")}`,
    "first guess": `First guess: with the published names at ${first("own-names")}, and the best design that needs no knowledge at ${number(summary.bestTrivialPercentile, 2)}`,
  };
  return [
    ...summary.evidence.map(({ name, p }) => {
      const word =
        p === null ? "not decided" : p < clearLevel ? "a clear sign" : p < signLevel ? "a sign" : "no sign";
      const chance =
        p === null ? "" : ` (by chance ${p < 0.0001 ? "below 0.0001" : Number(p.toPrecision(2))})`;
      return `${sentences[name]}: ${word}${chance}.`;
    }),
    `Told, not counted: under inverted accuracies the later half of the ${audit.trials} designs truly stands at ${percentile(summary.lateInverted)}.`,
  ];
}

function notes({ audit }: Told): string[] {
  return [
    ...(audit.stoppedBy === null
      ? []
      : [
          `The audit is not complete: ${audit.stoppedBy} What is missing is asked when it is run again with the same folder.`,
        ]),
    ...(audit.selectedOn === "test"
      ? ["This table has test figures only; the designs are judged by those."]
      : []),
    ...audit.rankings
      .filter(({ pairs, unreadable }) => unreadable > pairs.length / 5)
      .map(
        ({ variant, pairs, unreadable }) =>
          `${unreadable} of ${pairs.length} judgements under ${variant} could not be read.`,
      ),
  ];
}

const variantOf = (summary: AuditSummary, name: string) =>
  summary.variants.find(({ variant }) => variant === name);
const number = (value: number, digits: number) =>
  value
    .toFixed(digits)
    .replace(/^-(0(\.0+)?)$/, "$1")
    .replace("-", "−");

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
    columns: ["who", "judged", "in order (%)", "unreadable"],
    rows: [
      ...summary.rankings.map(({ name, byModel, correct, unreadable }) => [
        byModel ? name : `rule: ${name}`,
        correct?.count ?? 0,
        cell(correct, 100, 1),
        unreadable,
      ]),
      ["chance", null, "50.0", null],
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
      title: "Pairs that only the table orders, before anything is measured",
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
        ["pairs for each variant", audit.rankings[0]?.pairs.length ?? 0],
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
        body: html`<p>${pairsMethod}</p><p>${rule}</p><h3>Variants</h3>${list(variantNotes)}<p>${limits}</p>`,
      },
      {
        id: "repeat",
        title: "How to repeat it",
        body: html`${commandBlock(input.command)}${fold("Provenance", html`<pre>${JSON.stringify(input.provenance, null, 2)}</pre>`)}`,
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
    markdownText(pairsMethod),
    markdownText(rule),
    bullets(variantNotes),
    markdownText(limits),
    `Spent: ${markdownText(input.spent)}`,
    markdownCode(input.command),
  ];
  return `${parts.join("\n\n")}\n`;
}
