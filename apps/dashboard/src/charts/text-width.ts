// How wide words are when they are drawn: charts make room for their names from it, instead of cutting them.

/** The fonts of the page, as a canvas names them. */
export const family = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

/** Of a letter, as a share of the font's size, where nothing can measure it. */
const usualLetter = 0.58;

let context: CanvasRenderingContext2D | null | undefined;

/** In pixels, of one line. */
export function textWidth(text: string, fontSize: number): number {
  if (context === undefined)
    context = typeof document === "undefined" ? null : document.createElement("canvas").getContext("2d");
  if (context === null) return text.length * usualLetter * fontSize;
  context.font = `${fontSize}px ${family}`;
  return context.measureText(text).width;
}

export interface Room {
  /** In pixels. */
  readonly width: number;
  readonly fontSize: number;
}

/** In lines of that width, broken between words; a word that is longer is broken inside. */
export function linesOf(text: string, { width, fontSize }: Room): string[] {
  const lines: string[] = [];
  let line = "";
  const fits = (words: string) => textWidth(words, fontSize) <= width;
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (fits(longer)) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (line.length > 1 && !fits(line)) {
      let length = line.length - 1;
      while (length > 1 && !fits(line.slice(0, length))) length -= 1;
      lines.push(line.slice(0, length));
      line = line.slice(length);
    }
  }
  return line === "" ? lines : [...lines, line];
}
