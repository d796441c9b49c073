// Weights of large networks as a file that is linked, since a compiler takes minutes and gigabytes for millions of numbers in text.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const array = /static const int8_t (\w+)\[(\d+)\] (\w+) = \{([^}]*)\};/g;
/** Shorter ones stay in the text. */
const minLength = 20_000;

/** The header without its large arrays, which lie in `NAME.bin` and are placed by the assembler text that is returned. */
export function withLinkedWeights(header: string, name: string, folder: string) {
  const parts: Int8Array[] = [];
  let placed = 0;
  const assembler = [".section .rodata"];
  const text = header.replace(array, (all, id: string, length: string, _attribute: string, body: string) => {
    if (Number(length) < minLength) return all;
    const numbers = Int8Array.from(
      body.split(",").filter((each) => each.trim() !== ""),
      Number,
    );
    if (numbers.length !== Number(length)) throw new Error(`${id}: ${numbers.length} of ${length} numbers`);
    assembler.push(
      `.global ${id}`,
      ".balign 16",
      `${id}:`,
      `.incbin "${name}.bin", ${placed}, ${numbers.length}`,
    );
    parts.push(numbers);
    placed += numbers.length;
    return `extern const int8_t ${id}[${length}];`;
  });
  writeFileSync(join(folder, `${name}.bin`), Buffer.concat(parts.map((part) => Buffer.from(part.buffer))));
  return { text, assembler: `${assembler.join("\n")}\n.section .note.GNU-stack,"",@progbits\n` };
}

/** The header with arrays of the same sizes and nothing in them, for a compiler that only says how large the program is. */
export const withoutWeights = (header: string): string =>
  header.replace(array, (all, id: string, length: string, attribute: string) =>
    Number(length) < minLength ? all : `static const int8_t ${id}[${length}] ${attribute} = {1};`,
  );
