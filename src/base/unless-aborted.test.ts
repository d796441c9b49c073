import { expect, test } from "vitest";
import { unlessAborted } from "./unless-aborted.ts";

const never = new Promise<never>(() => {});

test("what is waited for decides, until the signal does", async () => {
  const { signal } = new AbortController();
  expect(await unlessAborted(Promise.resolve(3), signal)).toBe(3);
  expect(await unlessAborted(Promise.resolve(3), undefined)).toBe(3);
  await expect(unlessAborted(Promise.reject(new Error("own")), signal)).rejects.toThrow("own");
  const stop = new AbortController();
  const waiting = unlessAborted(never, stop.signal);
  stop.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
  await expect(unlessAborted(never, stop.signal)).rejects.toThrow("stopped");
  // An error that comes later is nobody's.
  const late = Promise.withResolvers<never>();
  await expect(unlessAborted(late.promise, stop.signal)).rejects.toThrow("stopped");
  late.reject(new Error("late"));
});
