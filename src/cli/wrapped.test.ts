import { expect, test } from "vitest";
import { wrapped } from "./wrapped.ts";

test("a sentence is broken between words, as far indented as it began; commands and paths stay whole", () => {
  expect(wrapped("  in the search, after 37.5 s of training: 53.30 %", 30)).toBe(
    "  in the search, after 37.5 s\n  of training: 53.30 %",
  );
  expect(wrapped("at the end of it all: 53.30 %", 27)).toBe("at the end of it all:\n53.30 %");
  const command = "Continue with: genius resume runs/a-very-long-name-of-a-folder-that-is-copied";
  expect(wrapped(command, 30)).toBe(command);
  expect(wrapped("written to /a/path/that/is/longer/than/the/line", 24)).toBe(
    "written to\n/a/path/that/is/longer/than/the/line",
  );
});
