// Lines that are no design, as files and other programs have them: each is answered, however long.
import { expect, test } from "vitest";
import { tinySpace } from "../testing/tiny-space.ts";
import { parseChoices } from "./choices.ts";

const count = tinySpace.decisions.length;
const first = Array.from({ length: count }, () => tinySpace.firstDigit);

test.each([
  first.join(","),
  first.join(" "),
  first.join(" , "),
  `[${first.join(", ")},]`,
  ` ${first.join(",")} , `,
])("%j is a design", (text) => {
  expect(parseChoices(tinySpace, text)).toEqual(first.map(() => 0));
});

test.each([
  ["spaces", `1${" ".repeat(300_000)}x`],
  ["spaces at the end of a list", `[1${" ,".repeat(150_000)}`],
  ["digits", `${"1,".repeat(100_000)}x`],
])("a line of megabytes is refused in a line: %s", (_, text) => {
  try {
    parseChoices(tinySpace, text);
    expect.unreachable();
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: "bad-choices" });
    expect((thrown as Error).message.length).toBeLessThan(400);
  }
});
