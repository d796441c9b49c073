// What code outside the study hands over – a strategy's proposal, an evaluator's evaluation – checked before anything is made
// of it or written down. What is wrong becomes a failed trial with its reason: the study continues, and its journal can always
// be read again.
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { checkPlainly, faultClause } from "../base/schema-words.ts";
import type { TestResult } from "../evaluators/evaluator.ts";
import { misuse } from "../graph/foreign-network.ts";
import type { Choices, Space } from "../search/space.ts";
import type { Evaluation, Proposal } from "../search/trial.ts";
import { evaluationSchema, fidelitySchema, metricsSchema, proposalSchema } from "./journal-lines.ts";

/** A field that the contract does not have is a mistake, such as a misspelt one. */
const freshProposal = proposalSchema.extend({ fidelity: fidelitySchema.strict() }).strict();
const testResult = z.looseObject({
  metrics: metricsSchema,
  files: z.array(z.string()).optional(),
  detail: z.record(z.string(), z.json()).optional(),
});

/** The proposal, or one without a design that says what is wrong with it. */
export function checkProposal(value: unknown, space: Space): Proposal {
  const refused = (why: string): Proposal => ({
    choices: [],
    fidelity: {},
    by: proposerOf(value),
    unreadable: `the strategy returned a proposal that cannot be used: ${why}`,
  });
  const plain = asJson(value);
  if (plain === undefined) return refused("it is not plain JSON");
  const read = checkPlainly(freshProposal, withoutUnusableFigures(plain), { isOften: true });
  if (read.fault !== undefined) return refused(faultClause(read.fault));
  const proposal = read.data as Proposal;
  if (proposal.unreadable !== undefined) return proposal;
  if (proposal.network !== undefined) {
    const why = networkMisfit(proposal, space);
    return why === undefined ? proposal : refused(why);
  }
  for (const field of ["choices", "repairedFrom", "editedFrom"] as const) {
    const why = field in proposal ? misfit(proposal[field] as Choices, space) : undefined;
    if (why !== undefined) return refused(`${field} ${why}`);
  }
  return proposal;
}

/** The evaluation, or a failed one that says what is wrong with it. */
export function checkEvaluation(value: unknown, milliseconds: number): Evaluation {
  const failed = (why: string): Evaluation => ({
    kind: "failed",
    reason: "crashed",
    detail: `the evaluator returned an outcome that cannot be used: ${why}`,
    spent: { milliseconds },
  });
  const read = checkPlainly(evaluationSchema, withMetrics(value), { isOften: true });
  if (read.fault !== undefined) return failed(faultClause(read.fault));
  return (asJson(read.data) as Evaluation | undefined) ?? failed("it is not plain JSON");
}

/** What was measured on test data. @throws GeniusError `foreign-code` that says what is wrong with it. */
export function checkTestResult(value: unknown): TestResult {
  const read = checkPlainly(testResult, withMetrics(value));
  if (read.fault === undefined) return read.data as TestResult;
  throw new GeniusError(
    "foreign-code",
    `The evaluator measured the selected design on test data and returned a result that cannot be used: ${faultClause(read.fault)}.`,
  );
}

/** An evaluator written for the first release returns an accuracy where there are metrics now. */
function withMetrics(value: unknown): unknown {
  if (typeof value !== "object" || value === null || "metrics" in value || !("accuracy01" in value))
    return value;
  const { accuracy01, ...rest } = value;
  return { ...rest, metrics: { accuracy: accuracy01 } };
}

/** What a person or a model may have proposed beyond the space; earlier designs were checked when they were made. */
function misfit(choices: Choices, { decisions, name }: Space): string | undefined {
  if (choices.length !== decisions.length)
    return `has ${choices.length} numbers, and ${name} has ${decisions.length} decisions`;
  const wrong = choices.findIndex((choice, index) => choice >= (decisions[index]?.options.length ?? 0));
  if (wrong === -1) return undefined;
  const { name: decision, options } = decisions[wrong]!;
  return `has ${choices[wrong]} for ${decision}; allowed are 0 to ${options.length - 1}`;
}

/** A network from outside the space is measured as it is: it must suit the images and classes, and is no design too. */
export function networkMisfit({ choices, network }: Proposal, space: Space): string | undefined {
  if (network === undefined) return undefined;
  if (choices.length > 0) return "it has both choices and a network of its own";
  const why = misuse(network, space);
  return why && `its network "${network.name}" ${why}`;
}

/** A copy that a journal gives back as it was; undefined for what JSON cannot hold, such as a circle. */
function asJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    return undefined;
  }
}

/** An expectation that is no number, which JSON turns into null, is worth nothing; the design may be. */
function withoutUnusableFigures(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { predicted, outlook, ...rest } = value as Record<string, unknown>;
  const isUsable = (figures: unknown) =>
    typeof figures === "object" && figures !== null && !Object.values(figures).includes(null);
  return {
    ...rest,
    ...(isUsable(predicted) && { predicted }),
    ...(isUsable(outlook) && { outlook }),
  };
}

function proposerOf(value: unknown): string {
  const by = typeof value === "object" && value !== null && "by" in value ? value.by : undefined;
  return typeof by === "string" && by !== "" ? by : "strategy";
}
