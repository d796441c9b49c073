// How a search begins: with an extreme design, with one at random, or with designs that a person names. Shared by the
// strategies with an option `start`. A list is text, not a file's name, so that a journal holds all that a search
// needs; the caller that takes the option from a person reads the file (the flag is marked `readsFile`). No accuracies here.
import { z } from "zod";
import { GeniusError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { formatBytes, formatCount } from "../../base/units.ts";
import { parseChoices } from "../choices.ts";
import { largestFeasible, smallestFeasible } from "../constraints/create-domain.ts";
import type { Domain, Violation } from "../constraints/domain.ts";
import type { Choices } from "../space.ts";
import type { ProposeContext } from "../strategy.ts";
import { drawUnseen } from "./unseen.ts";

const shared = ["largest", "smallest", "random"] as const;

/** The option `start`: one of `own` (a strategy's own words), an extreme, `random`, or a list of designs. */
export function startOption(fallback: string, own: Readonly<Record<string, string>> = {}) {
  const words = [...Object.keys(own), ...shared];
  const meanings = [...Object.values(own), "the largest or smallest allowed", "one at random"];
  return z
    .string()
    .default(fallback)
    .describe(
      `the first design: ${meanings.join(", ")}; or designs to begin with, with semicolons between them or from a file, one a line`,
    )
    .meta({ placeholder: `${words.join("|")}|DESIGNS|FILE`, readsFile: true });
}

export interface Start {
  readonly choices: Choices;
  readonly rationale: string;
}

export interface WarmStart {
  /** The next design to begin with that is free, or undefined when the beginning is over. */
  next(
    isFree: (choices: Choices) => boolean,
    context: Pick<ProposeContext, "trialNumber" | "random">,
  ): Start | undefined;
}

const none: WarmStart = { next: () => undefined };

/**
 * The beginning that the option `start` asks for. A design that is listed twice is begun with once.
 * @param own the strategy's own words, with which it begins by itself
 * @throws GeniusError `bad-choices` for a line that is no design, `infeasible` for one outside the limits.
 */
export function createWarmStart(domain: Domain, start: string, own: readonly string[] = []): WarmStart {
  if (own.includes(start)) return none;
  switch (start as (typeof shared)[number]) {
    case "random":
      return first((isFree, random) => drawUnseen(domain, isFree, random), "drawn at random");
    case "largest":
      return first(() => largestFeasible(domain, "macCount"), "the largest allowed design");
    case "smallest":
      return first(() => smallestFeasible(domain, "macCount"), "the smallest allowed design");
    default: {
      const listed = parseStart(domain, start, own);
      return {
        next(isFree) {
          const choices = listed.find(isFree);
          return choices && { choices, rationale: "named to begin with" };
        },
      };
    }
  }
}

/** One design, for the first trial. */
function first(
  find: (isFree: (choices: Choices) => boolean, random: Random) => Choices | undefined,
  rationale: string,
): WarmStart {
  return {
    next(isFree, { trialNumber, random }) {
      const choices = trialNumber === 1 ? find(isFree, random) : undefined;
      return choices !== undefined && isFree(choices) ? { choices, rationale } : undefined;
    },
  };
}

function parseStart(domain: Domain, text: string, own: readonly string[]): readonly Choices[] {
  const lines = text.split(/\r?\n/);
  const designs = lines.flatMap((line, index) =>
    line
      .replace(/#.*/, "")
      .split(";")
      .filter((part) => part.trim() !== "")
      .map((part) => readDesign(domain, part, { where: `--start, line ${index + 1}`, own })),
  );
  if (designs.length > 0) return designs;
  throw new GeniusError("bad-choices", `--start names no design. ${allowed(own)}`);
}

interface Place {
  readonly where: string;
  readonly own: readonly string[];
}

function readDesign(domain: Domain, text: string, { where, own }: Place): Choices {
  let choices: Choices;
  try {
    choices = parseChoices(domain.space, text);
  } catch (thrown) {
    if (!(thrown instanceof GeniusError)) throw thrown;
    throw new GeniusError("bad-choices", `${where}: ${thrown.message} ${allowed(own)}`, { cause: thrown });
  }
  const violations = domain.violations(choices);
  if (violations.length === 0) return choices;
  throw new GeniusError(
    "infeasible",
    `${where}: "${text.trim()}" is not allowed: ${violations.map(violationWords).join(", ")}. Leave it out or widen the limits.`,
  );
}

function violationWords({ quantity, value, bound, limit, reason }: Violation): string {
  if (quantity === "rule") return `the space does not allow it (${reason})`;
  if (quantity === "ramBytes" || quantity === "flashBytes") {
    const memory = quantity === "ramBytes" ? "RAM" : "flash";
    return `it needs ${formatBytes(value)} of ${memory}, and at most ${formatBytes(limit)} are allowed`;
  }
  const unit = quantity === "paramCount" ? "parameters" : "MACs";
  return `it has ${formatCount(value)} ${unit}, and at ${bound === "max" ? "most" : "least"} ${formatCount(limit)} are allowed`;
}

const allowed = (own: readonly string[]) =>
  `--start takes ${[...own, ...shared].join(", ")}, designs with semicolons between them, or a file with one design a line (# begins a remark).`;
