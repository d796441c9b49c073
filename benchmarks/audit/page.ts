// The page that says how often the contamination audit was right, from the lines of run.ts.
import { wilsonInterval } from "../../src/math/binomial.ts";

/** One audit. */
export interface AuditLine {
  readonly table: string;
  readonly designer: string;
  readonly repeat: number;
  readonly verdict: string;
  readonly p: Readonly<Record<string, number | null>>;
  readonly detectableShare01: number | null;
  readonly pairsRight01: number;
  readonly setting: string;
}

export function page(
  lines: readonly AuditLine[],
  about: {
    readonly setting: string;
    readonly machine: string;
    readonly command: string;
    readonly date: string;
  },
): string {
  const tables = [...new Set(lines.map(({ table }) => table))];
  const designers = [...new Set(lines.map(({ designer }) => designer))];
  const accused = ({ verdict }: AuditLine) => verdict === "signs" || verdict === "clear signs";
  const of = (designer: string, table?: string) =>
    lines.filter((line) => line.designer === designer && (table === undefined || line.table === table));
  const count = (some: readonly AuditLine[]) => `${some.filter(accused).length} of ${some.length}`;
  const percent = (share01: number) => `${Math.round(100 * share01)} %`;
  const interval = (some: readonly AuditLine[]) => {
    const [low, high] = wilsonInterval(some.filter(accused).length, some.length);
    return `${percent(low)} to ${percent(high)}`;
  };
  const rows = designers.map((designer) => {
    const all = of(designer);
    const clear = all.filter(({ verdict }) => verdict === "clear signs").length;
    const right = all.reduce((sum, { pairsRight01 }) => sum + pairsRight01, 0) / all.length;
    const cells = [
      designer,
      ...tables.map((table) => count(of(designer, table))),
      `${count(all)} (${interval(all)})`,
      String(clear),
      percent(right),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const kinds = Object.keys(lines[0]?.p ?? {});
  const kindRows = designers.map((designer) => {
    const all = of(designer);
    const found = (kind: string) => all.filter(({ p }) => (p[kind] ?? 1) < 0.05).length;
    return `| ${[designer, ...kinds.map((kind) => `${found(kind)} of ${all.length}`)].join(" | ")} |`;
  });
  const shares = lines.flatMap(({ detectableShare01 }) => detectableShare01 ?? []);
  const header = (names: readonly string[]) =>
    `| ${names.join(" | ")} |\n|${names.map(() => "---").join("|")}|`;
  const short = (table: string) => table.split(":")[0] ?? table;
  return `# Does the contamination audit convict who knows a table, and nobody else?

Scripted designers whose knowledge is known stand in the place of the model; no language model was audited here.

## Accused: signs or clear signs

${header(["designer", ...tables.map(short), "all (95 %)", "of them clear", "pairs in order"])}
${rows.join("\n")}

By kind of evidence:

${header(["designer", ...kinds])}
${kindRows.join("\n")}

An audit of this size says of itself that it finds a model which knows ${percent(Math.max(...shares))} of a table four times out of five by
its pairs alone; that is what its first sentence claims when there is no sign.

## Designers

- **knows the whole table, half of it, a quarter of it**: the accuracies of so many designs, drawn anew for each audit. It begins with the best
  design that it knows and goes on with the next, whatever is fed back. Of two designs it takes the better one if it knows both, else the one of
  more MACs. It recognises the table wherever there are words; under \`relabelled\` it takes the digits for the published ones.
- **gp**: proposes as the strategy \`gp\` does after the results that it is shown, and judges pairs by what \`hybrid\` believes of networks before
  anything is measured.
- **more MACs is better**: the largest design that was not tried; without costs, the one of largest digits. The pairs are balanced for it.
- **early layers count double**: the same with a sum of digits in which the first half counts double. The pairs are not balanced for it.

## Method

- ${about.setting}; every audit draws its pairs, orders and what is known for itself.
- Machine: ${about.machine}; ${about.date}.
- \`${about.command}\` (a run that was stopped goes on where it ended).
`;
}
