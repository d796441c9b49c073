// A file of the user's own that defines a member: loaded by its path, with this copy of genius-nas and of zod to import,
// and checked for the form of a definition. What a definition of a kind must have, its loader knows.
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { GeniusError, messageOf } from "./errors.ts";
import { resolveOwnPackages } from "./own-packages.ts";

/** Whether a name means a file of the user's own. */
export function isPath(name: string): boolean {
  return /[/\\]/.test(name) || /\.([cm]?[jt]s|txt)$/.test(name);
}

/** How a member is called in a sentence: a file by its name without the folder, others as they are named. */
export const calledShort = (name: string): string => (isPath(name) ? basename(name) : name);

/** The default export of a file. @throws GeniusError `bad-file` when it cannot be loaded. */
export async function loadOwnFile(kind: string, file: string): Promise<unknown> {
  resolveOwnPackages();
  try {
    return ((await import(pathToFileURL(resolve(file)).href)) as { default?: unknown }).default;
  } catch (thrown) {
    throw new GeniusError("bad-file", `The ${kind} ${file} could not be loaded: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
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
