// A text with alternatives as a search space: each pair of braces is a decision. That every design is a network is proved
// when the space is made, by trying the few choices that meet at each layer, so that a search never meets one that is not.
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { createRandom } from "../base/random.ts";
import { canonicalKey } from "../graph/canonical.ts";
import type { Network } from "../graph/network.ts";
import { inferShapes } from "../graph/shapes.ts";
import { keyOf } from "../search/choices.ts";
import { anyDesign } from "../search/constraints/create-domain.ts";
import {
  type Choices,
  type Decision,
  defineSpace,
  type Space,
  type SpaceDefinition,
} from "../search/space.ts";
import { type ImageSize, imageSizeOption, sidesOf } from "../tasks/image-size.ts";
import { elaborate } from "./elaborate.ts";
import { errorOf, FaultError, lineAt, placeOf } from "./faults.ts";
import type { OpenChoice, Program } from "./program.ts";
import { checkCountable, networkOfProgram, readProgram } from "./read.ts";
import { scopesOf } from "./scopes.ts";

export interface TextSpaceOptions {
  readonly imageSize?: ImageSize | undefined;
  readonly channels?: number | undefined;
  readonly classCount?: number | undefined;
}

/** Above this many combinations the fit is tried on a sample. */
const maxProof = 20_000;
const sampled = 1_000;
const maxKnownKeys = 100_000;

/**
 * The space that a text describes; a text without alternatives is a space of one design.
 * @param source How errors call the text, such as its file.
 * @throws GeniusError `bad-file` that shows each mistake with its line and column.
 */
export function spaceOfText(text: string, source: string): SpaceDefinition<TextSpaceOptions> {
  const program = readProgram(text, source);
  const name = program.name ?? nameOfFile(source);
  const { input, usesClasses, choices } = program;
  const count = choices.reduce((product, { options }) => product * options.length, 1);
  const summary = `A space written as a text: ${choices.length} decisions, ${count.toLocaleString("en")} designs.`;
  // What the text settles is no option.
  const options = z.strictObject({
    ...(input === undefined && {
      imageSize: imageSizeOption({ min: 1, max: 4096 })
        .prefault(32)
        .describe("image height and width in pixels"),
      channels: z.int().min(1).max(4096).default(3).describe("image channels: 3 for colour, 1 for grey"),
    }),
    ...(usesClasses && { classCount: z.int().min(2).max(100_000).default(10).describe("how many classes") }),
  }) as unknown as z.ZodType<TextSpaceOptions>;
  return defineSpace({
    ...{ name, summary, source: "a text of one's own", options, text },
    fit: ({ imageSize, channels, classCount }) => ({
      ...(input === undefined && { imageSize, channels }),
      ...(usesClasses && { classCount }),
    }),
    create: (given) => createSpace(program, { ...given, name, source, summary }),
  });
}

/** The file's name without its folder and ending. */
const nameOfFile = (file: string): string => file.replace(/^.*[/\\]|\.[A-Za-z0-9]+$/g, "") || "text";

function createSpace(
  program: Program,
  setting: TextSpaceOptions & { readonly name: string; readonly source: string; readonly summary: string },
): Space {
  const { imageSize = 32, channels = 3, classCount = 10, name, source, summary } = setting;
  const input = program.input ?? ([channels, ...sidesOf(imageSize)] as const);
  const decode = (choices: Choices) => elaborate(program, { choices, input, classCount, name });
  const first = networkOfProgram(program, source, {
    choices: program.choices.map(() => 0),
    input,
    classCount,
    name,
  });
  const output = inferShapes(first.nodes).get(first.nodes.at(-1)?.id as string);
  if (output === undefined || output[1] !== 1 || output[2] !== 1) {
    throw new GeniusError(
      "bad-file",
      `${source}: the last layer gives [${output?.join(", ")}] and must give one score a class: end with globalpool flatten linear classes.`,
    );
  }
  const scopes = scopesOf(program, { input, classCount });
  const isSmall = (
    sets: readonly (readonly number[])[] | undefined,
  ): sets is readonly (readonly number[])[] =>
    sets !== undefined && combinationsOf(sets, program.choices) <= maxProof;
  const costScopes = isSmall(scopes?.cost) ? scopes?.cost : undefined;
  const space: Space = {
    ...{ name, summary, input, classCount: output[0], decisions: decisionsOf(program), firstDigit: 0 },
    isText: true,
    asText: () => ({ text: program.text }),
    networks: { keyOf: networkKeys(decode) },
    decode: (choices) => {
      const network = decode(choices);
      return { ...network, name: choices.length === 0 ? network.name : `${name}/${keyOf(space, choices)}` };
    },
    ...(costScopes !== undefined && { costScopes }),
  };
  const designs = isSmall(scopes?.fit) ? combinations(scopes.fit, program.choices) : sampleOf(space);
  const corners = [0, 1].map((corner) => program.choices.map(({ options }) => corner * (options.length - 1)));
  for (const tried of [designs, corners])
    checkFit(program, source, { designs: tried, decode, classCount: output[0] });
  for (const corner of corners) checkCountable(decode(corner), source);
  return space;
}

/** Choices that make no difference, such as those of an alternative that is not taken, leave no trace in the key. */
function networkKeys(decode: (choices: Choices) => Network): (choices: Choices) => string {
  const known = new Map<string, string>();
  return (choices) => {
    const vector = choices.join();
    const key = known.get(vector) ?? canonicalKey(decode(choices));
    if (known.size >= maxKnownKeys) known.clear();
    known.set(vector, key);
    return key;
  };
}

function decisionsOf({ text, choices }: Program): readonly Decision[] {
  return choices.map(({ name, offset, options, values }) => {
    const isSorted =
      values?.every((value, index) => index === 0 || value > (values[index - 1] as number)) ?? false;
    const line = lineAt(text, offset).replace(/#.*/, "").trim();
    return {
      name,
      meaning: `${name}, in line ${placeOf(text, offset).line} of the text: ${line}`,
      kind: isSorted ? "ordinal" : "categorical",
      about: "architecture",
      options: options.map((label, index) => {
        const value = values?.[index];
        return { label, ...(value !== undefined && { value }) };
      }),
    };
  });
}

const combinationsOf = (sets: readonly (readonly number[])[], choices: readonly OpenChoice[]) =>
  sets.reduce((total, set) => total + set.reduce((product, index) => product * sizeOf(choices, index), 1), 1);

const sizeOf = (choices: readonly OpenChoice[], index: number) => choices[index]?.options.length ?? 1;

/** For each set all combinations of its choices, with first options elsewhere. */
function* combinations(
  sets: readonly (readonly number[])[],
  choices: readonly OpenChoice[],
): Generator<Choices, void> {
  for (const set of sets) {
    const count = set.reduce((product, index) => product * sizeOf(choices, index), 1);
    for (let entry = 0; entry < count; entry += 1) {
      const design = choices.map(() => 0);
      let rest = entry;
      for (const index of set) {
        design[index] = rest % sizeOf(choices, index);
        rest = Math.floor(rest / sizeOf(choices, index));
      }
      yield design;
    }
  }
}

function* sampleOf(space: Space): Generator<Choices, void> {
  const random = createRandom("text-space", space.name);
  for (let draw = 0; draw < sampled; draw += 1) yield anyDesign(space, random);
}

interface FitSetting {
  readonly designs: Iterable<Choices>;
  readonly decode: (choices: Choices) => ReturnType<typeof elaborate>;
  readonly classCount: number;
}

/** @throws GeniusError `bad-file` that names the choices that do not fit together, and where they fail. */
function checkFit(program: Program, source: string, { designs, decode, classCount }: FitSetting): void {
  const faultOf = (choices: Choices): FaultError | undefined => {
    try {
      const { nodes } = decode(choices);
      const output = inferShapes(nodes).get(nodes.at(-1)?.id as string);
      if (output?.[0] === classCount && output[1] === 1 && output[2] === 1) return undefined;
      return new FaultError(
        program.text.length,
        `the last layer gives [${output?.join(", ")}] in place of [${classCount}, 1, 1]`,
      );
    } catch (thrown) {
      if (thrown instanceof FaultError) return thrown;
      throw thrown;
    }
  };
  const first = program.choices.map(() => 0);
  for (const design of designs) {
    const fault = faultOf(design);
    if (fault === undefined) continue;
    // The choices that matter: those that make it fit when they are taken back.
    let culprit = design;
    for (const [index, choice] of design.entries()) {
      const without = culprit.with(index, first[index] as number);
      if (choice !== 0 && faultOf(without) !== undefined) culprit = without;
    }
    const words = culprit.flatMap((choice, index) => {
      const { name, options } = program.choices[index] as OpenChoice;
      return choice === 0 ? [] : `${name} = ${options[choice]}`;
    });
    const { offset, message } = faultOf(culprit) ?? fault;
    const under = words.length === 0 ? "" : `with ${words.join(", ")}: `;
    throw errorOf(program.text, source, [
      { offset, message: `${under}${message}. Every combination of alternatives must be a network` },
    ]);
  }
}
