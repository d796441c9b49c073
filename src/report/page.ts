// The page around a report: one HTML file that needs no network and no script, and allows none. Tables, figures and
// folds are made here, so that the sections hold only what they say.
import { type Chart, chartCss, chartElement, type DataTable, palettes } from "./charts/chart.ts";
import { html, type Markup, styleElement, toText } from "./markup.ts";

/** Nothing may be loaded or run; styles are our own, images only inline. */
export const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

/** The whole file. */
export function pageText(page: {
  readonly title: string;
  readonly lead: Markup;
  readonly sections: readonly Section[];
}): string {
  const { title, lead, sections } = page;
  const css = { css: `${pageCss}${chartCss.css}` };
  const whole = html`<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${contentPolicy}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><title>${title}</title>${styleElement(css)}</head>
<body><main><header><h1>${title}</h1>${lead}<nav aria-label="Sections"><ul>${sections.map((section) => html`<li><a href="#${section.id}">${section.title}</a></li>`)}</ul></nav></header>
${sections.map(
  (
    section,
  ) => html`<section id="${section.id}" aria-labelledby="${section.id}-title"><h2 id="${section.id}-title">${section.title}</h2>${section.body}</section>
`,
)}</main></body></html>
`;
  return `<!doctype html>\n${toText(whole)}`;
}

/** A chart with its caption and its figures as a folded table. */
export function figure(chart: Chart): Markup {
  const { columns, rows } = chart.table;
  return html`<figure>${scroll(chart.title, chartElement(chart))}<figcaption>${chart.caption}</figcaption>${fold(`Data of “${chart.title}”`, table({ columns, rows: rows.slice(0, maxRows) }), rows.length > maxRows ? `the first ${maxRows} of ${rows.length} rows` : undefined)}</figure>`;
}

const maxRows = 500;
/** Of a table whose rows are cells below one another where it is narrow; one of more columns is scrolled sideways. */
const maxStacked = 5;

export function table(data: DataTable, caption?: string): Markup {
  const kind = data.columns.length <= maxStacked ? "stacked" : "wide";
  const label = caption ?? `Table of ${data.columns.slice(0, 3).join(", ")}`;
  return scroll(
    label,
    html`<table class="${kind}">${caption === undefined ? undefined : html`<caption>${caption}</caption>`}<thead><tr>${data.columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead><tbody>${data.rows.map((row) => html`<tr>${row.map((cell, place) => html`<td class="${kindOf(cell)}" data-column="${data.columns[place]}">${textOf(cell)}</td>`)}</tr>`)}</tbody></table>`,
  );
}

const textOf = (cell: string | number | null): string => {
  if (typeof cell === "number" && Math.abs(cell) >= 1000) return cell.toLocaleString("en");
  return cell === null ? "" : String(cell);
};

/** Wide content scrolls by itself; with a focus, so that a keyboard can scroll it too. */
function scroll(label: string, content: Markup): Markup {
  return html`<div class="scroll" role="group" aria-label="${label}" tabindex="0">${content}</div>`;
}

/** Figures stay on one line; keys and hashes may break anywhere, so that they do not push other columns away. */
function kindOf(cell: string | number | null): "number" | "long" | "text" {
  if (typeof cell === "number") return "number";
  if (cell === null) return "text";
  if (/^[-+−<]?[\d.,]+( ?[%kMG])?$/.test(cell)) return "number";
  return cell.split(/\s/).some((word) => word.length > 24) ? "long" : "text";
}

/** A command to copy, on lines that end neither at a hyphen nor between an option and its value. */
export function commandBlock(line: string): Markup {
  return html`<pre class="command">${wordsOf(line)}</pre>`;
}

/** The same within a sentence. */
export const commandInText = (line: string): Markup => html`<code>${wordsOf(line)}</code>`;

const wordsOf = (line: string): Markup[] =>
  (line.match(/--\S+(?: (?!--)\S+)?|\S+/g) ?? []).map(
    (word, place) => html`${place > 0 && " "}<code class="word">${word}</code>`,
  );

export function fold(summary: string, body: Markup, remark?: string): Markup {
  return html`<details><summary>${summary}${remark === undefined ? undefined : html` <span class="soft">(${remark})</span>`}</summary>${body}</details>`;
}

/** Names and values, one below the other. */
export function definitions(
  entries: readonly (readonly [name: string, value: Markup | string | number])[],
): Markup {
  return html`<dl>${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export function list(items: readonly (Markup | string)[]): Markup {
  return html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}

/** Something that a reader must not overlook. */
export function notice(text: Markup | string): Markup {
  return html`<p class="notice" role="note">${text}</p>`;
}

const colours = (theme: "light" | "dark") => {
  const { ink, soft, grid, paper, fill } = palettes[theme];
  const link = theme === "light" ? "#175a94" : "#8cc4ff";
  return `--ink:${ink};--soft:${soft};--line:${grid};--paper:${paper};--fill:${fill};--link:${link};--edge:${theme === "light" ? "#7d879488" : "#76828fb0"}`;
};

const pageCss = `:root{color-scheme:light dark;${colours("light")}}@media (prefers-color-scheme:dark){:root{${colours("dark")}}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
main{max-width:920px;margin:0 auto;padding:24px 16px 64px}h1{font-size:1.7rem;line-height:1.25;margin:0 0 12px;overflow-wrap:anywhere}h2{font-size:1.25rem;margin:40px 0 8px;padding-top:8px;border-top:1px solid var(--line)}h3{font-size:1.05rem;margin:24px 0 6px}
a{color:var(--link)}nav ul{display:flex;flex-wrap:wrap;gap:2px 16px;list-style:none;padding:0;margin:16px 0 0;font-size:.92rem}
figure{margin:20px 0}figcaption,.soft{color:var(--soft);font-size:.92rem}.scroll{overflow-x:auto;background:linear-gradient(to right,var(--paper) 30%,transparent),linear-gradient(to left,var(--paper) 30%,transparent) 100% 0,linear-gradient(to right,var(--edge),transparent),linear-gradient(to left,var(--edge),transparent) 100% 0;background-repeat:no-repeat;background-size:48px 100%,48px 100%,10px 100%,10px 100%;background-attachment:local,local,scroll,scroll}.scroll svg{display:block;max-width:100%;height:auto;min-width:560px}
table{border-collapse:collapse;font-size:.88rem;margin:8px 0;width:100%}caption{text-align:left;color:var(--soft);padding-bottom:4px}th,td{text-align:left;vertical-align:top;padding:4px 10px 4px 0;border-bottom:1px solid var(--line);overflow-wrap:break-word}th{font-weight:600}td.long{overflow-wrap:anywhere;min-width:13em}td.number{font-variant-numeric:tabular-nums;white-space:nowrap}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,150px),1fr));gap:10px;margin:12px 0}dl div{background:var(--fill);border-radius:8px;padding:8px 12px}dt{color:var(--soft);font-size:.85rem}dd{margin:0;font-weight:600;overflow-wrap:anywhere}
details{margin:8px 0}summary{cursor:pointer;padding:2px 0}summary:focus-visible,a:focus-visible,.scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px}pre{background:var(--fill);border-radius:8px;padding:10px 12px;white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.45 ui-monospace,Consolas,'DejaVu Sans Mono',monospace}code{font-family:ui-monospace,Consolas,'DejaVu Sans Mono',monospace;overflow-wrap:anywhere}
.plain{list-style:none;padding:0;margin:8px 0}.word{display:inline-block;max-width:100%}
@media (max-width:600px){table.stacked thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}table.stacked,table.stacked tbody,table.stacked tr,table.stacked td,table.stacked caption{display:block}table.stacked tr{padding:8px 0;border-bottom:1px solid var(--line)}table.stacked td{display:grid;grid-template-columns:minmax(0,6.5rem) minmax(0,1fr);gap:0 10px;padding:2px 0;border:0;min-width:0;white-space:normal}table.stacked td:empty{display:none}table.stacked td::before{content:attr(data-column);color:var(--soft)}}
.notice{border-left:4px solid #c8501e;background:var(--fill);padding:8px 12px;border-radius:0 8px 8px 0}blockquote{margin:6px 0;padding:2px 12px;border-left:3px solid var(--line);overflow-wrap:anywhere;white-space:pre-wrap}
.samples{display:flex;flex-wrap:wrap;gap:12px;list-style:none;padding:0}.samples li{display:flex;flex-direction:column;align-items:center;width:96px;font-size:.82rem;text-align:center}.samples img{image-rendering:pixelated;border-radius:6px}
@media print{details>*{display:block}nav{display:none}}`;
