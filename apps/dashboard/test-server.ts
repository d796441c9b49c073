// What the page's tests stand on: the real `genius`, its real dashboard over a folder of real runs, and the machine's own
// Chromium. Everything is a process of its own, as for a user.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../..");
const main = join(root, "bin/genius.js");

const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:/Program Files/Google/Chrome/Application/chrome.exe",
];

/** Undefined where there is no Chromium; `GENIUS_CHROMIUM` names one in an unusual place. */
export const chromiumPath = [process.env.GENIUS_CHROMIUM ?? "", ...usualPlaces].find(
  (path) => path !== "" && existsSync(path),
);

export const chromiumFlags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Runs a `genius` command to its end. */
export async function genius(...args: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [main, ...args], { cwd: root, maxBuffer: 1e8 });
}

export interface ServedDashboard {
  /** With the token. */
  readonly url: string;
  /** Without it. */
  readonly origin: string;
  readonly token: string;
  /** Asks the server itself, beside the page. */
  ask<Reply>(path: string): Promise<Reply>;
  stop(): Promise<void>;
}

/** Who else has an account on the machine changes nothing in a test. */
const listening = ["--port", "0", "--token-to-read=false", "--json"];

/** Starts `genius dashboard FOLDER` on a free port. */
export async function serveFolder(folder: string): Promise<ServedDashboard> {
  const child = spawn(process.execPath, [main, "dashboard", folder, ...listening], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { url, token } = JSON.parse(await firstLine(child)) as { url: string; token: string };
  return {
    url,
    token,
    origin: new URL(url).origin,
    ask: async <Reply>(path: string) => (await (await fetch(new URL(path, url))).json()) as Reply,
    async stop() {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGINT");
      await ended;
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let [said, problem] = ["", ""];
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("\n")) resolve(said.split("\n", 1)[0]!);
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      problem += text;
    });
    child.once("close", (code) => reject(new Error(`genius dashboard ended with ${code}: ${problem}`)));
  });
}
