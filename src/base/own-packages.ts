// Lets files of a user import "genius-nas", "genius-nas/testing" and "zod" wherever they lie: this very copy of genius-nas
// always, and the zod that came with it where there is none beside the file. own-packages-hook.ts does
// the same for a process of its own.
import { registerHooks } from "node:module";
import { systemCodeOf } from "./errors.ts";

const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
/** The module that `node --import` takes. */
export const ownPackagesHook = new URL(`./own-packages-hook${extension}`, import.meta.url).href;

const own: Readonly<Record<string, string>> = {
  "genius-nas": new URL(`../index${extension}`, import.meta.url).href,
  "genius-nas/testing": new URL(`../testing/index${extension}`, import.meta.url).href,
};

let resolves = false;

/** Holds for the thread that calls it, from the first call on. */
export function resolveOwnPackages(): void {
  if (resolves) return;
  resolves = true;
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
