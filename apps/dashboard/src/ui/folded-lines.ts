// The lines of a comparison with long stretches that stayed the same folded away. Pure.
import type { DiffLine } from "../../../../src/report/text-diff.ts";
import { plural } from "../format.ts";

export interface ShownLine {
  readonly kind: DiffLine["kind"] | "folded";
  readonly text: string;
}

/** Lines further from a change than `context` as one line that counts them. */
export function foldedLines(lines: readonly DiffLine[], context: number): readonly ShownLine[] {
  const changed = lines.flatMap(({ kind }, place) => (kind === "same" ? [] : [place]));
  const near = new Set(
    changed.flatMap((place) => Array.from({ length: 2 * context + 1 }, (_, step) => place - context + step)),
  );
  const shown: ShownLine[] = [];
  let hidden = 0;
  const close = () => {
    if (hidden > 0) shown.push({ kind: "folded", text: `${plural(hidden, "line")} as before` });
    hidden = 0;
  };
  for (const [place, line] of lines.entries()) {
    if (near.has(place)) {
      close();
      shown.push(line);
    } else hidden += 1;
  }
  close();
  return shown;
}
