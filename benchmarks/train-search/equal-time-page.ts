// The page of equal-time.ts: each arm's test accuracy under each seed, its median, and what it has over the first `train:` arm.
import { cpus } from "node:os";
import { formatCount } from "../../src/base/units.ts";
import { median } from "../../src/math/statistics.ts";

/** One arm under one seed. */
export interface ArmLine {
  /** `search:STRATEGY` or `train:REFERENCE`. */
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
  },
): string {
  const percent = (share01: number) => `${(100 * share01).toFixed(2)} %`;
  const groups = [...new Set(lines.map(({ minutes }) => minutes))].sort((a, b) => a - b);
  const { maxParams, maxMacs } = about.limits;
  const within = [maxParams && `≤ ${maxParams} parameters`, maxMacs && `≤ ${maxMacs} MACs`].filter(Boolean);
  const table = (minutes: number) => {
    const own = lines.filter((line) => line.minutes === minutes);
    const base = own.filter(({ arm }) => arm.startsWith("train:"));
    const rows = [...new Set(own.map(({ arm }) => arm))].map((arm) => {
      const runs = own.filter((line) => line.arm === arm).sort((a, b) => a.seed - b.seed);
      const differences = runs.flatMap(({ seed, test }) => {
        const other = base.find((line) => line.seed === seed);
        return other === undefined || other.arm === arm ? [] : [100 * (test - other.test)];
      });
      const cells = [
        arm,
        runs.map(({ test }) => percent(test)).join(", "),
        percent(median(runs.map(({ test }) => test))),
        differences.length === 0
          ? "–"
          : `${signed(median(differences))} (${differences.map(signed).join(", ")})`,
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
    const late = own.filter(({ seconds }) => Math.abs(seconds / 60 / minutes - 1) > clockShare01);
    return `## ${minutes} minutes

| arm | test, by seed | median | points over the first \`train:\` arm, median (by seed) | networks: parameters, MACs | minutes used | cores used by others |
|---|---|--:|--:|---|--:|--:|
${rows.join("\n")}

${late.length === 0 ? "All clocks agree within 5 %." : `Outside 5 % of the time, and so not to be compared: ${late.map(({ arm, seed }) => `${arm} seed ${seed}`).join(", ")}.`}
`;
  };
  const isDisturbed = lines.some(({ othersCores }) => othersCores > bearableCores);
  return `# A search beside the best off the shelf, at equal time

${within.join(", ") || "No limits"}. Every arm has the same wall time for all it does; one run a seed, tested once.
${isDisturbed ? `Something else ran beside some arms (more than ${bearableCores} cores): read these figures as a sketch, not as a result.\n` : ""}
${groups.map(table).join("\n")}
Machine: ${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores. ${about.date.toISOString().slice(0, 10)}. Command: \`${about.command}\`
`;
}

const signed = (points: number) => `${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(2)}`;
