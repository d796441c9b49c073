// The page's files: in the published package they lie beside this file; in a checkout apps/dashboard is built when it
// was not yet, or when its sources are newer. All are read once, so that no request names a path.
import { spawn } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { GeniusError } from "../base/errors.ts";

export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

/** By path from the root: `/index.html`, `/assets/index-….js`. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
};

/** @throws GeniusError `missing-feature` when there is no page and it cannot be built. */
export async function loadPage(onProgress: (text: string) => void): Promise<PageFiles> {
  const packed = fileURLToPath(new URL("./page", import.meta.url));
  if (await isThere(join(packed, "index.html"))) return readFiles(packed);
  const app = fileURLToPath(new URL("../../apps/dashboard", import.meta.url));
  if (!(await isThere(join(app, "index.html"))))
    throw new GeniusError(
      "missing-feature",
      `The dashboard's page is not in this package: ${packed} is missing.`,
    );
  const built = join(app, "dist");
  if (await isStale(app, built)) {
    onProgress("Building the page (once)…");
    await build(app);
  }
  return readFiles(built);
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

async function isStale(app: string, built: string): Promise<boolean> {
  const made = await stat(join(built, "index.html")).catch(() => undefined);
  if (made === undefined) return true;
  for (const path of [
    ...(await filesBelow(join(app, "src"))),
    ...["index.html", "vite.config.ts"].map((name) => join(app, name)),
  ])
    if ((await stat(path)).mtimeMs > made.mtimeMs) return true;
  return false;
}

async function build(app: string): Promise<void> {
  const vite = join(app, "..", "..", "node_modules", "vite", "bin", "vite.js");
  if (!(await isThere(vite)))
    throw new GeniusError(
      "missing-feature",
      "The page has not been built, and Vite is not installed: run npm ci first.",
    );
  const child = spawn(process.execPath, [vite, "build", "--logLevel", "warn"], {
    cwd: app,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0)
    throw new GeniusError("internal", `The page could not be built:\n${said.trim().slice(-2000)}`);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function readFiles(folder: string): Promise<PageFiles> {
  const files = new Map<string, PageFile>();
  for (const path of await filesBelow(folder)) {
    const type = types[extname(path)];
    if (type === undefined) continue;
    files.set(`/${relative(folder, path).split(sep).join("/")}`, {
      bytes: Uint8Array.from(await readFile(path)),
      type,
    });
  }
  return files;
}
