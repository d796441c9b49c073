import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { fileError } from "./errors.ts";
import { openLineAppender } from "./json-lines.ts";

test.skipIf(!existsSync("/dev/full"))(
  "a full disk is said in words, and that finished work is kept",
  async () => {
    const appender = await openLineAppender("/dev/full");
    await expect(appender.append({ a: 1 })).rejects.toMatchObject({ code: "disk-full" });
    await appender.close();
  },
);

test.each([
  ["EACCES", "no-permission", /permission denied/],
  ["EROFS", "no-permission", /permission denied/],
  ["ENOSPC", "disk-full", /disk is full/],
  ["ENOENT", "not-found", /does not exist/],
  ["ENOTDIR", "bad-file", /a part of its path is a file/],
])("%s is a clear sentence", (code, expected, message) => {
  const error = fileError(Object.assign(new Error("raw"), { code }), "/some/where", "write");
  expect(error).toMatchObject({ code: expected, message: expect.stringMatching(message) });
});
