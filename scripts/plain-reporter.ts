// A Vitest reporter that ends with one plain line, "N passed, N failed", which CI systems can count.
// It counts test cases, and a file that could not be loaded as one failure.
import type { Reporter, TestModule } from "vitest/node";

export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let skipped = 0;
    let failed = unhandled.length;
    for (const module of modules) {
      if (module.errors().length > 0) failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed += 1;
        else if (state === "skipped") skipped += 1;
        else failed += 1;
      }
    }
    const tail = skipped > 0 ? `, ${skipped} skipped` : "";
    process.on("exit", () => console.log(`\n${passed} passed, ${failed} failed${tail}`));
  }
}
