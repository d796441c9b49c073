// A conversation in the form of the published ones, which the package cannot ship: twelve designs of NAS-Bench-Macro are
// asked for, reasons are given, and accuracies are fed back; one design is proposed twice. The accuracies are the table's.
import type { ChatMessage } from "../llm/index.ts";

const designs: readonly (readonly [design: string, accuracy: number])[] = [
  ["22222222", 92.95],
  ["22212220", 93.13],
  ["21212220", 92.93],
  ["22212202", 92.9],
  ["22112220", 92.9],
  ["22212220", 93.13],
  ["22210220", 92.9],
  ["12212220", 92.8],
  ["22212210", 92.9],
  ["22211220", 92.9],
  ["02012100", 88.3],
  ["22202220", 92.8],
];

const listOf = (design: string) => `[${[...design].join(", ")}]`;

/** The messages, each prompt with the results so far. */
export function madeUpConversation(): ChatMessage[] {
  return designs.flatMap(([design], index): ChatMessage[] => {
    const results = designs
      .slice(0, index)
      .map(([tried, accuracy]) => `${listOf(tried)} gives an accuracy of ${accuracy}%`);
    const told = index === 0 ? "" : `Results:\n${results.join("\n")}\n`;
    return [
      { role: "user", content: `${told}Please suggest a design of eight layers that maximises accuracy.` },
      {
        role: "assistant",
        content: `I propose ${listOf(design)}.\nLater stages gain from larger kernels, so the last layers are kept wide.`,
      },
    ];
  });
}
