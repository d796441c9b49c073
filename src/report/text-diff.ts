// What changed between two texts, line by line: a longest common subsequence, so that what is marked is as little as can be.
export interface DiffLine {
  readonly kind: "same" | "gone" | "new";
  readonly text: string;
}

/** The lines of both texts, in order: those of `from` alone are gone, those of `to` alone are new. */
export function diffLines(from: string, to: string): readonly DiffLine[] {
  const [a, b] = [from, to].map((text) => text.replace(/\n$/, "").split("\n")) as [string[], string[]];
  // How many lines from here on are common.
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const at = (row: number, column: number) => common[row]?.[column] ?? 0;
  for (let row = a.length - 1; row >= 0; row -= 1) {
    for (let column = b.length - 1; column >= 0; column -= 1) {
      const isSame = a[row] === b[column];
      (common[row] as Uint32Array)[column] = isSame
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [row, column] = [0, 0];
  while (row < a.length || column < b.length) {
    const [gone, fresh] = [a[row], b[column]];
    if (gone !== undefined && gone === fresh) {
      lines.push({ kind: "same", text: gone });
      row += 1;
      column += 1;
    } else if (fresh === undefined || (gone !== undefined && at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ kind: "gone", text: gone as string });
      row += 1;
    } else {
      lines.push({ kind: "new", text: fresh });
      column += 1;
    }
  }
  return lines;
}
