import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { liveHolder, lockFolder } from "./lock.ts";

const newFolder = () => mkdtemp(join(tmpdir(), "genius-lock-"));
const dead = { pid: 2 ** 22 + 1, host: hostname(), started: "1" };
const leaveDeadLock = (folder: string) => writeFile(join(folder, "lock.json"), JSON.stringify(dead));

/** Processes that try to take a lock when they are told a folder, say what came of it, and let go when they are told so. */
const script = `
import { createInterface } from "node:readline";
const { lockFolder } = await import(${JSON.stringify(new URL("./lock.ts", import.meta.url).href)});
let free;
console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "free") { await free?.(); free = undefined; console.log("freed"); continue; }
  try { free = await lockFolder(line); console.log("got"); } catch (thrown) { console.log(thrown.code ?? thrown); }
}`;
const children: ChildProcess[] = [];
const readers: AsyncIterator<string>[] = [];

beforeAll(async () => {
  for (let index = 0; index < 4; index += 1) {
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    children.push(child);
    readers.push(createInterface({ input: child.stdout! })[Symbol.asyncIterator]());
  }
  await said();
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** The next word of each process. */
const said = () => Promise.all(readers.map(async (reader) => (await reader.next()).value as string));
const tell = (line: string) => {
  for (const child of children) child.stdin!.write(`${line}\n`);
};

test("of several processes that find a dead holder at one moment, one gets the lock", async () => {
  for (let round = 0; round < 40; round += 1) {
    const folder = await newFolder();
    await leaveDeadLock(folder);
    tell(folder);
    expect((await said()).sort()).toEqual(["got", "locked", "locked", "locked"]);
    tell("free");
    await said();
    expect(await readdir(folder)).toEqual([]);
  }
});

test("a killed holder loses the lock to the next one, and claims of the dead are cleared away", async () => {
  const folder = await newFolder();
  await leaveDeadLock(folder);
  const claim = `lock-00000000-0000-4000-8000-000000000000.json`;
  await writeFile(join(folder, claim), JSON.stringify({ ...dead, id: claim.slice(5, -5) }));
  expect(await liveHolder(folder)).toBeUndefined();
  const free = await lockFolder(folder);
  expect(await liveHolder(folder)).toEqual({ pid: process.pid, isHere: true });
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: "locked" });
  expect(await readdir(folder)).toEqual(["lock.json"]);
  await free();
  expect(await readdir(folder)).toEqual([]);
});

test("a lock of another machine is believed, and the message says what to delete", async () => {
  const folder = await newFolder();
  await writeFile(join(folder, "lock.json"), JSON.stringify({ ...dead, host: "elsewhere" }));
  await expect(lockFolder(folder)).rejects.toThrow(/on elsewhere.*delete .*lock\.json/);
});

test("a process that is killed while it holds the lock does not keep it", async () => {
  const folder = await newFolder();
  const [child] = children;
  child!.stdin!.write(`${folder}\n`);
  expect((await readers[0]!.next()).value).toBe("got");
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: "locked" });
  child!.kill("SIGKILL");
  await once(child!, "exit");
  await (await lockFolder(folder))();
});
