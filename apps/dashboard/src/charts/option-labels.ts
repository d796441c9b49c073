// Names of options on an axis: broken into a few lines, and where they are cut still told apart.
import { plain } from "./frame.ts";

const maxLines = 3;
const lineHeight = 13;
const letterWidth = 6.2;
/** A line is seldom full, since words stay whole. */
const full01 = 0.8;

/** Labels in lines of that many pixels, three at most. */
export function brokenLabels(labels: readonly string[], width: number) {
  const perLine = Math.max(5, (full01 * width) / letterWidth);
  const shown = shortLabels(labels, Math.floor(maxLines * perLine));
  const lines = Math.max(1, ...shown.map(({ length }) => Math.ceil(length / perLine)));
  return {
    shown,
    height: Math.min(maxLines, lines) * lineHeight,
    style: { width, overflow: "break", lineHeight, fontSize: 11 },
  };
}

/** Labels of at most that many letters: one that would be cut to what another begins with loses its beginning instead. */
export function shortLabels(labels: readonly string[], most: number): string[] {
  const whole = labels.map((label) => plain(label));
  return whole.map((label, place) => {
    if (label.length <= most) return label;
    const alike = whole.filter((other, at) => at !== place && other.startsWith(label.slice(0, most - 1)));
    if (alike.length === 0) return plain(label, most);
    const shared = Math.max(...alike.map((other) => sharedLength(label, other)));
    // From the beginning of the part in which they differ.
    const start = label.slice(0, shared).lastIndexOf(",") + 1;
    return plain(`…${label.slice(start).trimStart()}`, most);
  });
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}
