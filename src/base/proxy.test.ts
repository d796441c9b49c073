import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getGlobalDispatcher, setGlobalDispatcher } from "undici";
import { afterEach, describe, expect, test } from "vitest";
import { proxyOf, useProxy } from "./proxy.ts";

describe("the proxies of an environment", () => {
  test("are read in capitals or not, small letters first, and without a scheme", () => {
    expect(proxyOf({ HTTPS_PROXY: "http://a:1", http_proxy: "b:2", HTTP_PROXY: "http://c:3" })).toMatchObject(
      {
        httpsProxy: "http://a:1",
        httpProxy: "http://b:2",
      },
    );
  });

  test("are none without an address", () => {
    expect(proxyOf({ HTTP_PROXY: " ", NO_PROXY: "x" })).toBeUndefined();
    expect(proxyOf({})).toBeUndefined();
  });

  test("are not for this machine, nor for what NO_PROXY names", () => {
    const names = proxyOf({ HTTP_PROXY: "http://a:1", NO_PROXY: "corp.example, .lab" })?.noProxy.split(",");
    expect(names).toEqual(expect.arrayContaining(["corp.example", ".lab", "localhost", "127.0.0.1"]));
    expect(proxyOf({ HTTP_PROXY: "http://a:1", NO_PROXY: "*" })?.noProxy).toBe("*");
  });
});

describe("with a proxy in the environment", () => {
  const before = getGlobalDispatcher();
  afterEach(() => setGlobalDispatcher(before));

  test("requests go through it, but for those to this machine and to the names of NO_PROXY", async () => {
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end("from the proxy");
    });
    const own = createServer((_, response) => response.end("from this machine"));
    for (const server of [proxy, own]) await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const port = (server: typeof proxy) => (server.address() as AddressInfo).port;
    // Where plain requests are not tunnelled, the proxy sees the whole address; else it is asked to connect.
    proxy.on("connect", (request, socket) => {
      asked.push(request.url ?? "");
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
    expect(
      await useProxy({ HTTP_PROXY: `127.0.0.1:${port(proxy)}`, NO_PROXY: "direct.invalid" }),
    ).toBeUndefined();
    await fetch("http://model.invalid/v1").catch(() => {});
    expect(asked.join()).toContain("model.invalid");
    expect(await (await fetch(`http://127.0.0.1:${port(own)}/`)).text()).toBe("from this machine");
    await expect(fetch("http://direct.invalid/")).rejects.toThrow();
    expect(asked).toHaveLength(1);
    for (const server of [proxy, own]) {
      server.closeAllConnections();
      server.close();
    }
  });

  test("an address that is none is told, and ends nothing", async () => {
    expect(await useProxy({ HTTPS_PROXY: "gopher://a" })).toMatch(/HTTPS_PROXY/);
    expect(getGlobalDispatcher()).toBe(before);
  });
});
