// Reading what a request says: numbers and words of its address, and its body. What is wrong is said in words for a person.
import type { Context } from "hono";
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { checkPlainly } from "../base/schema-words.ts";

/** A path, or a value of an option: no process can be given a NUL character, and no path holds one. */
export const argument = z
  .string()
  .max(4096)
  .refine((text) => !text.includes("\0"), "it holds a NUL character, which no path and no option can have");

export function statusOf({ code }: GeniusError): 400 | 403 | 404 | 409 | 500 {
  switch (code) {
    case "not-found":
      return 404;
    case "no-permission":
      return 403;
    case "locked":
      return 409;
    case "internal":
      return 500;
    default:
      return 400;
  }
}

export function count(
  context: Context,
  name: string,
  range: { readonly fallback: number; readonly most?: number },
): number {
  const text = context.req.query(name);
  if (text === undefined) return range.fallback;
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text))
    throw new GeniusError("wrong-use", `"${name}" must be a whole number from 0 on.`);
  return Math.min(value, range.most ?? Number.POSITIVE_INFINITY);
}

export function checked<Value>(schema: z.ZodType<Value>, value: unknown, name: string): Value {
  const { data, fault } = checkPlainly(schema, value);
  if (fault === undefined) return data;
  throw new GeniusError("wrong-use", `"${name}"${fault.words}`);
}

export async function body<Value>(context: Context, schema: z.ZodType<Value>): Promise<Value> {
  let value: unknown;
  try {
    value = await context.req.json();
  } catch {
    throw new GeniusError("wrong-use", "The body is not JSON.");
  }
  const { data, fault } = checkPlainly(schema, value);
  if (fault === undefined) return data;
  throw new GeniusError("wrong-use", `${fault.path.join(".") || "The body"}${fault.words}`);
}
