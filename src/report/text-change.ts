// What a search that started from a person's network changed in its text, line by line. For every surface.
import { designText } from "../language/index.ts";
import { isDesignOf } from "../search/proposed-network.ts";
import type { Space } from "../search/space.ts";
import type { RunRecord } from "../study/fold.ts";
import { type DiffLine, diffLines } from "./text-diff.ts";

/** Undefined where the search started from no network, or nothing of it was changed. */
export function textChange(
  space: Space | undefined,
  { header, selected }: Pick<RunRecord, "header" | "selected">,
): readonly DiffLine[] | undefined {
  const { start } = header.config;
  if (start === undefined || selected === undefined || space === undefined) return undefined;
  if (!isDesignOf(space, selected.proposal)) return undefined;
  const [before, after] = [start.choices, selected.proposal.choices].map((choices) =>
    designText(space, choices),
  );
  return before === undefined || after === undefined || before === after
    ? undefined
    : diffLines(before, after);
}

/** A line with its sign: "- " where it is gone, "+ " where it is new. */
export const diffLineText = ({ kind, text }: DiffLine): string =>
  `${{ same: " ", gone: "-", new: "+" }[kind]} ${text}`;
