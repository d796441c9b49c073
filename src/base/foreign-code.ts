// Errors thrown by code that is not ours: a person's own space, strategy, evaluator or launcher. Those who read the message
// must look into that file, and not into genius.
import { fileURLToPath } from "node:url";
import { GeniusError, isAbort, messageOf } from "./errors.ts";

/** Ours are the folders beside this one, the packages that came with it, and its command. */
const root = fileURLToPath(new URL("../../", import.meta.url));
const own = ["src/", "dist/", "bin/", "node_modules/", "apps/"].map((folder) => `${root}${folder}`);

/** The first place in an error's stack that is in a file of someone else: `/home/me/own.ts:12:5`. */
export function foreignPlaceOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || thrown.stack === undefined) return undefined;
  for (const line of thrown.stack.split("\n")) {
    const match = /^\s+at (?:.*\()?(?:file:\/\/)?(\/[^()]*?|[A-Za-z]:\\[^()]*?):(\d+):(\d+)\)?$/.exec(line);
    const [, path, row, column] = match ?? [];
    if (path === undefined) continue;
    const file = decodeURI(path.replace(/\?.*$/, ""));
    if (own.some((folder) => file.startsWith(folder)) || /[/\\]node_modules[/\\]/.test(file)) continue;
    return `${file}:${row}:${column}`;
  }
  return undefined;
}

/** The error of foreign code as one that names its file; anything else as it is. */
export function namingForeignCode(thrown: unknown): unknown {
  if (thrown instanceof GeniusError || isAbort(thrown)) return thrown;
  const place = foreignPlaceOf(thrown);
  if (place === undefined) return thrown;
  return new GeniusError(
    "foreign-code",
    `An error in ${place}, which is not part of genius: ${messageOf(thrown)}`,
    {
      cause: thrown,
    },
  );
}

/**
 * What a member threw, as an error. A text, a number or nothing has no stack that names a file, so the member's kind is
 * named; ours throw errors only.
 */
export function asError(
  who: "The strategy" | "The evaluator" | "A program of your own",
  thrown: unknown,
): Error {
  if (thrown instanceof Error) return thrown;
  const { inspect } = process.getBuiltinModule("node:util");
  const shown = inspect(thrown, { depth: 1, breakLength: Number.POSITIVE_INFINITY }).slice(0, 200);
  return new GeniusError(
    "foreign-code",
    `${who} threw ${shown}, which is no Error and so names no place in its file. Throw new Error("…") there.`,
    { cause: thrown },
  );
}
