// `genius mcp`: a Model Context Protocol server over standard input and output, for an assistant that runs searches.
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";
import { version } from "../api/version.ts";
import { GeniusError } from "../base/errors.ts";
import { defineCommand } from "../command/command.ts";
import { createMcpServer } from "../mcp/server.ts";
import { createAnalyst } from "../runs/analyst.ts";
import { createRunStore } from "../runs/run-store.ts";
import { createProcesses } from "../runs/search-processes.ts";
import { folderOfRuns } from "./folder-of-runs.ts";

export default defineCommand({
  options: z.object({
    maxTrials: z
      .int()
      .min(1)
      .default(200)
      .describe("max evaluations of one search that the assistant starts"),
    maxUsd: z
      .number()
      .positive()
      .default(1)
      .describe("max cost of the model in one such search")
      .meta({ placeholder: "X" }),
    maxRunning: z.int().min(1).default(2).describe("max parallel searches"),
  }),
  more: `DIR is the folder of runs; the default is runs/. The assistant's configuration names the command and its arguments, as in
  {"mcpServers": {"genius": {"command": "npx", "args": ["genius", "mcp", "/path/to/runs"]}}}`,
  async run({ operands, options, terminal }) {
    if (operands.length > 1) throw new GeniusError("wrong-use", "Name one folder: genius mcp runs.");
    const folder = await folderOfRuns(operands[0]);
    const analyst = createAnalyst();
    const server = createMcpServer({
      store: createRunStore(folder),
      analyst,
      processes: createProcesses(terminal.environment),
      bounds: options,
      version: version(),
    });
    const transport = new StdioServerTransport();
    const ended = new Promise<void>((resolve) => {
      process.stdin.once("end", () => resolve());
      terminal.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await server.connect(transport);
    await ended;
    await server.close();
    await analyst.close();
    return 0;
  },
});
