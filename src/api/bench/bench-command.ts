// The command that repeats a bench, for its report.
import type { z } from "zod";
import { flagOf } from "../../runs/flags.ts";
import { type LimitSettings, limitSettings } from "../../study/limit-settings.ts";
import type { BenchGround } from "./open-bench.ts";
import type { benchSettings } from "./settings.ts";

type Settings = z.output<typeof benchSettings>;

const others = ["table", "tableMetric", "tableGoal", "tableUnit", "evaluator"] as const;
const limits = Object.keys(limitSettings.shape) as (keyof LimitSettings)[];

/** `given` are options of the space and the evaluator that were asked for. */
export function benchCommand(
  settings: Settings,
  { space, dataset, table, evaluator }: BenchGround,
  given: Readonly<Record<string, unknown>>,
): string {
  const isOwn = table !== undefined || evaluator !== undefined;
  const words = ["--space", typeof space === "string" ? space : space.name];
  const add = (field: string, value: unknown) => words.push(flagOf(field), String(value));
  if (!isOwn || settings.dataset !== undefined) add("dataset", dataset);
  const fallbacks: Partial<Record<(typeof others)[number], string>> = {
    tableGoal: "maximise",
    tableUnit: "",
  };
  for (const field of [...others, ...limits]) {
    const value = settings[field];
    if (value !== undefined && value !== (fallbacks as Record<string, unknown>)[field]) add(field, value);
  }
  for (const [field, value] of Object.entries(given)) add(field, value);
  add("strategies", settings.strategies.join(","));
  add("evaluations", settings.evaluations.join(","));
  add("seeds", settings.seeds);
  if (settings.noise01 > 0) add("noise01", settings.noise01);
  const all = `genius bench ${words.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(" ")}`;
  return settings.sameStart ? `${all} --same-start` : all;
}
