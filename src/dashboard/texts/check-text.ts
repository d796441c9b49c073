// What a text of the language is, for a person who is writing it: its mistakes, or its costs, what it breaks and its drawing. Pure
// and slow for large spaces, so it runs in a thread of its own.
import { costOf } from "../../api/cost.ts";
import { type Bounds, judgeWithin } from "../../api/limit-verdict.ts";
import { GeniusError } from "../../base/errors.ts";
import { predictionInWords } from "../../graph/device.ts";
import { placedFaults, spaceOfText, type TextSpaceOptions } from "../../language/index.ts";
import { outlineOf, violationInWords } from "../../report/index.ts";
import { designCountOf } from "../../search/constraints/cost-model.ts";
import { networkViolations, reachOf } from "../../search/constraints/create-domain.ts";
import { limitsInWords } from "../../search/constraints/limit-words.ts";
import type { Space } from "../../search/space.ts";
import type { Shape, StageView, TextCheck, TextFacts } from "../api.ts";

export interface TextTask extends Bounds {
  readonly text: string;
  readonly input: Shape;
  readonly classCount: number;
  readonly choices: readonly number[];
}

/** Mistakes that are shown at once: most follow from the first. */
const maxFaults = 20;

export function checkText(task: TextTask): TextCheck {
  try {
    return factsOf(spaceFor(task), task);
  } catch (thrown) {
    if (!(thrown instanceof GeniusError)) throw thrown;
    const placed = placedFaults(thrown);
    const message = thrown.message.replace(/^the text: /, "");
    return { kind: "faults", faults: placed?.slice(0, maxFaults) ?? [{ message }] };
  }
}

function spaceFor({ text, input, classCount }: TextTask): Space {
  const definition = spaceOfText(text, "the text");
  // What the text settles is no option.
  const known = (definition.options as unknown as { readonly shape: object }).shape;
  const data: TextSpaceOptions = { channels: input[0], imageSize: [input[1], input[2]], classCount };
  const options = Object.fromEntries(Object.entries(data).filter(([option]) => option in known));
  return definition.create(definition.options.parse(options));
}

function factsOf(space: Space, { choices, limits, device }: TextTask): TextFacts {
  const { decisions } = space;
  // The text may have changed since they were chosen.
  const design = decisions.map(({ options }, index) => Math.min(choices[index] ?? 0, options.length - 1));
  const network = space.decode(design);
  const costs = costOf(network);
  const latency = device && predictionInWords(device, costs.macCount);
  const facts = {
    ...{ inputShape: space.input, classCount: space.classCount, costs },
    violations: networkViolations(network, limits).map(violationInWords),
    limits: limitsInWords(limits),
    ...(latency !== undefined && { latency }),
    stages: outlineOf(network) as readonly StageView[],
  };
  if (decisions.length === 0) return { kind: "network", ...facts };
  const reach = reachOf(space);
  const inside = judgeWithin({ limits }).verdictOfText(space).words.at(0);
  return {
    kind: "space",
    ...facts,
    space: {
      decisions: decisions.map(({ name, options }) => ({ name, options: options.map(({ label }) => label) })),
      choices: design,
      designs: designCountOf(space),
      ...(reach !== undefined && { reach }),
      ...(inside !== undefined && { inside }),
    },
  };
}
