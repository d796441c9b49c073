// Tools for a model that designs: exact answers that cost no evaluation. What a design costs, which allowed designs are
// near it, what it looks like layer by layer, what was tried, and – beside a surrogate – what that expects. Calling
// them is optional.
import { GeniusError } from "../../base/errors.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import { nodeCosts } from "../../graph/cost.ts";
import { operatorOf } from "../../graph/ops/index.ts";
import { receptiveFields } from "../../graph/receptive-field.ts";
import type { Tool } from "../../llm/index.ts";
import { parseChoices, toDigits } from "../choices.ts";
import { neighbours } from "../constraints/create-domain.ts";
import type { Domain } from "../constraints/domain.ts";
import { recordedCost } from "../constraints/memory.ts";
import { designName, isDesignOf } from "../proposed-network.ts";
import type { Choices, Space } from "../space.ts";
import { isEvaluated, isScored, type Proposal, type Trial } from "../trial.ts";

export interface DesignerToolsState {
  readonly domain: Domain;
  /** In order of number. */
  readonly trials: readonly Trial[];
  /** How a score is told, where that is not in per cent. */
  readonly tellScore?: ((score: number) => string) | undefined;
  /** Whether designs are trained here, so that what they mix up is known. */
  readonly isTrained?: boolean;
  /** What a surrogate expects of allowed designs, where there is one. */
  readonly expect?: (
    designs: readonly Choices[],
  ) => readonly { readonly score: number; readonly sd: number }[];
}

const maxDesigns = 20;
const maxNeighbours = 40;
const maxLayers = 80;
const maxTried = 60;

export function designerTools(state: DesignerToolsState): readonly Tool[] {
  const { domain, expect } = state;
  return [
    costTool(domain),
    tool(
      "neighbours",
      "Lists the allowed designs that differ from a design in one decision, with their costs, untried ones first.",
      { design: digits },
      ({ design }) => neighboursOf(state, choicesOf(domain, design)),
    ),
    tool(
      "layers",
      "Describes a design's network layer by layer: output shape, parameters, MACs, and the receptive field in pixels.",
      { design: digits },
      ({ design }) => layersOf(domain, choicesOf(domain, design)),
    ),
    tool("tried", "Lists what was tried so far with its result, best first.", {}, () => triedOf(state)),
    ...(state.isTrained
      ? [
          tool(
            "confusions",
            "Says which classes a measured design mixes up most on validation images.",
            { design: digits },
            ({ design }) => confusionsOf(state, choicesOf(domain, design)),
          ),
        ]
      : []),
    ...(expect === undefined
      ? []
      : [
          tool(
            "surrogate",
            "Says what the surrogate expects of allowed designs, in per cent with its standard deviation.",
            { designs: { type: "array", maxItems: maxDesigns, items: digits } },
            ({ designs }) => expectedOf(domain, expect, designs as readonly unknown[]),
          ),
        ]),
  ];
}

const digits: JsonObject = { type: "array", items: { type: "integer" } };

function tool(
  name: string,
  description: string,
  properties: JsonObject,
  execute: (input: Readonly<Record<string, unknown>>) => JsonValue,
): Tool {
  const required = Object.keys(properties);
  return {
    name,
    description,
    inputJsonSchema: { type: "object", additionalProperties: false, required, properties },
    execute: (input) => execute(input as Readonly<Record<string, unknown>>),
  };
}

/** @throws GeniusError, which the model is told */
function choicesOf({ space }: Domain, design: unknown): Choices {
  return parseChoices(space, (design as readonly number[]).join(","));
}

/** What is no design is answered in words, beside the answers to the others. */
function answerEach(
  domain: Domain,
  designs: readonly unknown[],
  answer: (choices: Choices) => JsonObject,
): JsonValue {
  return designs.map((design) => {
    try {
      return answer(choicesOf(domain, design));
    } catch (thrown) {
      if (thrown instanceof GeniusError) return { error: thrown.message };
      throw thrown;
    }
  });
}

/** Recorded conversations are found again by its exact words. */
export function costTool(domain: Domain): Tool {
  return {
    name: "cost",
    description:
      "Counts parameters and multiply–accumulates of designs exactly, if you need it, and says whether each is within the limits.",
    inputJsonSchema: {
      type: "object",
      additionalProperties: false,
      required: ["designs"],
      properties: {
        designs: { type: "array", maxItems: 20, items: { type: "array", items: { type: "integer" } } },
      },
    },
    execute: (input) =>
      answerEach(domain, (input as { designs: readonly unknown[] }).designs, (choices) => {
        const cost = costsOf(domain, choices);
        return { ...cost, withinLimits: domain.isFeasible(choices) };
      }),
  };
}

function neighboursOf({ domain, trials }: DesignerToolsState, from: Choices): JsonValue {
  const tried = new Set(trials.map(({ proposal }) => proposal.choices.join()));
  const allowed = neighbours(domain.space, from).filter((choices) => domain.isFeasible(choices));
  const isTried = (choices: Choices) => tried.has(choices.join());
  const inOrder = [...allowed].sort((a, b) => Number(isTried(a)) - Number(isTried(b)));
  return {
    allowed: allowed.length,
    shown: inOrder.slice(0, maxNeighbours).map((choices) => ({
      design: toDigits(domain.space, choices),
      ...costsOf(domain, choices),
      ...(isTried(choices) && { tried: true }),
    })),
  };
}

const costsOf = (domain: Domain, choices: Choices) => {
  const { paramCount, macCount, ...memory } = recordedCost(domain, choices);
  return { paramCount, macCount, ...memory };
};

/** Layers with weights and poolings; alike ones in a row are told once. */
function layersOf({ space }: Domain, choices: Choices): JsonValue {
  const network = space.decode(choices);
  const costs = new Map(nodeCosts(network).map((cost) => [cost.id, cost]));
  const fields = receptiveFields(network);
  const layers: { text: string; times: number }[] = [];
  for (const { id, op, inputs } of network.nodes) {
    if (op.kind !== "conv" && op.kind !== "linear" && op.kind !== "pool") continue;
    const { shape, paramCount, macCount } = costs.get(id)!;
    const words = operatorOf(op).words(op, costs.get(inputs[0]!)!.shape);
    const field = fields.get(id)!.join("×");
    const text = `${words} → ${shape.join("×")}: ${paramCount} parameters, ${macCount} MACs, sees ${field}`;
    const last = layers.at(-1);
    if (last?.text === text) last.times += 1;
    else layers.push({ text, times: 1 });
  }
  return {
    layers: layers.slice(0, maxLayers).map(({ text, times }) => (times === 1 ? text : `${times} × ${text}`)),
    ...(layers.length > maxLayers && { leftOut: layers.length - maxLayers }),
  };
}

function confusionsOf({ trials }: DesignerToolsState, choices: Choices): JsonValue {
  const own = trials.filter(isScored).filter(({ proposal }) => proposal.network === undefined);
  const measured = own.findLast(({ proposal }) => proposal.choices.join() === choices.join());
  const confused = measured?.outcome.confused;
  if (measured === undefined) return { error: "It was not measured." };
  if (confused === undefined) return { error: "It is not known what it mixes up." };
  return confused.map(
    ({ actual, predicted, images }) => `${images} images of ${actual} taken for ${predicted}`,
  );
}

function triedOf({ domain: { space }, trials, tellScore }: DesignerToolsState): JsonValue {
  const scored = trials.filter(isScored).sort((a, b) => b.outcome.score - a.outcome.score);
  const others = trials.filter((trial) => !isScored(trial) && isEvaluated(trial));
  const results = [
    ...scored.map(({ proposal, outcome, cost }) => ({
      design: shownDesign(space, proposal),
      ...(tellScore === undefined
        ? { percent: Number((100 * outcome.score).toFixed(2)) }
        : { result: tellScore(outcome.score) }),
      macCount: cost.macCount,
    })),
    ...others.map(({ proposal, outcome }) => ({
      design: shownDesign(space, proposal),
      result: outcome.kind === "failed" ? `failed: ${outcome.reason}` : "outside a limit",
    })),
  ];
  return {
    tried: results.slice(0, maxTried),
    ...(results.length > maxTried && { leftOut: results.length - maxTried }),
  };
}

/** A network from outside the space has a name and no digits. */
const shownDesign = (space: Space, proposal: Proposal) =>
  isDesignOf(space, proposal) ? toDigits(space, proposal.choices) : designName(space, proposal);

function expectedOf(
  domain: Domain,
  expect: NonNullable<DesignerToolsState["expect"]>,
  designs: readonly unknown[],
): JsonValue {
  return answerEach(domain, designs, (choices) => {
    if (!domain.isFeasible(choices)) return { error: "It is outside the limits." };
    const [expected] = expect([choices]);
    return expected === undefined
      ? { error: "Nothing is expected yet." }
      : {
          percent: Number((100 * expected.score).toFixed(2)),
          sd: Number((100 * expected.sd).toFixed(2)),
        };
  });
}
