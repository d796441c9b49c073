// Where the cache is, by system and environment, and what is said to a user who has no home.
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { cacheDirectoryOf, findCacheDirectory, findOwnDirectory, type Machine } from "./cache-directory.ts";

const at = (platform: NodeJS.Platform, home?: string): Machine => ({
  platform,
  passwdHome() {
    if (home === undefined) throw new Error("uv_os_get_passwd returned ENOENT");
    return home;
  },
});

test.each<[string, Record<string, string>, Machine, string | undefined]>([
  [
    "its own variable",
    { GENIUS_CACHE_DIR: "/c", XDG_CACHE_HOME: "/x", HOME: "/h" },
    at("linux"),
    resolve("/c"),
  ],
  ["XDG", { XDG_CACHE_HOME: "/x", HOME: "/h" }, at("linux"), join("/x", "genius")],
  [
    "HOME, where XDG is not a path from the root",
    { XDG_CACHE_HOME: "x", HOME: "/h" },
    at("linux"),
    join("/h", ".cache", "genius"),
  ],
  ["passwd, where HOME is not set", {}, at("linux", "/p"), join("/p", ".cache", "genius")],
  ["passwd, where HOME is empty", { HOME: "" }, at("linux", "/p"), join("/p", ".cache", "genius")],
  ["Library on macOS", { HOME: "/Users/a" }, at("darwin"), join("/Users/a", "Library", "Caches", "genius")],
  ["LocalAppData on Windows", { LOCALAPPDATA: "L" }, at("win32"), join("L", "genius", "cache")],
  ["nowhere without home and passwd entry", {}, at("linux"), undefined],
  ["nowhere with an empty passwd entry", { HOME: "" }, at("linux", ""), undefined],
])("the cache is at %s", (_, environment, machine, expected) => {
  expect(findCacheDirectory(environment, machine)).toBe(expected);
});

test.each<[string, Record<string, string>, Machine, string | undefined]>([
  ["its own variable", { GENIUS_OWN_DIR: "/o", XDG_DATA_HOME: "/x", HOME: "/h" }, at("linux"), resolve("/o")],
  ["XDG", { XDG_DATA_HOME: "/x", HOME: "/h" }, at("linux"), join("/x", "genius")],
  [
    "HOME, where XDG is not a path from the root",
    { XDG_DATA_HOME: "x", HOME: "/h" },
    at("linux"),
    join("/h", ".local", "share", "genius"),
  ],
  [
    "Application Support on macOS",
    { HOME: "/Users/a" },
    at("darwin"),
    join("/Users/a", "Library", "Application Support", "genius"),
  ],
  ["LocalAppData on Windows", { LOCALAPPDATA: "L" }, at("win32"), join("L", "genius", "own")],
  ["nowhere without home and passwd entry", {}, at("linux"), undefined],
])("what is the user's own is at %s", (_, environment, machine, expected) => {
  expect(findOwnDirectory(environment, machine)).toBe(expected);
});

test("what needs a cache says which variable to set", () => {
  expect(() => cacheDirectoryOf({}, at("linux"))).toThrow(/no home folder.*Set GENIUS_CACHE_DIR/);
});
