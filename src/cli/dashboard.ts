// `genius dashboard`: serves the page that shows the runs of a folder and lets a person take part.
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { z } from "zod";
import { version } from "../api/version.ts";
import { GeniusError } from "../base/errors.ts";
import { otherUsers } from "../base/other-users.ts";
import { jsonLine } from "../base/terminal-text.ts";
import { defineCommand } from "../command/command.ts";
import { loadPage } from "../dashboard/page-files.ts";
import { serveDashboard } from "../dashboard/serve.ts";
import { createAnalyst } from "../runs/analyst.ts";
import { createRunStore } from "../runs/run-store.ts";
import { createProcesses } from "../runs/search-processes.ts";
import { folderOfRuns } from "./folder-of-runs.ts";

const loopback: readonly string[] = ["127.0.0.1", "localhost", "::1"];

export default defineCommand({
  options: z.object({
    port: z.int().min(0).max(65_535).default(4321).describe("where to listen; 0 for any free port"),
    host: z
      .string()
      .default("127.0.0.1")
      .describe("the address to listen on; another than this machine's own opens it to the network")
      .meta({ placeholder: "ADDRESS" }),
    tokenToRead: z
      .boolean()
      .optional()
      .describe(
        "whether reading needs the token too (default: where others have accounts on this machine, or --host opens it)",
      ),
    json: z.boolean().default(false).describe("the address as one JSON object on standard output"),
  }),
  more: `DIR is a folder of runs, or one run's folder; the default is runs/. No browser is opened: follow the whole printed
address, since its end is the token that allows changes – and reading, where other people have accounts on this machine.
Searches started from the page continue when the dashboard ends.`,
  async run({ operands, options, terminal }) {
    if (operands.length > 1) throw new GeniusError("wrong-use", "Name one folder: genius dashboard runs.");
    const folder = await folderOfRuns(operands[0]);
    const { host } = options;
    const isOpen = !loopback.includes(host);
    // Where nobody can tell, somebody else may be here.
    const others = await otherUsers();
    const guardsReading = options.tokenToRead ?? others?.length !== 0;
    const token = randomBytes(24).toString("base64url");
    const page = await loadPage((text) => terminal.error(`${text}\n`));
    const serving = await serveDashboard(
      {
        store: createRunStore(folder),
        analyst: createAnalyst(),
        processes: createProcesses(terminal.environment),
        page,
        guard: { token, isOpen, guardsReading, names: [host, hostname().toLowerCase()] },
        version: version(),
        environment: terminal.environment,
      },
      { host, port: options.port },
    );
    const shownHost =
      host === "0.0.0.0" || host === "::" ? hostname() : host.includes(":") ? `[${host}]` : host;
    const url = `http://${shownHost}:${serving.port}/#token=${token}`;
    if (isOpen)
      terminal.error(
        "Warning: other machines can reach this dashboard, over a connection that is not encrypted. Anyone who has the\nwhole address below can read the runs and start programs on this machine.\n",
      );
    if (options.json) terminal.out(jsonLine({ url, host, port: serving.port, token, folder }));
    else terminal.out(`${url}\n`);
    terminal.error("Open it in a browser. Ctrl-C ends the dashboard; searches continue.\n");
    await new Promise<void>((resolve) => {
      if (terminal.signal.aborted) resolve();
      terminal.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await serving.close();
    return 0;
  },
});
