// What a chart is: an SVG drawing, and the same figures as a table for readers who cannot or will not look at it.
// Drawings carry classes instead of colours, so that one drawing suits a light page, a dark page and a file.
import { type Markup, styleElement, svg, type TrustedCss, toText } from "../markup.ts";

export interface DataTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface Chart {
  /** Stem of a file name: lower case letters and hyphens. */
  readonly name: string;
  readonly title: string;
  /** How to read it, in a sentence. */
  readonly caption: string;
  readonly width: number;
  readonly height: number;
  /** The drawing, without the `svg` element around it. */
  readonly drawing: Markup;
  readonly table: DataTable;
}

export type Theme = "light" | "dark";

interface Palette {
  readonly ink: string;
  readonly soft: string;
  readonly grid: string;
  readonly paper: string;
  readonly fill: string;
  readonly series: readonly string[];
}

/** Series colours have at least 3 : 1 contrast on their paper, ink and soft text 4.5 : 1 and more. */
export const palettes: Readonly<Record<Theme, Palette>> = {
  light: {
    ink: "#1b2430",
    soft: "#55606e",
    grid: "#dfe3e8",
    paper: "#ffffff",
    fill: "#eef1f5",
    series: ["#1f6fb2", "#c8501e", "#12805c", "#8e44ad", "#a8760a", "#c2255c", "#0b7285", "#5f6b7a"],
  },
  dark: {
    ink: "#e8ecf1",
    soft: "#a9b4c0",
    grid: "#39424e",
    paper: "#161b22",
    fill: "#222a34",
    series: ["#6cb6ff", "#ff9e64", "#4fd1a5", "#c99bff", "#f2c14e", "#ff7eb0", "#5ad1e0", "#aab4c2"],
  },
};

const seriesCount = palettes.light.series.length;

/** The class of the n-th series; after eight the colours come again, and dashes distinguish them. */
export const seriesClass = (index: number) =>
  `s${index % seriesCount}${index % (2 * seriesCount) >= seriesCount ? " dashed" : ""}`;

function rules(palette: Palette): string {
  const series = palette.series.map(
    (colour, index) =>
      `.chart .s${index}.line,.chart .s${index} .line{stroke:${colour}}` +
      `.chart .s${index}.dot,.chart .s${index} .dot,.chart .s${index}.area,.chart .s${index} .area{fill:${colour}}`,
  );
  return (
    `.chart text{fill:${palette.ink}}.chart .soft{fill:${palette.soft}}.chart .grid{stroke:${palette.grid}}` +
    `.chart .axis{stroke:${palette.soft}}.chart .ink{stroke:${palette.ink}}.chart .inkfill{fill:${palette.ink}}` +
    `.chart .paper{fill:${palette.paper}}.chart .box{fill:${palette.fill};stroke:${palette.soft}}` +
    `.chart .halo{stroke:${palette.paper}}${series.join("")}`
  );
}

const shapes =
  ".chart text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}" +
  ".chart .title{font-weight:600;font-size:15px}.chart .small{font-size:11.5px}.chart .strong{font-weight:600}.chart .tiny{font-size:10.5px}.chart .outlined{paint-order:stroke;stroke-width:3.5;stroke-linejoin:round}" +
  ".chart .line{fill:none;stroke-width:2;stroke-linejoin:round}.chart .thin{stroke-width:1.2}" +
  ".chart .dashed,.chart .dashed .line{stroke-dasharray:7 4}.chart .reference{stroke-dasharray:3 3;stroke-width:1.5;fill:none}" +
  ".chart .area{opacity:.18;stroke:none}.chart .dot{stroke:none}.chart .faint{opacity:.65}" +
  ".chart .grid,.chart .axis{stroke-width:1;fill:none}.chart .halo{stroke-width:1.5}";

/** The style sheet for charts in a page that follows the reader's preference for light or dark. */
export const chartCss: TrustedCss = {
  css: `${shapes}${rules(palettes.light)}@media (prefers-color-scheme:dark){${rules(palettes.dark)}}`,
};

/** The `svg` element for a page that has `chartCss`. */
export function chartElement(chart: Chart): Markup {
  return svg`<svg class="chart" role="img" aria-label="${chart.title}" viewBox="0 0 ${chart.width} ${chart.height}" width="${chart.width}" height="${chart.height}">${chart.drawing}</svg>`;
}

/** A chart as a file of its own, with its colours and its background. */
export function chartFile(chart: Chart, theme: Theme): string {
  const css = { css: shapes + rules(palettes[theme]) };
  const whole = svg`<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="${chart.title}" viewBox="0 0 ${chart.width} ${chart.height}" width="${chart.width}" height="${chart.height}">${styleElement(css)}<rect class="paper" width="${chart.width}" height="${chart.height}"/>${chart.drawing}</svg>`;
  return `${toText(whole)}\n`;
}
