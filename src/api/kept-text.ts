// A space that is a text is copied into the run's folder and read from there, so that a run can be resumed and reported when
// the file was changed or is gone.
import { mkdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { writeWhole } from "../base/write-whole.ts";
import { isText } from "../catalog/load.ts";
import type { Places } from "../study/run-places.ts";

export interface KeptText {
  readonly places: Places;
  write(): Promise<void>;
}

/** What to keep of the space that a configuration names by `reference`; undefined where it is no text. */
export function keptText(folder: string, reference: string, text: string | undefined): KeptText | undefined {
  if (text === undefined || !isText(reference)) return undefined;
  const fromRun = join("space", basename(reference));
  const absolute = resolve(folder, fromRun);
  return {
    places: { space: { absolute, fromRun } },
    async write() {
      await mkdir(dirname(absolute), { recursive: true });
      await writeWhole(absolute, text);
    },
  };
}
