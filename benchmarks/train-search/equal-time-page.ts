// The page of equal-time.ts: each arm's accuracy on the test images under each seed with the mean and its interval, and what every arm
// has over every other one under the same seeds.
import { cpus } from "node:os";
import { counted, formatCount } from "../../src/base/units.ts";
import { tQuantile } from "../../src/math/distributions.ts";
import { mean, standardDeviation } from "../../src/math/statistics.ts";

/** One arm under one seed. */
export interface ArmLine {
  /** `search:STRATEGY@SPACE`, `author:FILE`, `around:REFERENCE` or `train:REFERENCE`. */
  readonly arm: string;
  readonly seed: number;
  readonly minutes: number;
  /** Used, all included. */
  readonly seconds: number;
  /** Cores that other processes kept busy meanwhile, on average. */
  readonly othersCores: number;
  readonly key: string;
  readonly paramCount: number;
  readonly macCount: number;
  readonly trials: number;
  /** Accuracy on the test images, 0 to 1. */
  readonly test: number;
  readonly verdict: readonly string[];
}

/** Arms are compared where their clocks agree within this share. */
const clockShare01 = 0.05;
/** What the system itself and a person who looks on may use. */
const bearableCores = 0.1;

export function equalTimePage(
  lines: readonly ArmLine[],
  about: {
    readonly command: string;
    readonly limits: { readonly maxParams: string | undefined; readonly maxMacs: string | undefined };
    readonly date: Date;
    readonly remark?: string | undefined;
  },
): string {
  const groups = [...new Set(lines.map(({ minutes }) => minutes))].sort((a, b) => a - b);
  const { maxParams, maxMacs } = about.limits;
  const within = [maxParams && `≤ ${maxParams} parameters`, maxMacs && `≤ ${maxMacs} MACs`].filter(Boolean);
  const isDisturbed = lines.some(({ othersCores }) => othersCores > bearableCores);
  return `# Searches and hand-designed networks at equal time

${within.join(", ") || "No limits"}. Every arm has the same wall time for all it does; one run a seed, tested once. What \`author:FILE\` waited for its answer is not in its time.
${about.remark === undefined ? "" : `\n${about.remark}\n`}${isDisturbed ? `\nSomething else ran beside some arms (more than ${bearableCores} cores): read these figures as a sketch, not as a result.\n` : ""}
${groups.map((minutes) => groupOf(lines, minutes)).join("\n")}
Machine: ${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores. ${about.date.toISOString().slice(0, 10)}. Command: \`${about.command}\`
`;
}

/** The arms of one length. */
function groupOf(lines: readonly ArmLine[], minutes: number): string {
  const own = lines.filter((line) => line.minutes === minutes).sort((a, b) => a.seed - b.seed);
  const arms = Map.groupBy(own, ({ arm }) => arm);
  const rows = [...arms].map(([arm, runs]) => {
    const cells = [
      arm,
      runs.map(({ test }) => percent(test)).join(", "),
      meanWords(
        runs.map(({ test }) => 100 * test),
        (value) => value.toFixed(2),
      ),
      runs
        .map(
          ({ key, paramCount, macCount }) => `${key}: ${formatCount(paramCount)}, ${formatCount(macCount)}`,
        )
        .join("; "),
      runs.map(({ seconds }) => (seconds / 60).toFixed(2)).join(", "),
      runs.map(({ othersCores }) => othersCores.toFixed(2)).join(", "),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const names = [...arms.keys()];
  const pairs = names.flatMap((arm, index) =>
    names.slice(index + 1).flatMap((other) => pairRow(arms, arm, other)),
  );
  const late = own.filter(({ seconds }) => Math.abs(seconds / 60 / minutes - 1) > clockShare01);
  const clocks =
    late.length === 0
      ? "All clocks agree within 5 %."
      : `Outside 5 % of the time, and so not to be compared: ${late.map(({ arm, seed }) => `${arm} seed ${seed}`).join(", ")}.`;
  return `## ${counted(minutes, "minute")}

| arm | test, by seed (%) | mean (95 % interval) | networks: parameters, MACs | minutes used | cores used by others |
|---|---|--:|---|--:|--:|
${rows.join("\n")}

${clocks}
${
  pairs.length === 0
    ? ""
    : `
| first arm less the second, under the same seeds | points, by seed | mean (95 % interval) | standard errors |
|---|---|--:|--:|
${pairs.join("\n")}
`
}`;
}

/** The paired differences of two arms; nothing where they have no seed in common. */
function pairRow(
  arms: ReadonlyMap<string, readonly ArmLine[]>,
  arm: string,
  other: string,
): readonly string[] {
  const differences = (arms.get(arm) ?? []).flatMap(({ seed, test }) => {
    const paired = arms.get(other)?.find((line) => line.seed === seed);
    return paired === undefined ? [] : [100 * (test - paired.test)];
  });
  if (differences.length === 0) return [];
  const error = standardDeviation(differences) / Math.sqrt(differences.length);
  const ratio = differences.length < 2 || error === 0 ? "–" : signed(mean(differences) / error, 1);
  const bySeed = differences.map((points) => signed(points)).join(", ");
  return [`| ${arm} − ${other} | ${bySeed} | ${meanWords(differences, signed)} | ${ratio} |`];
}

/** A mean with Student's interval, which one value does not have. */
function meanWords(values: readonly number[], words: (value: number) => string): string {
  const centre = mean(values);
  if (values.length < 2) return words(centre);
  const half = (tQuantile(0.975, values.length - 1) * standardDeviation(values)) / Math.sqrt(values.length);
  return `${words(centre)} (${words(centre - half)} to ${words(centre + half)})`;
}

const percent = (share01: number) => (100 * share01).toFixed(2);
const signed = (points: number, digits = 2) => `${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(digits)}`;
