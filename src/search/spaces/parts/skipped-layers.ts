// Spaces of stages in which a skipped layer is no layer, but for the first of a stage, which changes the shape: where in
// its stage a layer is skipped makes no difference to the network.
import type { Choices, Space } from "../../space.ts";

/** The networks of such a space; option 0 skips. `options` is the number of options of a layer. */
export function networksOfStages(
  lengths: readonly number[],
  options: number,
): NonNullable<Space["networks"]> {
  const starts = lengths.map((_, stage) => lengths.slice(0, stage).reduce((sum, length) => sum + length, 0));
  const countOf = (length: number) => {
    const sequences = Array.from({ length }, (_, kept) => (options - 1) ** kept);
    return options * sequences.reduce((sum, count) => sum + count, 0);
  };
  return {
    count: lengths.reduce((product, length) => product * countOf(length), 1),
    keyOf: (choices: Choices) =>
      lengths
        .map((length, stage) => {
          const start = starts[stage] as number;
          const later = choices.slice(start + 1, start + length).filter((option) => option !== 0);
          return [choices[start], ...later].join(".");
        })
        .join("|"),
  };
}
