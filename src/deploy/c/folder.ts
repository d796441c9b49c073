// The folder that a C export is: the header, a program that tries it on three images, one that times it, these images, and how to use it all.
// It must not know where the network or the images come from.
import { withoutHidden } from "../../base/hidden-characters.ts";
import { headerText } from "./header.ts";
import { latencyText } from "./latency-program.ts";
import { named, outsideText } from "./naming.ts";
import { constantBytes, type Program, usedKernels } from "./program.ts";
import { floatLiteral, stringLiteral } from "./text.ts";

export interface CExample {
  /** [height, width, channels], 0 to 255. */
  readonly pixels: Uint8Array;
  /** What the network gives for it. */
  readonly scores: ArrayLike<number>;
}

export interface CFolderOptions {
  readonly program: Program;
  /** An identifier (`text.ts`). */
  readonly name: string;
  /** The network in words. */
  readonly title: string;
  readonly classNames: readonly string[];
  readonly examples: readonly CExample[];
  /** Hooks for CMSIS-NN, of a network in 8 bits (`cmsis-nn.ts`). */
  readonly hooks?: string;
  /** Lines for the README on where the network comes from and what it is worth. */
  readonly remarks?: readonly string[];
}

/** The files, by name. */
export function cFolder(options: CFolderOptions): ReadonlyMap<string, string | Uint8Array> {
  const classNames = options.classNames.map(withoutHidden);
  const title = withoutHidden(options.title);
  const given = { ...options, classNames, title };
  const files = new Map<string, string | Uint8Array>();
  files.set(`${options.name}.h`, headerText(given));
  if (given.hooks !== undefined) files.set(`${options.name}_cmsis_nn.h`, given.hooks);
  files.set("main.c", mainText(given));
  files.set("latency.c", latencyText(options.name));
  files.set("README.md", readmeText(given));
  for (const [index, { pixels }] of options.examples.entries()) files.set(imageName(index), pixels);
  return files;
}

const imageName = (index: number) => `image-${index + 1}.raw`;

function mainText({ program, name, examples }: CFolderOptions): string {
  const isExact = program.elementType !== "float";
  const rows = examples.map(({ scores }) => `  {${Array.from(scores, floatLiteral).join(", ")}},`);
  return named(
    `/* Classifies the images beside this file and compares the scores with those that the network gave when it was exported.
   Its exit code is 0 if all agree. */
#include <stdio.h>

#define NET_IMPLEMENTATION
#include "net_.h"

#define IMAGES ${examples.length}
${isExact ? "/* Integers: every result is exact. */\n#define TOLERANCE 0.0f" : "/* Floats: the order of additions differs from one processor to the other. */\n#define TOLERANCE 1e-4f"}

static const char *const files[IMAGES] = {${examples.map((_, index) => stringLiteral(imageName(index))).join(", ")}};

static const float expected[IMAGES][NET_CLASSES] = {
${rows.join("\n")}
};

static uint8_t pixels[NET_HEIGHT * NET_WIDTH * NET_CHANNELS];

static float size_of(float value) { return value < 0.0f ? -value : value; }

int main(void) {
  int wrong = 0;
  for (int i = 0; i < IMAGES; i += 1) {
    FILE *file = fopen(files[i], "rb");
    if (file == NULL || fread(pixels, 1, sizeof pixels, file) != sizeof pixels) {
      fprintf(stderr, "Cannot read %s: run this where it lies.\\n", files[i]);
      return 2;
    }
    fclose(file);
    float scores[NET_CLASSES];
    const int best = net_predict(pixels, scores);
    printf("%s: %s\\n", files[i], net_class_names[best]);
    for (int c = 0; c < NET_CLASSES; c += 1) {
      const float difference = size_of(scores[c] - expected[i][c]);
      const int agrees = difference <= TOLERANCE * (1.0f + size_of(expected[i][c]));
      printf("  %.9g %s%s\\n", (double)scores[c], net_class_names[c], agrees ? "" : " (unexpected)");
      if (!agrees) wrong += 1;
    }
  }
  if (wrong > 0) {
    printf("%d scores are not as expected.\\n", wrong);
    return 1;
  }
  printf("All scores are as expected.\\n");
  return 0;
}
`,
    name,
  );
}

function readmeText(options: CFolderOptions): string {
  const { program, name, title, remarks = [], classNames, examples, hooks } = options;
  const [channels, height, width] = program.input;
  const isFloat = program.elementType === "float";
  const math = program.usesMath ? " -lm" : "";
  const outside = outsideText();
  const shown = (text: string) => outside.keep(markdownText(text));
  const macros = usedKernels(program).flatMap(({ hook }) => (hook === undefined ? [] : [`\`${hook}\``]));
  const pixel =
    channels === 1
      ? "one byte each (grey)"
      : channels === 3
        ? "three bytes each (red, green, blue)"
        : `${channels} bytes each`;
  const text = `# ${shown(title)}

An image classifier as one C header, \`net_.h\`: C99${isFloat ? " with `math.h`" : ""}, no allocation, no other files. ${isFloat ? "It computes in 32-bit floats." : "It computes in 8-bit integers, with the same result on every processor."}
${remarks.map((line) => `\n${shown(line)}\n`).join("")}
| | |
|---|---|
| input | ${height} × ${width} pixels, ${pixel}, row by row from the top left; normalisation is inside |
| output | ${program.classCount} scores before softmax; the class with the highest one is returned |
| RAM | ${program.arenaBytes.toLocaleString("en")} bytes of arena (\`NET_ARENA_BYTES\`), and a stack of less than 1 kB (\`arm-none-eabi-gcc -Os -fstack-usage\`, Cortex-M4) |
| flash | ${constantBytes(program).toLocaleString("en")} bytes of weights and tables, and the code |

## Call it

\`\`\`c
#define NET_IMPLEMENTATION /* in one C file only */
#include "net_.h"

uint8_t pixels[NET_HEIGHT * NET_WIDTH * NET_CHANNELS]; /* from the camera */
float scores[NET_CLASSES];
int best = net_predict(pixels, scores);
puts(net_class_names[best]);
\`\`\`

Scale and crop images to ${height} × ${width} as those that it was trained on. The probability of a class is \`exp\` of its score, divided by the
sum over all classes.${cutOffText(program)} All calls share one arena: make one call at a time.

## Try it

\`main.c\` classifies the raw images beside it and compares the scores with those at export:

\`\`\`sh
gcc -std=c99 -O3 -Wall -Wextra -Werror main.c -o try${math} && ./try
\`\`\`

| image | class |
|---|---|
${examples.map(({ scores }, index) => `| \`${imageName(index)}\` | ${shown(classNames[highest(scores)] ?? "")} |`).join("\n")}

\`latency.c\`, compiled in the same way, says how many milliseconds one image takes on the processor that it runs on, in the words of
\`genius latency\` and as its JSON line.

For a microcontroller: \`arm-none-eabi-gcc -std=c99 -mcpu=cortex-m4 -mthumb -Os -ffunction-sections -fdata-sections -c\`, and
\`arm-none-eabi-size\` says what it takes.

## Place it, and make it faster

Define these before the implementation is included:

- \`NET_ARENA_ATTRIBUTE\`: where the arena lies, such as \`__attribute__((section(".dtcm"), aligned(16)))\`.
- \`NET_WEIGHTS_ATTRIBUTE\`: where weights and tables lie, such as \`__attribute__((section(".qspi")))\`.
- \`NET_HOOKS\`: a file with kernels of your own, in quotes. It is included after the types and before the kernels. Where it defines
  ${macros.join(", ")} as a function with the arguments of the kernel of that name, the network calls that function
  instead. Maps are \`[height][width][channels]\`.
${hooks === undefined ? "" : '\n`net_cmsis_nn.h` is such a file for [CMSIS-NN](https://github.com/ARM-software/CMSIS-NN) on Arm processors: `#define NET_HOOKS "net_cmsis_nn.h"`.\nIt gives the same results bit by bit.\n'}`;
  return outside.putBack(named(text, name));
}

/** Where 8-bit scores end, which a probability must not overlook. */
const cutOffText = ({ lowestScore }: Program) =>
  lowestScore === undefined
    ? ""
    : ` Scores end at ${Number(lowestScore.toPrecision(4))}, below which the second-best classes of the training images
seldom were: a class with this score may have a lower one, so that its probability is at most what this gives, and the others' are a little
higher.`;

function highest(scores: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < scores.length; index += 1) if (scores[index]! > scores[best]!) best = index;
  return best;
}

/** Text that makes no markup. */
function markdownText(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*_[\]{}|~!<>&#]/g, (found) => `&#${found.charCodeAt(0)};`);
}
