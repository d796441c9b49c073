// What a model wrote, checked: a text in its reply, a space of the language, for these data, with designs inside the limits. What is wrong is
// told in the words in which a person would be told.
import { GeniusError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { createRandom } from "../../base/random.ts";
import { counted, formatCount } from "../../base/units.ts";
import { spaceOfText, type TextSpaceOptions } from "../../language/index.ts";
import { withoutThinking } from "../../llm/index.ts";
import { designCountOf } from "../../search/constraints/cost-model.ts";
import { anyDesign, createDomain, reachOf } from "../../search/constraints/create-domain.ts";
import { describeEmpty } from "../../search/constraints/describe-empty.ts";
import type { Domain } from "../../search/constraints/domain.ts";

export interface AuthoredSpace {
  readonly text: string;
  readonly reasons: string;
  /** The options with which the text's space suits the images and the classes. */
  readonly options: JsonObject;
  readonly domain: Domain;
  /** How large it is and what its ends cost, in words. */
  readonly facts: string;
}

export type CheckedSpace = AuthoredSpace | { readonly fault: string };

/** Draws by which the share inside the limits is told. */
const draws = 300;
/** Below this share the classical search would draw in vain. */
const leastShare01 = 0.01;
const maxReasons = 600;

/** The text in a reply: the last block between fences. Undefined where there is none. */
export function textIn(reply: string): { readonly text: string; readonly reasons: string } | undefined {
  const answer = withoutThinking(reply);
  const blocks = [...answer.matchAll(/^[ \t]*(`{3,}|~{3,})[^\n]*\n([\s\S]*?)^[ \t]*\1[ \t]*$/gm)];
  const last = blocks.at(-1);
  if (last === undefined) return undefined;
  const before = answer.slice(0, last.index).replaceAll(/\s+/g, " ").trim();
  return { text: `${(last[2] as string).trimEnd()}\n`, reasons: before.slice(0, maxReasons) };
}

/** @param domain The study's, whose images, classes and limits it must suit. */
export function checkAuthored(
  text: string,
  domain: Domain,
  { name, reasons = "" }: { readonly name: string; readonly reasons?: string },
): CheckedSpace {
  const { input, classCount } = domain.space;
  try {
    const definition = spaceOfText(text, "your text");
    const known = (definition.options as unknown as { readonly shape: object }).shape;
    const data: TextSpaceOptions = { channels: input[0], imageSize: [input[1], input[2]], classCount };
    const options = Object.fromEntries(Object.entries(data).filter(([option]) => option in known));
    const space = { ...definition.create(definition.options.parse(options)), name };
    if (space.input.join() !== input.join())
      return {
        fault: `your text is for images of ${space.input.join("x")}, and these are ${input.join("x")}: leave the input line out`,
      };
    if (space.classCount !== classCount)
      return {
        fault: `your text ends in ${space.classCount} scores, and there are ${classCount} classes: end with globalpool flatten linear classes`,
      };
    if (space.decisions.length === 0)
      return {
        fault:
          "your text has no alternatives, so it is one network: write some in braces, as in conv {16|24} k{3|5}",
      };
    const authored = createDomain(space, domain.limits);
    if (authored.sample(createRandom("feasible")) === undefined) return { fault: describeEmpty(authored) };
    const { share01, facts } = factsOf(authored);
    if (share01 < leastShare01)
      return {
        fault: `too few designs are inside the limits. ${facts} Choose alternatives nearer to the limits`,
      };
    return { text, reasons, options: options as JsonObject, domain: authored, facts };
  } catch (thrown) {
    if (thrown instanceof GeniusError) return { fault: thrown.message };
    throw thrown;
  }
}

function factsOf(domain: Domain): { readonly share01: number; readonly facts: string } {
  const { space } = domain;
  const random = createRandom("author", space.name);
  let inside = 0;
  for (let draw = 0; draw < draws; draw += 1) if (domain.isFeasible(anyDesign(space, random))) inside += 1;
  const share01 = inside / draws;
  const reach = reachOf(space);
  const ends =
    reach === undefined
      ? ""
      : ` They have ${formatCount(reach.minParamCount)} to ${formatCount(reach.maxParamCount)} parameters and ${formatCount(reach.minMacCount)} to ${formatCount(reach.maxMacCount)} MACs.`;
  return {
    share01,
    facts: `${counted(space.decisions.length, "decision")}, ${formatCount(designCountOf(space))} designs, about ${Math.round(100 * share01)} % of them inside the limits.${ends}`,
  };
}
