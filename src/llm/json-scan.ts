// Finds the whole values in a JSON array whose end is missing, so that a file cut by a full disk or a stopped
// download still gives what it has. Knows JSON's brackets and strings, and nothing of what the values mean.

export interface Scanned {
  readonly elements: readonly unknown[];
  /** The character at which something stands that no array may have there; undefined when the text just ends. */
  readonly damagedAt?: number;
}

/** The elements of the array whose first element begins at or after `start`, up to the end of the text. */
export function completeElements(text: string, start: number): Scanned {
  const elements: unknown[] = [];
  let at = start;
  for (;;) {
    const begin = skip(text, at, " \t\r\n");
    const end = endOfValue(text, begin);
    if (end === undefined) return { elements };
    const after = skip(text, end, " \t\r\n");
    // A bare value that touches the end, such as 12, may have been longer.
    if (after >= text.length && !`}]"`.includes(text[end - 1] ?? "")) return { elements };
    try {
      elements.push(JSON.parse(text.slice(begin, end)) as unknown);
    } catch {
      return { elements, damagedAt: begin };
    }
    if (after >= text.length) return { elements };
    if (text[after] === "]") return tail(text, after + 1, elements);
    if (text[after] !== ",") return { elements, damagedAt: after };
    at = after + 1;
  }
}

/** The array is closed, so what is missing is after it: only the end of the object around it can be. */
function tail(text: string, from: number, elements: readonly unknown[]): Scanned {
  const at = skip(text, from, " \t\r\n");
  return at >= text.length || text[at] === "," ? { elements } : { elements, damagedAt: at };
}

/** One past the value that begins at `begin`; undefined when the text ends first. */
function endOfValue(text: string, begin: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = begin; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (inString) {
      if (character === "\\") at += 1;
      else if (character === '"') {
        inString = false;
        if (depth === 0) return at + 1;
      }
    } else if (character === '"') {
      inString = true;
    } else if (character === "{" || character === "[") {
      depth += 1;
    } else if (character === "}" || character === "]") {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (character === "," && depth === 0) {
      return at;
    }
  }
  return depth === 0 && !inString && begin < text.length ? text.length : undefined;
}

function skip(text: string, from: number, characters: string): number {
  let at = from;
  while (at < text.length && characters.includes(text[at] ?? "")) at += 1;
  return at;
}
