// From a name, a path or an object to a definition: `evolution` comes from the catalog, `./mine.ts` from the user's
// file of the same form, and a script hands over its own object. Options are checked by the member's own schema.
import type { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { nearest, unknownName } from "../base/nearest.ts";
import { checkForm, isPath, loadOwnFile, readOwnText } from "../base/own-file.ts";
import { checkPlainly } from "../base/schema-words.ts";
import type { EvaluatorDefinition } from "../evaluators/evaluator.ts";
import type { LauncherDefinition } from "../evaluators/launchers/launcher.ts";
import type { ReferenceDefinition } from "../search/references/reference.ts";
import type { Space, SpaceDefinition } from "../search/space.ts";
import type { StrategyDefinition } from "../search/strategy.ts";
import { evaluators, launchers, references, spaces, strategies } from "./_catalog.ts";
import type { Entry } from "./entry.ts";

/** A member as callers name it: a name of the catalog, a file, or the definition itself. */
export type Given<D> = string | D;

export const loadSpace = (given: Given<SpaceDefinition>) => {
  if (typeof given !== "string") return load<SpaceDefinition>("space", spaces, given);
  if (isText(given)) return loadText(given);
  return isReference(given) ? loadReferenceAsText(given) : load<SpaceDefinition>("space", spaces, given);
};
export const loadStrategy = (given: Given<StrategyDefinition>) =>
  load<StrategyDefinition>("strategy", strategies, given);
export const loadEvaluator = (given: Given<EvaluatorDefinition>) =>
  load<EvaluatorDefinition>("evaluator", evaluators, given);
export const loadLauncher = (given: Given<LauncherDefinition>) =>
  load<LauncherDefinition>("launcher", launchers, given);
export const loadReference = (given: Given<ReferenceDefinition>) =>
  load<ReferenceDefinition>("reference", references, given);

/** A strategy that writes a space before the search. */
export type SpaceWriter = StrategyDefinition & Required<Pick<StrategyDefinition, "writeSpace">>;

/** The strategy that writes the space, where a name means one in place of a space. */
export async function loadSpaceWriter(name: string): Promise<SpaceWriter | undefined> {
  if (Object.hasOwn(spaces, name) || !Object.hasOwn(strategies, name)) return undefined;
  const definition = await loadStrategy(name);
  return definition.writeSpace === undefined ? undefined : (definition as SpaceWriter);
}

/**
 * A space, with its options checked and their defaults filled in.
 * @throws GeniusError `unknown-name`, `bad-file` or `wrong-use` for an option.
 */
export async function openSpace(
  given: Given<SpaceDefinition>,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Space> {
  const definition = await loadSpace(given);
  const { name } = definition;
  const made = definition.create(resolveOptions(definition.options, options, `the space ${name}`));
  // A text without alternatives is one network.
  if (definition.text !== undefined) return made;
  const { checkMade } = await import("./check-made.ts");
  return checkMade("space", name, made);
}

interface Definition {
  readonly name: string;
}

/** What a definition of a kind must have beside its name: options and what makes one, or a reference's `build`. */
const forms = {
  created: { options: "object", create: "function" },
  built: { build: "function" },
} as const;

/** How a journal names a definition that a script handed over: it can be loaded by no one but that script. */
const scriptPrefix = "script:";

async function load<D extends Definition>(
  kind: string,
  known: Readonly<Record<string, Entry<D>>>,
  given: Given<D>,
): Promise<D> {
  if (typeof given !== "string") return checkDefinition<D>(kind, given, `The ${kind} that was given`);
  if (isScripted(given)) {
    throw new GeniusError(
      "not-found",
      `The ${kind} "${given.slice(scriptPrefix.length)}" was defined in a script, so this run holds only its name. Hand over the same object again, as in resume(folder, { ${kind} }).`,
    );
  }
  if (isPath(given)) return loadFile<D>(kind, given);
  const entry = Object.hasOwn(known, given) ? known[given] : undefined;
  if (entry === undefined) throw unknownName(kind, given, Object.keys(known));
  return entry.load();
}

/** Whether a journal's name of a member means an object of a script. */
export const isScripted = (reference: string) => reference.startsWith(scriptPrefix);

const catalogs: Readonly<
  Record<"space" | "strategy" | "evaluator", Readonly<Record<string, Entry<unknown>>>>
> = { space: spaces, strategy: strategies, evaluator: evaluators };

/** How a journal names a member: as it was named, or `script:NAME` for a definition that is not the catalog's. */
export async function referenceOf(kind: keyof typeof catalogs, given: Given<Definition>): Promise<string> {
  if (typeof given === "string") return given;
  const known = catalogs[kind];
  const entry = Object.hasOwn(known, given.name) ? known[given.name] : undefined;
  return (await entry?.load()) === given ? given.name : `${scriptPrefix}${given.name}`;
}

/** Whether a name means a text of the language. */
export const isText = (name: string): boolean => name.endsWith(".txt");

/** Whether loading a member of this name runs a program of the user's own; a text is only read. */
export const isProgram = (name: string): boolean => isPath(name) && !isText(name);

/** Whether a name is that of a hand-designed network. */
export const isReference = (name: string): boolean => Object.hasOwn(references, name);

/** Whether a name means one network, or the space that a text is: a file, or a hand-designed network. */
export const isNetwork = (name: string): boolean => isText(name) || isReference(name);

/** The error for a name that means no network. */
export function unknownNetwork(name: string): GeniusError {
  const suggestion = nearest(name, Object.keys(references));
  const hint = name.endsWith(".onnx")
    ? ` "genius import ${name}" makes a text of a model.`
    : suggestion === undefined
      ? ""
      : ` Did you mean "${suggestion}"?`;
  return new GeniusError(
    "unknown-name",
    `"${name}" is no network: neither a text, whose name ends in .txt, nor one of "genius list references".${hint}`,
  );
}

// Loaded where they are used, so that other commands start sooner.

async function loadReferenceAsText(name: string): Promise<SpaceDefinition> {
  const { spaceOfReference } = await import("./reference-space.ts");
  return spaceOfReference(await loadReference(name));
}

async function loadText(file: string): Promise<SpaceDefinition> {
  const text = await readOwnText(file);
  const { spaceOfText } = await import("../language/index.ts");
  return spaceOfText(text, file) as SpaceDefinition;
}

async function loadFile<D extends Definition>(kind: string, file: string): Promise<D> {
  return checkDefinition<D>(kind, await loadOwnFile(kind, file), `${file}: its default export`);
}

/** @throws GeniusError `bad-file` when a value does not have the form of a definition. */
function checkDefinition<D extends Definition>(kind: string, value: unknown, what: string): D {
  const form = { name: "string", ...forms[kind === "reference" ? "built" : "created"] } as const;
  const definition = checkForm<D>(kind, value, { what, form });
  if ("options" in form && !("_zod" in (definition as { options?: object }).options!)) {
    throw new GeniusError(
      "bad-file",
      `${what}: "options" is no schema of zod 4. Import { z } from "zod" and write options: z.object({ … }).`,
    );
  }
  return definition;
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
  const { data, fault } = checkPlainly(schema, values);
  if (fault === undefined) return data;
  const name = fault.path.length === 0 ? "set" : `"${fault.path.join(".")}"`;
  throw new GeniusError("wrong-use", `Option ${name} of ${of}${fault.words}`);
}
