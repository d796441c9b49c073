// A file of the user's own that defines a member: loaded by its path, with this copy of genius-nas and of zod to import,
// and checked for the form of a definition. What a definition of a kind must have, its loader knows.
import { readFile, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { fileError, GeniusError, messageOf } from "./errors.ts";

/** Whether a name means a file of the user's own. */
export function isPath(name: string): boolean {
  return /[/\\]/.test(name) || /\.([cm]?[jt]s|txt)$/.test(name);
}

/** How a member is called in a sentence: a file by its name without the folder, others as they are named. */
export const calledShort = (name: string): string => (isPath(name) ? basename(name) : name);

const mostTextBytes = 1_000_000;

/**
 * Devices and pipes may never end, or give something else each time; what is missing and folders are told by whoever reads.
 * @throws GeniusError `bad-file` for what is neither a file nor a folder.
 */
export async function checkRegular(
  file: string,
  mostBytes: number = Number.POSITIVE_INFINITY,
): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || found.isDirectory()) return;
  if (!found.isFile())
    throw new GeniusError(
      "bad-file",
      `Cannot read ${file}: it is a device, a pipe or a socket, not a regular file. Check the path.`,
    );
  if (found.size <= mostBytes) return;
  const [size, most] = [found.size, mostBytes].map((bytes) => Math.ceil(bytes / 1e4) / 100);
  throw new GeniusError(
    "bad-file",
    `Cannot read ${file}: it has ${size} MB, and a text has at most ${most} MB. Check the path.`,
  );
}

/** A text of the language. @throws GeniusError when it cannot be read, is no regular file or has more than 1 MB. */
export async function readOwnText(file: string): Promise<string> {
  await checkRegular(file, mostTextBytes);
  return readFile(file, "utf8").catch((thrown: unknown) => {
    throw fileError(thrown, file, "read");
  });
}

/** The default export of a file. @throws GeniusError `bad-file` when it cannot be loaded. */
export async function loadOwnFile(kind: string, file: string): Promise<unknown> {
  await checkRegular(file);
  await stat(file).catch((thrown: unknown) => {
    throw fileError(thrown, file, `read the ${kind}`);
  });
  const { resolveOwnPackages } = await import("./own-packages.ts");
  resolveOwnPackages();
  try {
    return ((await import(pathToFileURL(resolve(file)).href)) as { default?: unknown }).default;
  } catch (thrown) {
    const why = `${messageOf(thrown)}${placeOfSyntax(thrown)}`;
    throw new GeniusError("bad-file", `The ${kind} ${file} could not be loaded: ${why}`, { cause: thrown });
  }
}

/** Where a text is no TypeScript, as Node writes it above the error's stack: the place, its lines and a mark below the last. */
function placeOfSyntax(thrown: unknown): string {
  const stack = thrown instanceof SyntaxError ? thrown.stack : undefined;
  const lines = stack?.split("\n") ?? [];
  const mark = lines.findIndex((line) => /^ *\^+$/.test(line));
  if (mark === -1 || !/:\d+$/.test(lines[0] ?? "")) return "";
  return `\n${lines[0]}\n${lines
    .slice(1, mark + 1)
    .map((line) => `    ${line}`)
    .join("\n")}`;
}

/** The fields that a definition must have, with what `typeof` says of them. */
export type Form = Readonly<Record<string, "string" | "object" | "function">>;

/** @throws GeniusError `bad-file` when a value lacks a field of its form. */
export function checkForm<D>(
  kind: string,
  value: unknown,
  { what, form }: { readonly what: string; readonly form: Form },
): D {
  const fields = (typeof value === "object" && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  const define = `define${kind[0]?.toUpperCase()}${kind.slice(1)}({ ${Object.keys(form).join(", ")}, … })`;
  for (const [field, type] of Object.entries(form)) {
    if (typeof fields[field] === type && fields[field] !== null) continue;
    throw new GeniusError(
      "bad-file",
      `${what} is no ${kind}. It needs ${type === "object" ? "an" : "a"} ${type} "${field}"; make it with ${define}.`,
    );
  }
  return value as D;
}
