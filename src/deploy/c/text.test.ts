// What comes from outside cannot become C: gcc reads hostile names, with trigraphs on, as the strings that they are.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { randomWeights } from "../../graph/export/fixtures/random-weights.ts";
import { createNetworkBuilder } from "../../graph/network.ts";
import { deviceNetwork } from "../device-network.ts";
import { needsPrograms } from "./fixtures/c-tools.ts";
import { cFolder, floatProgram, identifier } from "./index.ts";
import { floatLiteral, integerLiteral } from "./text.ts";

test("identifiers are plain, start with a letter and hide no standard header", () => {
  expect(identifier("runs/My Füße-2")).toBe("runs_my_fu_e_2");
  expect(identifier("runs/My café-2")).toBe("runs_my_cafe_2");
  expect(identifier("../../etc/passwd")).toBe("etc_passwd");
  expect(identifier("2nd")).toBe("network_2nd");
  expect(identifier("日本")).toBe("network");
  expect(identifier("")).toBe("network");
  expect(identifier("math")).toBe("math_network");
  expect(identifier("Main")).toBe("main_network");
  expect(identifier(`${"long ".repeat(20)}`).length).toBeLessThanOrEqual(40);
});

test("numbers read back as what they were", () => {
  const bytes = new DataView(new ArrayBuffer(4));
  for (let bits = 0; bits < 2 ** 32; bits += 1_234_567) {
    bytes.setUint32(0, bits);
    const value = bytes.getFloat32(0);
    if (!Number.isFinite(value)) continue;
    const text = floatLiteral(value);
    expect(text).toMatch(/^-?\d+(\.\d+)?(e[+-]\d+)?f$/);
    expect(Object.is(Math.fround(Number(text.slice(0, -1))), value)).toBe(true);
  }
  expect(floatLiteral(3)).toBe("3.0f");
  expect(floatLiteral(-0)).toBe("-0.0f");
  expect(integerLiteral(-(2 ** 31))).toBe("(-2147483647 - 1)");
});

const hostile = [
  'quote " end',
  "back \\ slash \\",
  "line\nbreak */ int x; /*",
  "trigraph ??/ and ??' and ??=define",
  "percent %s %n",
  "null \0 byte",
  "net_bag NET_BAG",
  "1\u0001 2\u007f3",
  "日本語 ünïcode",
  "right \u202e left",
  "lone \ud800 half",
  "$(reboot) `x`",
];
const { skip, why } = needsPrograms("gcc");

test.skipIf(skip)(`hostile names of classes, nodes and networks stay text${why}`, () => {
  const build = createNetworkBuilder("x */ #error \n ??/", [1, 2, 2]);
  const flat = build.add("a */ int y; /* ??/\n#error", { kind: "flatten" }, "input");
  build.add('b\\ " \u202e', { kind: "linear", outFeatures: hostile.length, bias: true }, flat);
  const network = build.build();
  const weights = randomWeights(network, 1);
  const normalisation = { mean01: [0], sd01: [1] };
  const files = cFolder({
    program: floatProgram(deviceNetwork({ network, weights, normalisation }), network),
    name: "net_bag",
    title: "bad */ #error \\\n??/ <script>",
    classNames: hostile,
    examples: [{ pixels: new Uint8Array(4), scores: hostile.map((_, index) => index) }],
  });
  const folder = mkdtempSync(join(tmpdir(), "genius-c-"));
  try {
    for (const [name, content] of files) writeFileSync(join(folder, name), content);
    const print = `#include <stdio.h>
#include "net_bag.h"
int main(void) {
  for (int i = 0; i < NET_BAG_CLASSES; i += 1) printf("%s%c", net_bag_class_names[i], 10);
  return 0;
}
`;
    writeFileSync(join(folder, "print.c"), print);
    writeFileSync(join(folder, "all.c"), '#define NET_BAG_IMPLEMENTATION\n#include "net_bag.h"\n');
    const flags = ["-std=c99", "-trigraphs", "-Wall", "-Wextra", "-Wpedantic", "-Wno-trigraphs", "-Werror"];
    execFileSync("gcc", [...flags, "print.c", "all.c", "-o", "print", "-lm"], { cwd: folder, stdio: "pipe" });
    const printed = execFileSync(join(folder, "print"), { cwd: folder, encoding: "utf8" })
      .trimEnd()
      .split("\n");
    expect(printed.length).toBe(hostile.length + 1);
    expect(printed).toContain('quote " end');
    expect(printed).toContain("back \\ slash \\");
    expect(printed).toContain("trigraph ??/ and ??' and ??=define");
    expect(printed).toContain("net_bag NET_BAG");
    expect(printed).toContain("日本語 ünïcode");
    execFileSync("gcc", [...flags, "main.c", "-o", "main", "-lm"], { cwd: folder, stdio: "pipe" });
    for (const content of files.values())
      if (typeof content === "string") expect(content).not.toMatch(/[^\t\n -~]*\u202e/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
