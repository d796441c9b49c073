// What a search that started from a person's network changed in its text, line by line. For every surface.
import { lineDiff } from "../base/text-diff.ts";
import { designText } from "../language/index.ts";
import { isDesignOf } from "../search/proposed-network.ts";
import type { Space } from "../search/space.ts";
import type { RunRecord } from "../study/fold.ts";

/** Lines of `lineDiff`; undefined where the search started from no network, or nothing of it was changed. */
export function textChange(
  space: Space | undefined,
  { header, selected }: Pick<RunRecord, "header" | "selected">,
): readonly string[] | undefined {
  const { start } = header.config;
  if (start === undefined || selected === undefined || space === undefined) return undefined;
  if (!isDesignOf(space, selected.proposal)) return undefined;
  const [before, after] = [start.choices, selected.proposal.choices].map((choices) =>
    designText(space, choices),
  );
  return before === undefined || after === undefined || before === after
    ? undefined
    : lineDiff(before, after);
}
