// Designs as points of a Gaussian process that is linear in their exact costs: the decisions, and the logarithms of both
// costs, from those of a first design, since only differences count.
import { createRandom } from "../../base/random.ts";
import type { Domain } from "../constraints/domain.ts";
import type { Choices } from "../space.ts";
import type { PointShape, Points } from "./gaussian-process.ts";

/** The decisions of a domain's space, as a process takes them. */
export function decisionShapes({ space }: Domain): PointShape["decisions"] {
  return space.decisions.map(({ options, kind }) => ({
    options: options.length,
    ordinal: kind === "ordinal",
  }));
}

/** `designs` with two features each: the logarithms of MACs and parameters, less those of `first`. */
export function designPoints(domain: Domain, first: Choices, designs: readonly Choices[]): Points {
  const costsOf = (choices: Choices) => {
    const { macCount, paramCount } = domain.costOf(choices);
    return [Math.log(1 + macCount), Math.log(1 + paramCount)];
  };
  const centre = costsOf(first);
  const features = designs.flatMap((choices) =>
    costsOf(choices).map((value, index) => value - (centre[index] as number)),
  );
  return {
    count: designs.length,
    choices: Uint8Array.from(designs.flat()),
    features: Float64Array.from(features),
  };
}

const drawn = 33;

/** A design of middling MACs among some that are allowed, always the same; undefined where none is allowed. */
export function middleDesign(domain: Domain): Choices | undefined {
  const random = createRandom("middle design", domain.space.name);
  const designs = Array.from({ length: drawn }, () => domain.sample(random)).filter(
    (choices) => choices !== undefined,
  );
  const macsOf = (choices: Choices) => domain.costOf(choices).macCount;
  return designs.sort((a, b) => macsOf(a) - macsOf(b))[designs.length >> 1];
}
