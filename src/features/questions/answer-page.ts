// An answer as a page, as Markdown and as data. What a question found comes first, in words; then what was left out.
import type { JsonObject } from "../../base/json.ts";
import {
  commandBlock,
  definitions,
  figure,
  fold,
  html,
  list,
  markdownCode,
  markdownTable,
  markdownText,
  notice,
  pageText,
  table,
} from "../../report/index.ts";
import type { Answer, QuestionDefinition } from "./question.ts";

export interface Answered {
  readonly question: Pick<QuestionDefinition, "name" | "asks" | "source">;
  readonly answer: Answer;
  /** The command that repeats it. */
  readonly command: string;
  readonly provenance: JsonObject;
  readonly milliseconds: number;
}

const took = (milliseconds: number) =>
  milliseconds < 120_000
    ? `${(milliseconds / 1000).toFixed(0)} s`
    : `${(milliseconds / 60_000).toFixed(0)} min`;

/** One HTML file that needs no network. */
export function answerPage({ question, answer, command, provenance, milliseconds }: Answered): string {
  const whole = { ...provenance, ...answer.provenance };
  return pageText({
    title: question.asks,
    lead: html`${list(answer.findings)}${answer.remarks.map((remark) => notice(remark))}${definitions([
      ["study", question.name],
      ["asked by", question.source],
      ["time", took(milliseconds)],
    ])}`,
    sections: [
      ...answer.charts.map((chart) => ({ id: chart.name, title: chart.title, body: figure(chart) })),
      {
        id: "figures",
        title: "Figures",
        body: html`${answer.tables.map((entry) => table(entry.table, entry.title))}`,
      },
      {
        id: "repeat",
        title: "How to repeat it",
        body: html`${commandBlock(command)}${fold("Provenance", html`<pre>${JSON.stringify(whole, null, 2)}</pre>`)}`,
      },
    ],
  });
}

/** The same for a terminal or a file of results. */
export function answerMarkdown({ question, answer, command }: Answered): string {
  const bullets = (lines: readonly string[]) => lines.map((line) => `- ${markdownText(line)}`).join("\n");
  const parts = [
    `# ${markdownText(question.asks)}`,
    bullets(answer.findings),
    ...answer.remarks.map((remark) => `> ${markdownText(remark)}`),
    ...answer.tables.flatMap(({ title, table: data }) => [`## ${markdownText(title)}`, markdownTable(data)]),
    markdownCode(command),
  ];
  return `${parts.join("\n\n")}\n`;
}
