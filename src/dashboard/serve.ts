// Listens for the dashboard's requests until it is told to stop.
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { GeniusError, systemCodeOf } from "../base/errors.ts";
import { createApp, type Dashboard } from "./app.ts";

export interface Serving {
  readonly host: string;
  readonly port: number;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** @throws GeniusError `wrong-use` when the port is taken or the address is not this machine's. */
export async function serveDashboard(
  dashboard: Dashboard,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Serving> {
  const app = createApp(dashboard);
  const server = await new Promise<Server>((resolve, reject) => {
    const started = serve({ fetch: app.fetch, hostname: host, port }, () =>
      resolve(started as Server),
    ) as Server;
    started.once("error", (error) => reject(listenError(error, host, port)));
  });
  const address = server.address();
  return {
    host,
    port: typeof address === "object" && address !== null ? address.port : port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await dashboard.analyst.close();
    },
  };
}

function listenError(error: Error, host: string, port: number): Error {
  switch (systemCodeOf(error)) {
    case "EADDRINUSE":
      return new GeniusError(
        "wrong-use",
        `Port ${port} is taken, perhaps by another dashboard. Choose another with --port, or 0 for any.`,
        { cause: error },
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new GeniusError(
        "wrong-use",
        `This machine has no address "${host}". Leave --host out for this machine only.`,
        { cause: error },
      );
    case "EACCES":
      return new GeniusError(
        "no-permission",
        `Port ${port} may not be used. Choose one above 1023 with --port.`,
        { cause: error },
      );
    default:
      return error;
  }
}
