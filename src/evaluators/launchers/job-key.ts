// The one check of a job's key that every launcher makes before the key becomes a file name or a backend's name.
import { GeniusError } from "../../base/errors.ts";

/** @throws GeniusError `launcher-refused` for a key that is not `[A-Za-z0-9_-]{1,100}`. */
export function checkKey(key: string): void {
  if (/^[A-Za-z0-9_-]{1,100}$/.test(key)) return;
  throw new GeniusError(
    "launcher-refused",
    `${JSON.stringify(key)} is no key for a job: 1 to 100 letters, digits, "_" and "-" are allowed. Nothing was started.`,
  );
}
