// A file of the user's own that defines a member: loaded by its path, with this copy of genius-nas and of zod to import,
// and checked for the form of a definition. What a definition of a kind must have, its loader knows.
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { GeniusError, messageOf, systemCodeOf } from "./errors.ts";

/** Whether a name means a file of the user's own. */
export function isPath(name: string): boolean {
  return /[/\\]/.test(name) || /\.([cm]?[jt]s|txt)$/.test(name);
}

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

let resolves = false;

/**
 * Lets a user's file import "genius-nas" and "zod" wherever it lies: this very copy of genius-nas always, and the zod
 * that came with it where there is none beside the file. It holds for the thread that calls it.
 */
function resolveOwnPackages(): void {
  if (resolves) return;
  resolves = true;
  const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
  const own: Readonly<Record<string, string>> = {
    "genius-nas": new URL(`../index${extension}`, import.meta.url).href,
    "genius-nas/testing": new URL(`../testing/index${extension}`, import.meta.url).href,
  };
  registerHooks({
    resolve(specifier, context, next) {
      const url = own[specifier];
      if (url !== undefined) return { url, shortCircuit: true };
      if (!/^zod(\/|$)/.test(specifier)) return next(specifier, context);
      try {
        return next(specifier, context);
      } catch (thrown) {
        if (systemCodeOf(thrown) !== "ERR_MODULE_NOT_FOUND") throw thrown;
        return next(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
}
