import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { createPasteReader } from "./paste.ts";

const never = new AbortController().signal;

describe("pasted answers", () => {
  test("end with a line that holds only a dot, whatever the pieces they arrive in", async () => {
    const text = "Stage 1: [0, 1]\nacc 0.5.\n.5 is no end\n.\n\nsecond é answer\r\nline 2\r\n.\r\nthird";
    for (const size of [1, 2, 3, 7, 1000]) {
      const stream = new PassThrough();
      const reader = createPasteReader(stream);
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += size) stream.write(bytes.subarray(at, at + size));
      stream.end();
      expect(await reader.next(never)).toBe("Stage 1: [0, 1]\nacc 0.5.\n.5 is no end");
      expect(await reader.next(never)).toBe("\nsecond é answer\nline 2");
      expect(await reader.next(never)).toBe("third");
      expect(await reader.next(never)).toBeUndefined();
    }
  });

  test("may be empty, and the last may end with the stream in place of a dot's line end", async () => {
    const stream = new PassThrough();
    const reader = createPasteReader(stream);
    stream.end(".\nlast\n.");
    expect(await reader.next(never)).toBe("");
    expect(await reader.next(never)).toBe("last");
    expect(await reader.next(never)).toBeUndefined();
  });

  test("lose the marks that terminals put around what is pasted", async () => {
    const stream = new PassThrough();
    const reader = createPasteReader(stream);
    stream.write("\u001B[200~a\nb\u001B[201~\n.\n");
    expect(await reader.next(never)).toBe("a\nb");
    stream.write("many lines\n".repeat(20_000));
    stream.write(".\n");
    expect((await reader.next(never))?.length).toBe(11 * 20_000 - 1);
  });

  test("are given up at once when the signal is aborted, and what came is kept for the next", async () => {
    const stream = new PassThrough();
    const reader = createPasteReader(stream);
    const stop = new AbortController();
    const waiting = reader.next(stop.signal);
    stream.write("half an ");
    stop.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    stream.write("answer\n.\n");
    expect(await reader.next(never)).toBe("half an answer");
    reader.close();
    expect(stream.listenerCount("data")).toBe(0);
  });

  test("of a broken stream are an error", async () => {
    const stream = new PassThrough();
    const reader = createPasteReader(stream);
    const waiting = reader.next(never);
    stream.destroy(new Error("EIO"));
    await expect(waiting).rejects.toThrow("EIO");
  });
});
