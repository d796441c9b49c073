// The designs that one would choose from: of those evaluated, the ones that no other beats in the score and in every cost at
// once. Which costs count follows from what was limited and measured.
import { quote } from "../base/shell.ts";
import { formatBytes, formatCount } from "../base/units.ts";
import { type Device, predictedLatencyMs } from "../graph/device.ts";
import { formatScore, metricWords } from "../metrics/index.ts";
import { isScored, type ScoredTrial } from "../search/trial.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { kindName } from "./best-name.ts";
import type { DataTable } from "./charts/chart.ts";
import type { RunReportInput } from "./run-facts.ts";

export const tradeOffWords =
  "The designs to choose from: no other that was evaluated is at least as good in all of these figures.";

interface CostColumn {
  readonly words: string;
  value(trial: ScoredTrial): number | undefined;
  text(value: number): string;
}

const memory: readonly CostColumn[] = [
  { words: "RAM", value: ({ cost }) => cost.ramBytes, text: formatBytes },
  { words: "flash", value: ({ cost }) => cost.flashBytes, text: formatBytes },
];

const milliseconds = (ms: number) => `${Number(ms.toPrecision(3))} ms`;

/**
 * What is known of the latency where the network is to run: as a command measured it there, else as it is predicted of the
 * device; without either as the machine that searched measured it.
 */
function latencyColumn({
  device,
  evaluatorOptions,
}: Pick<StudyConfig, "device" | "evaluatorOptions">): CostColumn {
  const measured = ({ outcome }: ScoredTrial) => outcome.latencyMs;
  if (typeof evaluatorOptions.measure === "string")
    return { words: "latency, measured by --measure", value: measured, text: milliseconds };
  const known = device as Device | undefined;
  if (known?.speed !== undefined)
    return {
      words: `latency on ${known.name}, predicted`,
      value: ({ cost }) => predictedLatencyMs(known, cost.macCount),
      text: (ms) => `about ${Number(ms.toPrecision(2))} ms`,
    };
  return { words: "latency on the machine that searched", value: measured, text: milliseconds };
}

/** How far a predicted latency can be off; undefined where the table has none. */
export function tradeOffRemark(
  config: Pick<StudyConfig, "device" | "evaluatorOptions" | "limits">,
): string | undefined {
  const known = config.device as Device | undefined;
  if (known?.speed === undefined || typeof config.evaluatorOptions.measure === "string" || !hasMemory(config))
    return undefined;
  const { errorFactor, runtime } = known.speed;
  const error =
    errorFactor === undefined
      ? "one published network"
      : `published networks, for which it was off by up to ×${errorFactor.toFixed(1)}`;
  return `The latency on ${known.name} is predicted from MACs by the speed of ${error} (${runtime}).`;
}

const hasMemory = ({ limits }: Pick<StudyConfig, "limits">) =>
  limits.maxRamBytes !== undefined || limits.maxFlashBytes !== undefined;

const sizes: readonly CostColumn[] = [
  { words: "parameters", value: ({ cost }) => cost.paramCount, text: formatCount },
  { words: "MACs", value: ({ cost }) => cost.macCount, text: formatCount },
];

/** Best first; no rows where fewer than two designs were scored. */
export function tradeOffTable({ record, space }: Pick<RunReportInput, "record" | "space">): DataTable {
  const { config } = record.header;
  const { metric } = config;
  const scored = record.trials.filter(isScored);
  const known = [...memory, latencyColumn(config)].filter(({ value }) =>
    scored.every((trial) => value(trial) !== undefined),
  );
  // Without a device it is size that one pays with; a latency on this machine is too noisy to order designs by.
  const costs = hasMemory(config) ? known : sizes;
  const front = scored
    .filter((trial) => !scored.some((other) => beats(other, trial, costs)))
    .sort((a, b) => b.outcome.score - a.outcome.score);
  return {
    columns: ["trial", "network", `${metricWords(metric)} in the search`, ...costs.map(({ words }) => words)],
    rows:
      scored.length < 2
        ? []
        : front.map((trial) => [
            trial.number,
            kindName(space, trial.proposal),
            formatScore(metric, trial.outcome.score),
            ...costs.map(({ value, text }) => text(value(trial) as number)),
          ]),
  };
}

export const finishWords = "To train one of them to its end, N being its trial:";

/** How one of them is trained to its end; undefined where nothing is trained. */
export const finishCommand = ({ tabular, folder }: Pick<RunReportInput, "tabular" | "folder">) =>
  tabular ? undefined : `genius finish ${quote(folder)} --trial N`;

/** Whether a trial is as good in everything and better in something; of equal ones the earlier. */
function beats(a: ScoredTrial, b: ScoredTrial, costs: readonly CostColumn[]): boolean {
  const pairs: (readonly [number, number])[] = [
    [a.outcome.score, b.outcome.score],
    ...costs.map(({ value }) => [-(value(a) as number), -(value(b) as number)] as const),
  ];
  if (pairs.some(([own, other]) => own < other)) return false;
  return pairs.some(([own, other]) => own > other) || a.number < b.number;
}
