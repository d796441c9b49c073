// What a text of the language comes to: the costs of a network, or the size and reach of a space.
import { costOf } from "../api/cost.ts";
import { GeniusError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { counted, formatCount } from "../base/units.ts";
import { peakActivationBytes } from "../graph/cost.ts";
import { designCountOf } from "../search/constraints/cost-model.ts";
import { reachOf } from "../search/constraints/create-domain.ts";
import { designAt } from "../search/sampling/unseen.ts";
import type { Space } from "../search/space.ts";
import { costInWords } from "./cost-words.ts";

/** Networks of this many designs are told apart in about a second. */
const countedDesigns = 1_000;

/** For --json: a network's costs, or a space's decisions, designs and reach (null where it cannot be known exactly). */
export function factsOfText(space: Space): JsonObject {
  if (space.decisions.length === 0) {
    const network = space.decode([]);
    return { ...costOf(network), peakActivationBytes: peakActivationBytes(network) } as unknown as JsonObject;
  }
  const reach = reachOf(space);
  return {
    designs: designCountOf(space),
    networks: networkCountOf(space) ?? null,
    reach: reach === undefined ? null : { ...reach },
    decisions: space.decisions.map(({ name, options }) => ({
      ...{ name, options: options.map(({ label }) => label) },
    })),
  };
}

/** @throws GeniusError `wrong-use` for a space that the language cannot say, with why. */
export function textOfSpace(space: Space): string {
  const said = space.asText?.() ?? { unsayable: "it is a program, and gives no text of itself" };
  if ("text" in said) return said.text;
  throw new GeniusError("wrong-use", `${space.name} cannot be written as a text: ${said.unsayable}.`);
}

/** How many different networks there are; undefined where counting them would take too long. */
function networkCountOf(space: Space): number | undefined {
  const { networks } = space;
  const designs = designCountOf(space);
  if (networks === undefined) return designs;
  if (networks.count !== undefined || designs > countedDesigns) return networks.count;
  return new Set(Array.from({ length: designs }, (_, place) => networks.keyOf(designAt(space, place)))).size;
}

export function textInWords(space: Space): readonly string[] {
  const { decisions, name, input } = space;
  if (decisions.length === 0) {
    const network = space.decode([]);
    return [`${name}  ${costInWords(costOf(network))}, for images ${input.join("×")}`];
  }
  const reach = reachOf(space);
  const width = Math.max(...decisions.map((decision) => decision.name.length));
  const [designs, networks] = [designCountOf(space), networkCountOf(space)];
  const count = `${formatCount(designs)} designs${networks === undefined || networks === designs ? "" : ` (${formatCount(networks)} networks)`}`;
  return [
    `${name}  ${counted(decisions.length, "decision")}, ${count}, for images ${input.join("×")}`,
    reach === undefined
      ? "Its smallest and largest design are not known exactly: too many alternatives meet in one layer."
      : `From ${formatCount(reach.minParamCount)} to ${formatCount(reach.maxParamCount)} parameters and from ${formatCount(reach.minMacCount)} to ${formatCount(reach.maxMacCount)} MACs.`,
    ...decisions.map(
      (decision) =>
        `  ${decision.name.padEnd(width)}  ${decision.options.map(({ label }) => label).join(" | ")}`,
    ),
  ];
}
