// Real data that the package cannot ship: the published conversations, the tables' own files, CIFAR-10 as JPEG files.
// GENIUS_DATA_DIR names their folder. A test that needs some of it takes `needs(...)` as its options: without the data
// it is skipped, and counted as skipped; with it, `npm run test:data` runs such tests alone.
import { existsSync } from "node:fs";
import { join } from "node:path";

/** The tag of the tests that need shared data. */
const tag = "shared-data";

const folder = process.env.GENIUS_DATA_DIR;

/** Where a file or folder of the shared data is; such a path does not exist where there is no shared data. */
export function sharedPath(name: string): string {
  return join(folder ?? "no-shared-data", name);
}

/** The options of a test, or of a `describe`, that needs a file or folder of the shared data. */
export function needs(name: string): { readonly skip: boolean; readonly tags: string[] } {
  return { skip: !existsSync(sharedPath(name)), tags: [tag] };
}
