// A Vitest reporter that ends with one plain line, "N passed, N failed", which CI systems can count.
// It counts test cases, and a file that could not be loaded as one failure; what failed is named before it, since the
// end of a log is the part that is read.
import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let skipped = 0;
    let wanting = 0;
    let failed = unhandled.length;
    const names: string[] = unhandled.map(
      (error) => `outside of a test: ${(error as Partial<Error>).message}`,
    );
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      if (module.errors().length > 0) {
        failed += 1;
        names.push(file);
      }
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed += 1;
        else if (state === "skipped") {
          skipped += 1;
          if (test.tags.includes("shared-data")) wanting += 1;
        } else {
          failed += 1;
          names.push(`${file}: ${test.fullName}`);
        }
      }
    }
    const tail = skipped > 0 ? `, ${skipped} skipped` : "";
    const why =
      wanting > 0
        ? `Skipped for lack of data that the package cannot ship: ${wanting} (GENIUS_DATA_DIR=FOLDER npm run test:data)\n`
        : "";
    const named = names.map((name) => `FAILED ${name}\n`).join("");
    process.on("exit", () => console.log(`\n${why}${named}${passed} passed, ${failed} failed${tail}`));
  }
}
