// From a name or a path to a definition: `evolution` comes from the catalog, `./mine.ts` from the user's file of
// the same form. Options are checked by the member's own schema.
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { z } from "zod";
import { GeniusError, messageOf } from "../base/errors.ts";
import { unknownName } from "../base/nearest.ts";
import type { EvaluatorDefinition } from "../evaluators/evaluator.ts";
import type { LauncherDefinition } from "../evaluators/launchers/launcher.ts";
import type { SpaceDefinition } from "../search/space.ts";
import type { StrategyDefinition } from "../search/strategy.ts";
import { evaluators, launchers, spaces, strategies } from "./_catalog.ts";
import type { Entry } from "./entry.ts";

export const loadSpace = (name: string) => load<SpaceDefinition>("space", spaces, name);
export const loadStrategy = (name: string) => load<StrategyDefinition>("strategy", strategies, name);
export const loadEvaluator = (name: string) => load<EvaluatorDefinition>("evaluator", evaluators, name);
export const loadLauncher = (name: string) => load<LauncherDefinition>("launcher", launchers, name);

interface Definition {
  readonly name: string;
  readonly options: z.ZodType;
  create: unknown;
}

async function load<D extends Definition>(
  kind: string,
  known: Readonly<Record<string, Entry<D>>>,
  name: string,
): Promise<D> {
  if (isPath(name)) return loadFile<D>(kind, name);
  const entry = Object.hasOwn(known, name) ? known[name] : undefined;
  if (entry === undefined) throw unknownName(kind, name, Object.keys(known));
  return entry.load();
}

/** Whether a name means a file of the user's own. */
export function isPath(name: string): boolean {
  return /[/\\]/.test(name) || /\.[cm]?[jt]s$/.test(name);
}

async function loadFile<D extends Definition>(kind: string, file: string): Promise<D> {
  resolveOwnName();
  let value: unknown;
  try {
    value = ((await import(pathToFileURL(resolve(file)).href)) as { default?: unknown }).default;
  } catch (thrown) {
    throw new GeniusError("bad-file", `The ${kind} ${file} could not be loaded: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
  for (const [field, type] of [
    ["name", "string"],
    ["options", "object"],
    ["create", "function"],
  ] as const) {
    const found =
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[field] : undefined;
    if (typeof found !== type || found === null) {
      throw new GeniusError(
        "bad-file",
        `${file}: its default export is no ${kind}. It needs a ${type} "${field}"; make it with define${kind[0]?.toUpperCase()}${kind.slice(1)}({ name, options, create, … }).`,
      );
    }
  }
  return value as D;
}

let resolves = false;

/** Lets a user's file import "genius-nas" wherever it lies, and get this very copy. */
function resolveOwnName(): void {
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
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
    },
  });
}

/**
 * Checks options against a member's schema and fills in the defaults.
 * @throws GeniusError `wrong-use` that names the option, what was received and what is allowed.
 */
export function resolveOptions<T>(
  schema: z.ZodType<T>,
  values: Readonly<Record<string, unknown>>,
  of: string,
): T {
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const path = issue.path.join(".");
  const received =
    path === ""
      ? ""
      : ` It is ${JSON.stringify(issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key as string], values)) ?? "missing"}.`;
  throw new GeniusError(
    "wrong-use",
    `Option ${path === "" ? "set" : `"${path}"`} of ${of}: ${issue.message}.${received}`,
  );
}
