// The page of by-the-clock.ts: each arm's accuracy on the test images under each seed with Wilson's interval, what it had time
// for, and how long the model was waited for.
import { cpus } from "node:os";
import { formatCount } from "../../src/base/units.ts";
import { wilsonInterval } from "../../src/math/binomial.ts";
import { mean } from "../../src/math/statistics.ts";

/** One arm under one seed. */
export interface ArmLine {
  readonly arm: string;
  readonly seed: number;
  readonly minutes: number;
  /** Wall time used, all included. */
  readonly seconds: number;
  /** Cores that other processes kept busy meanwhile, on average. */
  readonly othersCores: number;
  /** Accuracies, 0 to 1: on the test images and on validation images, both after the final training. */
  readonly test: number;
  readonly testImages: number;
  readonly validation: number;
  /** The network that was handed over. */
  readonly key: string;
  readonly paramCount: number;
  readonly macCount: number;
  /** Whether people designed it. */
  readonly isReference: boolean;
  /** All trainings of the search, and designs of its own that it began. */
  readonly trials: number;
  readonly designs: number;
  /** Validation accuracy of its best own design after the shortest training, which has so many seconds. */
  readonly bestDesign?: number;
  readonly firstSeconds: number;
  readonly parallel: number;
  readonly firstDesign?: string;
  /** Requests to the model, and how long its answers took in all. */
  readonly calls?: number;
  readonly askedSeconds?: number;
  /** What the model did not want trained longer, in sentences. */
  readonly stops?: readonly string[];
  readonly verdict: readonly string[];
}

/** What the system itself and a person who looks on may use. */
const bearableCores = 0.1;

const percent = (share01: number) => (100 * share01).toFixed(2);
const interval = (right: number, count: number) =>
  wilsonInterval(right, count)
    .map((share) => percent(share))
    .join(" to ");
const rightOf = ({ test, testImages }: ArmLine) => Math.round(test * testImages);

export function byTheClockPage(
  lines: readonly ArmLine[],
  about: {
    readonly data: string;
    readonly maxParams: string;
    readonly date: Date;
    readonly remark?: string | undefined;
  },
): string {
  const lengths = [...new Set(lines.map(({ minutes }) => minutes))].sort((a, b) => a - b);
  // What else is true of these lines, in the words of whoever ran them, stands in place of the warning.
  const isDisturbed =
    about.remark === undefined && lines.some(({ othersCores }) => othersCores > bearableCores);
  return `# One real training by the clock, with a mind in it

Searches on ${about.data} for a network of at most ${about.maxParams} parameters. Every arm has the same
wall time for all that it does, waiting for the model's answers included; the network handed over is measured once on the test images.
${isDisturbed ? `Something else ran beside some arms (more than ${bearableCores} cores): read these figures as a sketch, not as a result.\n` : ""}${about.remark === undefined ? "" : `${about.remark}\n`}
${lengths.map((minutes) => tables(lines.filter((line) => line.minutes === minutes))).join("\n")}
## Method

- The model is a fresh reader for each search – a helper agent of this project that answers from the prompts alone – behind the loopback server
  of \`benchmarks/designers/\`. Its clock starts when the reader is there.
- **Waiting counts.** The minutes of a run are wall time, so what the model takes to answer is taken from its own search: trainings that are under way go on
  meanwhile, and no other begins. A hosted model answers sooner than a reader or later; the seconds stand in the table.
- The arms are what a person gets who names the strategy and the model, two exceptions apart: \`llm\`, which trains one design at a time unless told otherwise,
  trains two at once as the others do (\`@2\`), and no arm begins with what won in earlier measurements (\`--experience false\`). In all of them hand-designed
  networks are trained beside the designs, and may win: then the search found nothing better.
- \`evolution\` begins with the first design of \`llm\` under the same seed, or a random one where \`llm\` had time for none (three alive, two compete).
- Wilson's intervals are of the test images: how far another sample of images would move the figure. What another seed moves stands beside it.
  Over seeds the same images are counted again, so the pooled interval is too narrow.
- Written by \`benchmarks/designers/by-the-clock.ts\`, which resumes line by line; ${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} cores, Node ${process.versions.node}, ${about.date.toISOString().slice(0, 10)}.
`;
}

function tables(lines: readonly ArmLine[]): string {
  const arms = [...new Set(lines.map(({ arm }) => arm))];
  const groups = arms.map((arm) => ({
    arm,
    runs: lines.filter((line) => line.arm === arm).sort((a, b) => a.seed - b.seed),
  }));
  const each = (runs: readonly ArmLine[], say: (run: ArmLine) => string) => runs.map(say).join("; ");
  const found = groups.map(({ arm, runs }) =>
    row([
      arm,
      each(runs, (run) => `${percent(run.test)} [${interval(rightOf(run), run.testImages)}]`),
      percent(mean(runs.map(({ test }) => test))),
      each(runs, ({ validation }) => percent(validation)),
      each(
        runs,
        ({ key, isReference, paramCount, macCount }) =>
          `${isReference ? key : "own"}: ${formatCount(paramCount)}, ${formatCount(macCount)}`,
      ),
    ]),
  );
  const used = groups.map(({ arm, runs }) =>
    row([
      arm,
      each(runs, ({ designs }) => String(designs)),
      each(runs, ({ bestDesign, firstSeconds }) =>
        bestDesign === undefined ? "–" : `${percent(bestDesign)} after ${firstSeconds} s`,
      ),
      each(runs, ({ trials }) => String(trials)),
      each(runs, ({ seconds }) => seconds.toFixed(0)),
      each(runs, ({ calls = 0, askedSeconds = 0 }) =>
        calls === 0 ? "–" : `${askedSeconds.toFixed(0)} (${calls})`,
      ),
      each(runs, ({ othersCores }) => othersCores.toFixed(2)),
    ]),
  );
  return `## ${lines[0]?.minutes} minutes an arm

${apart(groups)}

| arm | test %, by seed [95 %] | mean | validation %, by seed | network: parameters, MACs |
|---|---|--:|--:|---|
${found.join("\n")}

| arm | own designs begun | the best of them | trainings in all | seconds used | seconds asked (requests) | cores used by others |
|---|--:|---|--:|--:|--:|--:|
${used.join("\n")}
${stopsOf(lines)}`;
}

function stopsOf(lines: readonly ArmLine[]): string {
  const said = lines.flatMap(({ arm, seed, stops = [] }) =>
    stops.map((words) => `- ${arm}, seed ${seed}. ${words}`),
  );
  const asked = lines.filter(({ stops }) => stops !== undefined).length;
  if (asked === 0) return "";
  return said.length === 0
    ? `\nNo model named a design as not worth a longer training, in ${asked} searches.\n`
    : `\nWhat models did not want trained longer, in ${asked} searches:\n\n${said.join("\n")}\n`;
}

const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

/** Which arms are apart, by the intervals of all their test images together: a sentence. */
function apart(groups: readonly { readonly arm: string; readonly runs: readonly ArmLine[] }[]): string {
  const pooled = groups.map(({ arm, runs }) => {
    const count = runs.reduce((sum, { testImages }) => sum + testImages, 0);
    const right = runs.reduce((sum, run) => sum + rightOf(run), 0);
    return { arm, share: right / count, interval: wilsonInterval(right, count) };
  });
  const ranked = [...pooled].sort((a, b) => b.share - a.share);
  const pairs = ranked.flatMap((better) =>
    ranked
      .filter((worse) => better.interval[0] > worse.interval[1])
      .map((worse) => `${better.arm} above ${worse.arm}`),
  );
  const order = ranked.map(({ arm, share }) => `${arm} ${percent(share)}`).join(", ");
  const shown =
    pairs.length === 0
      ? "no two of these differ beyond their intervals"
      : `beyond their intervals: ${pairs.join("; ")}`;
  return `Test accuracy in per cent, all seeds together: ${order}; ${shown}.`;
}
