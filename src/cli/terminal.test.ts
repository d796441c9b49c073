// Standard streams that close, vanish or fill up: what the command then does, and with which exit code it ends.
import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { style } from "../base/terminal-text.ts";
import { readJournal } from "../study/journal.ts";
import { processTerminal, type Streams } from "./terminal.ts";

beforeEach(() => vi.stubEnv("FORCE_COLOR", "1"));
afterEach(() => vi.unstubAllEnvs());

class FakeStream extends EventEmitter {
  text = "";
  columns: number | undefined;
  readonly isTTY: boolean;
  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }
  write(text: string) {
    this.text += text;
    return true;
  }
  fail(code: string) {
    this.emit("error", Object.assign(new Error(code), { code }));
  }
}

function made(isTerminal: boolean, environment: Record<string, string> = {}) {
  const [stdout, stderr] = [new FakeStream(isTerminal), new FakeStream(isTerminal)];
  const interrupt = new AbortController();
  const streams = { stdout, stderr, stdin: new FakeStream(isTerminal) } as unknown as Streams;
  return { stdout, stderr, interrupt, ...processTerminal(streams, environment, interrupt) };
}

test("a pipe whose reader is gone ends the work; a terminal that is gone does not", () => {
  const pipe = made(false);
  pipe.stdout.fail("EPIPE");
  expect([pipe.lost(), pipe.interrupt.signal.aborted]).toEqual(["reader-gone", true]);
  for (const code of ["EIO", "EPIPE"]) {
    const screen = made(true);
    screen.stdout.fail(code);
    screen.stderr.fail(code);
    screen.terminal.out("more");
    screen.terminal.error("more");
    expect([screen.lost(), screen.interrupt.signal.aborted]).toEqual(["terminal-gone", false]);
    expect(screen.stdout.text + screen.stderr.text).toBe("");
  }
});

test("a full disk behind standard output ends the work, and says why", () => {
  const file = made(false);
  file.stdout.fail("ENOSPC");
  expect([file.lost(), file.interrupt.signal.aborted]).toEqual(["failed", true]);
  expect(file.failure()).toMatchObject({ code: "ENOSPC" });
});

test("colours are decided for each stream, and a size of nothing is eighty columns", () => {
  const { terminal, stdout, stderr } = made(true, { TERM: "xterm" });
  terminal.out(style("green", "x"));
  expect(stdout.text).toBe(style("green", "x"));
  const plain = made(true, { NO_COLOR: "1" });
  plain.terminal.error(style("green", "x"));
  expect(plain.stderr.text).toBe("x");
  stderr.columns = 0;
  expect(terminal.columns).toBe(80);
  stderr.columns = 33;
  expect(terminal.columns).toBe(33);
});

test("a line may replace the one before, and nothing else moves the cursor", () => {
  const { terminal, stderr } = made(true);
  terminal.error("\rone\rtwo\u001b[2J ");
  expect(stderr.text).toBe("\rone\ufffdtwo\ufffd[2J ");
});

test("what cannot wait goes below the line that is shown, or into the picture that is redrawn", () => {
  const screen = made(true);
  const seen: string[] = [];
  const first = screen.terminal.takeNotices!((words) => seen.push(`first ${words}`));
  const second = screen.terminal.takeNotices!((words) => seen.push(`second ${words}`));
  // The one before has ended meanwhile, and takes nothing from the one that is shown.
  first();
  screen.notice("stopping");
  expect([seen, screen.stderr.text]).toEqual([["second stopping"], ""]);
  second();
  screen.notice("stopping");
  expect(screen.stderr.text).toBe("\nstopping\n");
  const pipe = made(false);
  pipe.notice("stopping");
  expect([pipe.stdout.text, pipe.stderr.text]).toEqual(["", "stopping\n"]);
});

test("an interruption ends the waiting for standard input", async () => {
  const interrupt = new AbortController();
  const stdin = new PassThrough();
  const streams = { stdout: new FakeStream(false), stderr: new FakeStream(false), stdin };
  const { terminal } = processTerminal(streams as unknown as Streams, {}, interrupt);
  const seen: string[] = [];
  const reading = (async () => {
    for await (const text of terminal.readStandardInput()) {
      seen.push(text);
      interrupt.abort();
    }
  })();
  stdin.write("22222222\n");
  await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  expect(seen).toEqual(["22222222\n"]);
});

const evaluator = `
import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
import { setImmediate as turn } from "node:timers/promises";
export default {
  name: "instant", summary: "", source: "", options: z.object({}),
  create: async () => ({
    selectedOn: "validation", fidelity: { full: {} }, provenance: {},
    async evaluate({ proposal }) {
      await turn();
      return { kind: "scored", accuracy01: proposal.choices[0] / 2, spent: { milliseconds: 0 } };
    },
    test: async () => ({ accuracy01: 0.5 }),
  }),
};`;

const bin = resolve(import.meta.dirname, "../../bin/genius.js");

test("search --json whose reader takes one line and goes: interrupted and resumable, not done", async () => {
  const root = await mkdtemp(join(tmpdir(), "genius-reader-"));
  const [folder, file] = [join(root, "run"), join(root, "instant.ts")];
  await writeFile(file, evaluator);
  const members = ["--space", "nas-bench-macro", "--strategy", "random", "--evaluator", file];
  const args = ["search", "anything", ...members, "--trials", "2000", "--json", "--out", folder];
  const child = spawn(process.execPath, [bin, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const code = await new Promise((done) => child.once("close", done));
  const { result, trials } = await readJournal(folder);
  expect([code, result]).toEqual([130, undefined]);
  expect(trials.length).toBeGreaterThan(0);
  expect(said).toContain(`genius resume ${folder}`);
});

test("a command that answers line by line ends with its reader, however much is still to come", async () => {
  const child = spawn(process.execPath, [bin, "cost", "--space", "nas-bench-macro", "--stdin", "--json"]);
  child.stdin.on("error", () => {});
  const feed = () => {
    while (child.stdin.writable && child.stdin.write("00000000\n".repeat(1000)));
  };
  child.stdin.on("drain", feed);
  feed();
  child.stdout.once("data", () => child.stdout.destroy());
  expect(await new Promise((done) => child.once("close", done))).toBe(130);
});
