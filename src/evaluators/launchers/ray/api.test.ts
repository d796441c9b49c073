// What the launcher says of an address where no Ray that it can use answers, and what it packs for one that it can.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import ray from "../ray.ts";
import { packFolder } from "./package.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(status: number, text: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(text));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const place = server.address();
  return `http://127.0.0.1:${typeof place === "object" && place !== null ? place.port : 0}`;
}
const open = (rayAddress: string, environment: Record<string, string> = {}) =>
  ray.create({ folder: tmpdir(), environment }, ray.options.parse({ rayAddress }));

describe("an address of no use", () => {
  test("nothing answers there", async () => {
    const address = await serve(200, "");
    servers.splice(0)[0]?.close();
    await expect(open(address)).rejects.toMatchObject({
      code: "launcher-unreachable",
      message: expect.stringMatching(new RegExp(`${address}.*ECONNREFUSED.*ray start --head.*--ray-address`)),
    });
  });

  test.each([
    [200, "<html>Grafana</html>", "launcher-refused", /not the dashboard of a Ray.*Grafana.*8265/],
    [404, "not found", "launcher-refused", /not the dashboard of a Ray.*\/api\/version/],
    [
      200,
      '{"ray_version": "2.4.0", "session_name": "s"}',
      "launcher-refused",
      /runs Ray 2\.4\.0; 2\.10.*pip install/,
    ],
    [401, "Unauthorized", "launcher-refused", /asks for a token.*RAY_AUTH_TOKEN/],
    [
      500,
      "Traceback\n  File x\nRuntimeError: no agent\n",
      "launcher-unreachable",
      /HTTP 500: RuntimeError: no agent/,
    ],
    [500, "RuntimeError: Request failed with status code 400: Bad id.\n.", "launcher-refused", /Bad id/],
  ])("HTTP %i %j", async (status, text, code, message) => {
    await expect(open(await serve(status, text))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test("a file of a token that is not there, headers that are none, and what is no address", async () => {
    const address = await serve(200, "");
    await expect(open(address, { RAY_AUTH_TOKEN_PATH: "/nowhere/token" })).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringContaining("/nowhere/token"),
    });
    await expect(open(address, { RAY_JOB_HEADERS: "secret" })).rejects.toMatchObject({
      code: "wrong-use",
      message: expect.not.stringContaining("secret"),
    });
    for (const text of ["ray://head:10001", "head:8265", "auto", ""]) {
      expect(ray.options.safeParse({ rayAddress: text }).success, text).toBe(false);
    }
  });
});

describe("packFolder", () => {
  test("packs the same files into the same bytes, and nothing hidden or compiled", async () => {
    const folder = await mkdtemp(join(tmpdir(), "genius-ray-package-"));
    for (const name of ["a", "b"]) {
      const path = join(folder, name, "trainer");
      await mkdir(join(path, "__pycache__"), { recursive: true });
      await mkdir(join(folder, name, ".git"));
      await writeFile(join(path, "__init__.py"), "words = 1\n");
      await writeFile(join(path, "ü.json"), "{}");
      await writeFile(join(path, "__pycache__", "x.pyc"), name);
      await writeFile(join(folder, name, ".git", "HEAD"), name);
    }
    const [first, second] = [await packFolder(join(folder, "a")), await packFolder(join(folder, "b"))];
    expect(second).toEqual(first);
    const text = first.bytes.toString("utf8");
    expect(text).toContain("trainer/__init__.py");
    expect(text).toContain("trainer/ü.json");
    expect(text).not.toMatch(/pyc|HEAD/);
    await writeFile(join(folder, "b", "trainer", "__init__.py"), "words = 2\n");
    expect((await packFolder(join(folder, "b"))).name).not.toBe(first.name);
    await writeFile(join(folder, "a", "data.bin"), Buffer.alloc(60e6));
    await expect(packFolder(join(folder, "a"))).rejects.toMatchObject({ code: "launcher-refused" });
    await rm(folder, { recursive: true });
  });
});
