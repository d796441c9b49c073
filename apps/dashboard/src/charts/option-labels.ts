// Names of options on an axis: broken into a few lines, and where they are cut still told apart.
import { plain } from "./frame.ts";
import { linesOf, type Room, textWidth } from "./text-width.ts";

const maxLines = 5;

/** The largest in which no word is broken and nothing is cut; else in which no word is broken; else the smallest. */
const fontSizes = [11, 10, 9] as const;

interface BrokenLabels {
  /** With line ends. */
  readonly shown: readonly string[];
  readonly height: number;
  readonly style: { readonly lineHeight: number; readonly fontSize: number };
}

/** Most decisions of a space have the same options. */
const known = new Map<string, BrokenLabels>();

/** Labels in lines of that many pixels, five at most, broken between words. */
export function brokenLabels(labels: readonly string[], width: number): BrokenLabels {
  const key = JSON.stringify([Math.round(width), labels]);
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size > 200) known.clear();
  const made = broken(labels, width);
  known.set(key, made);
  return made;
}

function broken(labels: readonly string[], width: number): BrokenLabels {
  const words = labels.flatMap((label) => plain(label, 120).split(" "));
  const isWhole = (fontSize: number) => words.every((word) => textWidth(word, fontSize) <= width);
  const wholeAt = (fontSize: number) =>
    labels.map((label) => linesOf(plain(label, 120), { width, fontSize }));
  const isUncut = (fontSize: number) => wholeAt(fontSize).every(({ length }) => length <= maxLines);
  const fontSize =
    fontSizes.find((size) => isWhole(size) && isUncut(size)) ?? fontSizes.find(isWhole) ?? fontSizes.at(-1)!;
  const room = { width, fontSize };
  const whole = wholeAt(fontSize);
  const isCut = !isUncut(fontSize);
  const texts = isCut ? tellingApart(labels, room) : whole;
  const lineHeight = room.fontSize + 2;
  return {
    shown: texts.map((text) => text.join("\n")),
    height: Math.max(1, ...texts.map(({ length }) => length)) * lineHeight,
    style: { lineHeight, fontSize: room.fontSize },
  };
}

/** The longest labels that fit; those that begin alike lose their beginning. */
function tellingApart(labels: readonly string[], room: Room): string[][] {
  const [longest, narrowLetter] = [Math.max(...labels.map(({ length }) => length)), room.fontSize / 3];
  for (let most = Math.min(longest, Math.ceil((maxLines * room.width) / narrowLetter)); most > 4; most -= 1) {
    const texts = shortLabels(labels, most).map((label) => linesOf(label, room));
    if (texts.every((lines) => lines.length <= maxLines)) return texts;
  }
  return shortLabels(labels, 4).map((label) => [label]);
}

/** Labels of at most that many letters: one that would be cut to what another begins with loses its beginning instead. */
export function shortLabels(labels: readonly string[], most: number): string[] {
  const whole = labels.map((label) => plain(label, 120));
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
