// A search space in words that a language model can use: its decisions, what the options stand for, and what each
// option costs. Decisions with the same options are told once.
import { formatCount } from "../../base/units.ts";
import { keyOf, toDigits } from "../choices.ts";
import type { Domain } from "../constraints/domain.ts";
import { limitsInWords } from "../constraints/limit-words.ts";
import type { Choices, Decision, Limits } from "../space.ts";

/** Decisions and options, compactly. Digits are numbered as in the space's keys. */
export function describeDecisions({ space }: Domain): string {
  const { decisions, firstDigit } = space;
  const groups = new Map<string, { decision: Decision; members: string[] }>();
  decisions.forEach((decision, index) => {
    const options = decision.options
      .map(({ label }, option) => `${option + firstDigit} = ${label}`)
      .join("; ");
    const group = groups.get(options) ?? { decision, members: [] };
    group.members.push(`  ${index + 1}. ${decision.name}: ${decision.meaning}`);
    groups.set(options, group);
  });
  return [...groups]
    .map(([options, { decision, members }]) => {
      const order = decision.kind === "ordinal" ? " (in order of size)" : "";
      return `Options${order}: ${options}\nfor ${members.length === 1 ? "this decision" : `these ${members.length} decisions`}:\n${members.join("\n")}`;
    })
    .join("\n\n");
}

/**
 * What each option adds to parameters and MACs, against the first option, with all other decisions in the middle.
 * Exact where costs of decisions simply add up; elsewhere a guide.
 */
export function describeCosts({ space, costOf }: Domain): string {
  const middle = space.decisions.map(({ options }) => Math.floor((options.length - 1) / 2));
  const base = costOf(middle.map(() => 0));
  const lines = space.decisions.map(({ name, options }, index) => {
    const at = (choice: number) => costOf(middle.map((other, place) => (place === index ? choice : other)));
    const first = at(0);
    const costs = options.slice(1).map((_, option) => {
      const cost = at(option + 1);
      return `${signed(cost.macCount - first.macCount)} / ${signed(cost.paramCount - first.paramCount)}`;
    });
    return `  ${name}: ${costs.join(", ")}`;
  });
  return `All decisions at their first option: ${formatCount(base.macCount)} MACs, ${formatCount(base.paramCount)} parameters. What each further option adds, as MACs / parameters:\n${lines.join("\n")}`;
}

const signed = (count: number) => (count < 0 ? `-${formatCount(-count)}` : `+${formatCount(count)}`);

/** "at most 20k parameters; 270M to 330M MACs", or undefined without limits. */
export function describeLimits(limits: Limits): string | undefined {
  const parts = limitsInWords(limits);
  return parts.length === 0 ? undefined : parts.join("; ");
}

/** A design as a model reads and writes it. */
export function designText({ space }: Pick<Domain, "space">, choices: Choices): string {
  return space.decisions.length > 10 ? `[${toDigits(space, choices).join(", ")}]` : keyOf(space, choices);
}
