// What do winners share? In every published table the best designs are set against all others of the same cost, option by
// option, so that a preference for size does not pass for a principle. Nothing is searched: all designs are looked at.
import { z } from "zod";
import type { JsonObject } from "../../base/json.ts";
import { normalCdf } from "../../math/normal.ts";
import { barChart, holmAdjusted } from "../../report/index.ts";
import { allDesigns } from "../../search/constraints/create-domain.ts";
import type { Domain } from "../../search/constraints/domain.ts";
import type { Choices } from "../../search/space.ts";
import { estimate, inWords, isClear } from "./estimates.ts";
import { type Answer, defineQuestion, type QuestionSetting } from "./question.ts";
import { breathe, openSearches, type TableSetting } from "./table-searches.ts";

const options = z.object({
  tables: z
    .string()
    .default(
      "nas-bench-macro/cifar10,channel-bench-resnet/cifar10,channel-bench-mobilenet/cifar10,nas-bench-201/cifar10,nas-bench-201/cifar100,nas-bench-201/imagenet16-120",
    )
    .describe("published tables, SPACE/DATASET, with commas between"),
  winners01: z
    .number()
    .positive()
    .max(0.2)
    .default(0.01)
    .describe("share of the designs that count as winners"),
  costBins: z.int().min(2).default(50).describe("classes of similar MACs within which designs are compared"),
});
type Options = z.output<typeof options>;

export default defineQuestion({
  name: "design-principles",
  asks: "What do the best networks share, beyond being large?",
  source:
    "the paper's remark that its winners are simple early and complex late, https://arxiv.org/abs/2304.10970",
  model: "none",
  options,
  answer,
});

interface Effect {
  /** The decision and the option's digit. */
  readonly key: string;
  /** The same with the option's words. */
  readonly option: string;
  /** Share among winners and among designs of the same cost. */
  readonly share01: number;
  readonly expected01: number;
  readonly interval: readonly [low: number, high: number];
  readonly pValue: number;
}

async function answer(setting: QuestionSetting, given: Options): Promise<Answer> {
  const results: {
    table: string;
    effects: readonly Effect[];
    lateness: ReturnType<typeof estimate>;
    winners: number;
  }[] = [];
  const provenance: Record<string, JsonObject> = {};
  for (const name of given.tables.split(",").map((entry) => entry.trim())) {
    setting.onProgress(name);
    await breathe(setting.signal);
    const [space = "", dataset = ""] = name.split("/");
    const searches = await openSearches(space, dataset);
    provenance[name] = searches.table.provenance;
    results.push({ table: name, ...compare(searches, given) });
  }
  const clear = ({ effects }: (typeof results)[number]) =>
    effects.filter(({ pValue, interval }) => pValue < 0.05 && (interval[0] > 0 || interval[1] < 0));
  return {
    findings: results.flatMap((result) => {
      const top = [...clear(result)]
        .sort((a, b) => Math.abs(b.share01 - b.expected01) - Math.abs(a.share01 - a.expected01))
        .slice(0, 4);
      const word = !isClear(result.lateness)
        ? "neither more complex early nor late that is clear"
        : result.lateness.mean > 0
          ? "more complex late"
          : "more complex early";
      return [
        `${result.table}: ${clear(result).length} of ${result.effects.length} options differ after correction; most of all ${
          top
            .map(
              ({ option, share01, expected01 }) =>
                `${option} (${(100 * share01).toFixed(0)} % of winners, ${(100 * expected01).toFixed(0)} % at equal cost)`,
            )
            .join("; ") || "none"
        }.`,
        `${result.table}: at equal cost, winners are ${word}: their complexity lies ${inWords(result.lateness, 100, 1)} % of the network's length later.`,
      ];
    }),
    remarks: [
      `Winners are the best ${100 * given.winners01} % by the figure selected on. Each is compared with all designs of its own class of MACs (${given.costBins} classes); p-values are of the stratified difference, with Holm's correction within a table.`,
      "What holds in these spaces, trained as they were, need not hold elsewhere.",
    ],
    charts: results.map(({ table, effects }) => {
      const shown = [...effects]
        .sort((a, b) => Math.abs(b.share01 - b.expected01) - Math.abs(a.share01 - a.expected01))
        .slice(0, 12);
      const bounds = shown.flatMap(({ interval }) => interval.map((bound) => 100 * bound));
      return barChart({
        name: `principles-${table}`.replaceAll(/[^a-z0-9]+/g, "-"),
        title: `${table}: winners against the same cost`,
        caption:
          "Share among the winners minus the share at equal cost, in points, with 95 % intervals; the twelve largest. Options by their digit, which the table explains.",
        x: {
          label: "difference (points)",
          min: Math.min(0, ...bounds) - 2,
          max: Math.max(0, ...bounds) + 2,
          scale: "linear",
          format: (value) => String(Math.round(value)),
          precise: (value) => value.toFixed(1),
        },
        rows: shown.map(({ key: option, share01, expected01, interval }) => ({
          name: option,
          value: 100 * (share01 - expected01),
          interval: [100 * interval[0], 100 * interval[1]] as const,
        })),
      });
    }),
    tables: results.map(({ table, effects, winners }) => ({
      title: `${table}: ${winners} winners`,
      table: {
        columns: ["option", "winners (%)", "equal cost (%)", "difference (points)", "p, corrected"],
        rows: effects.map(({ option, share01, expected01, interval, pValue }) => [
          option,
          (100 * share01).toFixed(1),
          (100 * expected01).toFixed(1),
          inWords({ mean: share01 - expected01, ci95: interval, count: winners }, 100, 1),
          pValue < 0.001 ? "<0.001" : pValue.toFixed(3),
        ]),
      },
    })),
    data: JSON.parse(JSON.stringify({ results })),
    provenance: { tables: provenance, winners01: given.winners01, costBins: given.costBins },
  };
}

/** Every option among the winners against the designs of the same cost. */
function compare({ domain, table }: TableSetting, { winners01, costBins }: Options) {
  const { space } = domain;
  const designs = allDesigns(space).flatMap((choices) => {
    const known = table.lookUp(choices);
    return known === undefined
      ? []
      : [{ choices, value: known.selection01, macs: domain.costOf(choices).macCount }];
  });
  designs.sort((a, b) => a.macs - b.macs);
  const binOf = (position: number) =>
    Math.min(costBins - 1, Math.floor((position * costBins) / designs.length));
  const bins = Array.from({ length: costBins }, (_, bin) =>
    designs.filter((_, position) => binOf(position) === bin),
  );
  const threshold = designs.map(({ value }) => value).sort((a, b) => b - a)[
    Math.max(0, Math.ceil(winners01 * designs.length) - 1)
  ]!;
  const winners = designs.flatMap((design, position) =>
    design.value >= threshold ? [{ ...design, bin: bins[binOf(position)]! }] : [],
  );

  const effects = space.decisions.flatMap((decision, index) =>
    decision.options.map(({ label }, option) => {
      const has = ({ choices }: { choices: Choices }) => choices[index] === option;
      const shares = new Map(bins.map((bin) => [bin, bin.filter(has).length / bin.length]));
      const expected = winners.map(({ bin }) => shares.get(bin)!);
      const observed = winners.filter(has).length;
      const sum = expected.reduce((a, b) => a + b, 0);
      const deviation = Math.sqrt(expected.reduce((a, share) => a + share * (1 - share), 0));
      const z = deviation === 0 ? 0 : (observed - sum) / deviation;
      const estimated = estimate(winners.map((winner, i) => (has(winner) ? 1 : 0) - expected[i]!));
      return {
        key: `${decision.name} = ${option + space.firstDigit}`,
        option: `${decision.name} = ${option + space.firstDigit}, ${label}`,
        share01: observed / winners.length,
        expected01: sum / winners.length,
        interval: estimated.ci95,
        pValue: 2 * normalCdf(-Math.abs(z)),
      };
    }),
  );
  const adjusted = holmAdjusted(effects.map(({ pValue }) => pValue));

  const weights = complexities(domain);
  const late = (choices: Choices) => {
    const own = choices.map((choice, index) => weights[index]![choice]!);
    const total = own.reduce((a, b) => a + b, 0);
    return total === 0
      ? 0.5
      : own.reduce((sum, weight, index) => sum + weight * index, 0) / total / Math.max(1, own.length - 1);
  };
  const usual = new Map(
    bins.map((bin) => [bin, bin.reduce((sum, { choices }) => sum + late(choices), 0) / bin.length]),
  );
  return {
    effects: effects.map((effect, index) => ({ ...effect, pValue: adjusted[index]! })),
    lateness: estimate(winners.map(({ choices, bin }) => late(choices) - usual.get(bin)!)),
    winners: winners.length,
  };
}

/** How complex each option of each decision is, in [0, 1]: by the MACs it adds to the cheapest. */
function complexities(domain: Domain): readonly (readonly number[])[] {
  const { decisions } = domain.space;
  const first = decisions.map(() => 0);
  return decisions.map(({ options }, index) => {
    const macs = options.map((_, option) => domain.costOf(first.with(index, option)).macCount);
    const [low, high] = [Math.min(...macs), Math.max(...macs)];
    return macs.map((value) => (high === low ? 0 : (value - low) / (high - low)));
  });
}
