// Every refusal of the operating system that a user may meet is one sentence that names the place, and one on what to do.
import { mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cacheError, type ErrorCode, fileError, GeniusError, systemError, temporaryError } from "./errors.ts";
import { makeFolder, makeNamedFolder } from "./folder.ts";

const refusal = (code: string, more: object = {}) =>
  Object.assign(new Error(`${code}: as the system says it`), { code, syscall: "open", ...more });

test.each<[string, ErrorCode, RegExp]>([
  ["ENOENT", "not-found", /it does not exist/],
  ["EACCES", "no-permission", /permission denied.*--out/],
  ["EPERM", "no-permission", /permission denied.*--out/],
  ["EROFS", "no-permission", /read-only.*--out/],
  ["ENOSPC", "disk-full", /disk is full.*genius resume/],
  ["EDQUOT", "disk-full", /quota.*genius resume/],
  ["EISDIR", "bad-file", /it is a folder.*--out/],
  ["ENOTDIR", "bad-file", /is a file, not a folder.*--out/],
  ["EEXIST", "bad-file", /exists already.*--out/],
  ["ELOOP", "bad-file", /symbolic links lead in a circle/],
  ["ENAMETOOLONG", "bad-file", /too long.*255.*shorter/],
  ["EMFILE", "system-limit", /too many files.*ulimit -n/],
  ["ENFILE", "system-limit", /too many files.*this machine/],
  ["ENOMEM", "system-limit", /no memory/],
  ["EIO", "io-error", /input\/output error.*try again/],
])("%s while writing is said in words, with the path and what to do", (code, ours, words) => {
  const error = fileError(refusal(code), "/data/run", "write") as GeniusError;
  expect(error).toBeInstanceOf(GeniusError);
  expect([error.code, error.message]).toEqual([ours, expect.stringMatching(words)]);
  expect(error.message).toContain("Cannot write /data/run:");
  expect(error.message).not.toContain("as the system says it");
  expect(cacheError(refusal(code), "/c", "write")).toBeInstanceOf(GeniusError);
});

test("what to do fits what was done: no --out for a file that is read, GENIUS_CACHE_DIR for the cache", () => {
  const read = fileError(refusal("EACCES"), "/data/x.png", "read") as GeniusError;
  expect(read.message).toContain("permission");
  expect(read.message).not.toContain("--out");
  expect((cacheError(refusal("EROFS"), "/c", "write") as GeniusError).message).toContain("GENIUS_CACHE_DIR");
});

test("a refusal from deep in a library is said with its own path; what is no refusal stays what it is", () => {
  const deep = systemError(refusal("EMFILE", { path: "/lib/x.so" })) as GeniusError;
  expect([deep.code, deep.message]).toEqual([
    "system-limit",
    expect.stringContaining("Cannot open /lib/x.so:"),
  ]);
  const spawned = systemError(
    refusal("EAGAIN", { syscall: "spawn python3", path: "python3" }),
  ) as GeniusError;
  expect(spawned.message).toContain("Cannot start python3:");
  const removed = systemError(refusal("ENOENT", { syscall: "uv_cwd" })) as GeniusError;
  expect(removed.message).toMatch(/current folder does not exist/);
  for (const other of [new Error("x"), new TypeError("y"), "z", refusal("EWEIRD")]) {
    expect(systemError(other)).toBe(other);
    expect(fileError(other, "/p", "read")).toBe(other);
  }
  expect(systemError(Object.assign(new Error("no call"), { code: "ENOENT" }))).not.toBeInstanceOf(
    GeniusError,
  );
});

test("a missing folder of temporary files is named, with the variable that chooses it", async () => {
  const missing = join(await mkdtemp(join(tmpdir(), "genius-errors-")), "gone");
  const thrown = await mkdtemp(join(missing, "x")).catch((error: unknown) => error);
  expect(temporaryError(thrown, missing)).toMatchObject({
    code: "not-found",
    message: `Cannot create a temporary folder in ${missing}: it does not exist. Set TMPDIR to a folder that exists, with room, that you may write to.`,
  });
  expect((fileError(thrown, "/p", "read") as Error).message).toBe("Cannot read /p: it does not exist.");
});

test("a folder is made with those above it, and refused at once where it cannot be", async () => {
  const root = await mkdtemp(join(tmpdir(), "genius-folder-"));
  const deep = join(root, "a", "b", "c");
  await makeFolder(deep);
  await makeFolder(deep);
  await writeFile(join(deep, "file"), "");
  await expect(makeFolder(join(deep, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolder(join(deep, "file", "x"))).rejects.toMatchObject({ code: "ENOTDIR" });
  await symlink(join(root, "two"), join(root, "one"));
  await symlink(join(root, "one"), join(root, "two"));
  await expect(makeFolder(join(root, "one"))).rejects.toMatchObject({
    code: expect.stringMatching(/ELOOP|EEXIST/),
  });
  await expect(makeNamedFolder(join(deep, "file"))).rejects.toThrow(
    `Cannot create the folder ${join(deep, "file")}: a file of that name exists already.`,
  );
  // Node's own `recursive` never answers here.
  if (process.platform === "linux")
    await expect(makeFolder("/proc/genius")).rejects.toMatchObject({
      code: expect.stringMatching(/ENOENT|EACCES/),
    });
});
