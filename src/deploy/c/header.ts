// A program as one C99 header: declarations for all who include it, and the whole network for the one file that defines
// NAME_IMPLEMENTATION before it does. It must not know which kernels there are.

import { named, outsideText } from "./naming.ts";
import { type Constant, type ElementType, type Program, type Step, usedKernels } from "./program.ts";
import { arrayText, commentText, floatLiteral, integerLiteral, stringLiteral } from "./text.ts";

export interface HeaderOptions {
  readonly program: Program;
  /** An identifier (`text.ts`): the file's name and the start of all names in it. */
  readonly name: string;
  /** The network in words. */
  readonly title: string;
  /** In the order of the scores. */
  readonly classNames: readonly string[];
}

/** The text of NAME.h. */
export function headerText({ program, name, title, classNames }: HeaderOptions): string {
  const { input, classCount, arenaBytes, elementType } = program;
  const [channels, height, width] = input;
  const pixel = channels === 3 ? "RGB" : channels === 1 ? "grey" : `${channels} channels`;
  const numbers = elementType === "float" ? "32-bit floats" : "8-bit integers";
  const outside = outsideText();
  const text = `/* net_.h: an image classifier in ${numbers}, written by genius-nas.
 *
 * ${outside.keep(commentText(title))}
 *
 * In one C file, and in no other:      #define NET_IMPLEMENTATION
 *                                      #include "net_.h"
 * Wherever it is called from:          #include "net_.h"
 *
 * C99 and ${program.usesMath ? "math.h (-lm)" : "stdint.h alone"}; no allocation, no files. One call at a time: all calls share one arena.
 *
 * Macros that may be defined before the implementation:
 *   NET_ARENA_ATTRIBUTE    where the arena lies, such as __attribute__((section(".dtcm"), aligned(16)))
 *   NET_WEIGHTS_ATTRIBUTE  where the weights lie, such as __attribute__((section(".qspi")))
 *   NET_HOOKS              the name of a file to include before the kernels, in quotes. It may define ${hooksOf(program)}
 *                          to functions with the arguments of the kernels below, to use a library such as CMSIS-NN.
 */
#ifndef NET_H
#define NET_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NET_HEIGHT ${height}
#define NET_WIDTH ${width}
#define NET_CHANNELS ${channels}
#define NET_CLASSES ${classCount}
/* RAM for feature maps. The stack comes on top: less than 1 kB, compiled by arm-none-eabi-gcc -Os for Cortex-M4. */
#define NET_ARENA_BYTES ${arenaBytes}

extern const char *const net_class_names[NET_CLASSES];

/* Classifies one image.
 * pixels: ${height} x ${width} pixels of ${channels === 1 ? "one byte" : `${channels} bytes`} (${pixel}), row by row from the top left, 0 to 255.
 * scores: room for NET_CLASSES numbers, one for each class, before softmax.
 * Returns the class with the highest score, from 0. */
int net_predict(const uint8_t *pixels, float *scores);

#ifdef __cplusplus
}
#endif

#endif /* NET_H */

#if defined(NET_IMPLEMENTATION) && !defined(NET_IMPLEMENTED)
#define NET_IMPLEMENTED

${program.usesMath ? "#include <math.h>\n\n" : ""}#ifndef NET_ARENA_ATTRIBUTE
#define NET_ARENA_ATTRIBUTE
#endif
#ifndef NET_WEIGHTS_ATTRIBUTE
#define NET_WEIGHTS_ATTRIBUTE
#endif

/* Sizes are counted in int. */
typedef char net_needs_int_of_32_bits[sizeof(int) >= 4 ? 1 : -1];

/* ---- Kernels: only those that this network uses. ---- */

${kernelTexts(program).join("\n\n")}

/* ---- Weights and layers. ---- */

const char *const net_class_names[NET_CLASSES] = {
${classNames.map((each) => `  ${outside.keep(stringLiteral(each))},`).join("\n")}
};

${constantTexts(program).join("\n\n")}

/* ---- The network. ---- */

static ${elementType} net_arena[NET_ARENA_BYTES${elementType === "float" ? " / 4" : ""}] NET_ARENA_ATTRIBUTE;

int net_predict(const uint8_t *pixels, float *scores) {
${program.readPixels.text}

${stepTexts(program, outside.keep).join("\n")}

${program.writeScores.text}
  int best = 0;
  for (int i = 1; i < NET_CLASSES; i += 1) {
    if (scores[i] > scores[best]) best = i;
  }
  return best;
}

#endif /* NET_IMPLEMENTATION */
`;
  return outside.putBack(named(text, name));
}

const hooksOf = (program: Program) =>
  usedKernels(program)
    .flatMap(({ hook }) => hook ?? [])
    .join(", ");

/** A kernel that has a hook is left out where the hook is defined. */
function kernelTexts(program: Program): readonly string[] {
  const texts: string[] = [];
  let hasHooks = false;
  for (const { text, hook } of usedKernels(program)) {
    if (hook === undefined) texts.push(text);
    else {
      if (!hasHooks) texts.push("#ifdef NET_HOOKS\n#include NET_HOOKS\n#endif");
      hasHooks = true;
      const [, name] = /^static void (\w+)\(/m.exec(text) as unknown as [string, string];
      texts.push(`#ifndef ${hook}\n${text}\n#define ${hook} ${name}\n#endif`);
    }
  }
  return texts;
}

const literalOf: Readonly<Record<ElementType, (value: number) => string>> = {
  float: floatLiteral,
  int8_t: integerLiteral,
  int16_t: integerLiteral,
  int32_t: integerLiteral,
};

const constantText = ({ name, type, values }: Constant) =>
  `static const ${type} ${name}[${values.length}] NET_WEIGHTS_ATTRIBUTE = ${arrayText(values, literalOf[type])};`;

function constantTexts({ readPixels, writeScores, steps }: Program): readonly string[] {
  const own = ({ constants, layer }: Pick<Step, "constants" | "layer">) => [
    ...constants.map(constantText),
    ...(layer === undefined ? [] : [layer]),
  ];
  return [readPixels, ...steps, writeScores].flatMap(own);
}

function stepTexts({ steps, kernels }: Program, keep: (text: string) => string): readonly string[] {
  let about = "";
  return steps.map((step) => {
    const hook = kernels[step.kernel]?.hook;
    const callee = hook ?? `net_${step.kernel.replaceAll("-", "_")}`;
    const comment = step.about === about ? "" : `  /* ${keep(commentText(step.about))} */\n`;
    about = step.about;
    return `${comment}  ${callee}(${step.arguments.join(", ")});`;
  });
}
