// A real Ray cluster on this machine for tests and benchmarks: a head with a dashboard, further nodes, and the faults
// that befall them. It is small, asks for a token, and needs a virtual environment with ray[default], which
// scripts/setup-ray.sh makes.
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { access, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

type Environment = Readonly<Record<string, string | undefined>>;

/** A virtual environment with Ray: GENIUS_RAY_VENV, else `.venv-ray` or `.venv` here. */
export async function findRay(environment: Environment): Promise<string | undefined> {
  const named = environment.GENIUS_RAY_VENV;
  for (const folder of named ? [named] : [".venv-ray", ".venv"]) {
    const path = resolve(folder);
    if (
      await access(join(path, "bin", "ray")).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

export interface NodeSize {
  readonly cpus: number;
  /** Told to Ray, whether there are any or not. */
  readonly gpus?: number;
  /** What Ray gives out, in bytes. */
  readonly memory?: number;
  /** Further variables, such as Ray's own settings. */
  readonly environment?: Record<string, string>;
}

export interface RayNode {
  /** Ends everything of the node at once, as when its power is cut. */
  kill(): Promise<void>;
}

export interface RayCluster {
  /** Of the dashboard. */
  readonly address: string;
  readonly token: string;
  /** What a Ray command needs to reach this cluster. */
  readonly environment: Record<string, string | undefined>;
  readonly head: RayNode;
  addNode(size: NodeSize): Promise<RayNode>;
  /** A new head in the place of one that was killed: the same address, and nothing that the old one knew. */
  startHead(size: NodeSize): Promise<void>;
  /** Tells Ray that a node will be taken away, as clouds do with spot machines. `id` is Ray's. */
  announcePreemption(id: string, reason: string): Promise<void>;
  /** Ends all of it and deletes its files. */
  close(): Promise<void>;
}

export async function startRay(venv: string, size: NodeSize): Promise<RayCluster> {
  const folder = await mkdtemp(join(tmpdir(), "ray-"));
  const [port, dashboardPort] = [await freePort(), await freePort()];
  const token = randomUUID().replaceAll("-", "");
  const gcs = `127.0.0.1:${port}`;
  const mark = randomUUID();
  const environment: Record<string, string | undefined> = {
    ...process.env,
    RAY_AUTH_MODE: "token",
    RAY_AUTH_TOKEN: token,
    RAY_USAGE_STATS_ENABLED: "0",
    RAY_ADDRESS: undefined,
    RAY_enable_worker_prestart: "0",
    RAY_health_check_period_ms: "1000",
    RAY_health_check_failure_threshold: "5",
    RAY_gcs_rpc_server_reconnect_timeout_s: "15",
    // By which the processes of this cluster are known, regardless of who started them.
    GENIUS_RAY_MARK: mark,
  };
  let starts = 0;
  const start = async (args: readonly string[], { cpus, gpus = 0, memory, environment: more }: NodeSize) => {
    starts += 1;
    const name = `${mark}-${starts};`;
    const all = ["start", ...args, "--num-cpus", String(cpus), "--num-gpus", String(gpus), "--block"];
    all.push("--node-ip-address", "127.0.0.1", "--object-store-memory", "80000000", "--disable-usage-stats");
    if (memory !== undefined) all.push("--memory", String(memory));
    const agentPort = await freePort();
    all.push("--dashboard-agent-listen-port", String(agentPort));
    let words = "";
    const process = spawn(join(venv, "bin", "ray"), all, {
      env: { ...environment, ...more, GENIUS_RAY_MARK: name } as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [process.stdout, process.stderr]) {
      stream.on("data", (data) => {
        words += String(data);
      });
    }
    for (let waited = 0; !words.includes("Ray runtime started"); waited += 1) {
      if (process.exitCode !== null || waited > 1200) throw new Error(`Ray did not start:\n${words}`);
      await wait(100);
    }
    // Without its agent, which does not say that its port was taken, a node takes no jobs.
    for (let waited = 0; !(await answers(agentPort)); waited += 1) {
      if (process.exitCode !== null || waited > 300) {
        await killMarked(name);
        throw new Error(`The agent of a node of Ray does not answer at port ${agentPort}:\n${words}`);
      }
      await wait(100);
    }
    return { kill: () => killMarked(name) };
  };
  const startHead = async (size: NodeSize) => {
    // A folder of its own: Ray takes a cluster noted in the old one for running.
    const args = ["--head", "--port", String(port), "--temp-dir", join(folder, String(starts))];
    args.push("--dashboard-host", "127.0.0.1", "--dashboard-port", String(dashboardPort));
    args.push("--ray-client-server-port", String(await freePort()));
    return start(args, size);
  };
  const close = async () => {
    await killMarked(mark);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    let head = await startHead(size);
    return {
      address: `http://127.0.0.1:${dashboardPort}`,
      token,
      environment,
      head: { kill: () => head.kill() },
      addNode: (size) => start(["--address", gcs], size),
      async startHead(size) {
        head = await startHead(size);
      },
      async announcePreemption(id, reason) {
        const why = ["--reason", "DRAIN_NODE_REASON_PREEMPTION", "--reason-message", reason];
        const args = ["drain-node", "--address", gcs, "--node-id", id, ...why];
        args.push("--deadline-remaining-seconds", "1");
        await promisify(execFile)(join(venv, "bin", "ray"), args, { env: environment as NodeJS.ProcessEnv });
      },
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/**
 * Kills every process whose environment has a mark that begins so, and all that those started, until there is none.
 * Ray's own processes overwrite their environment, but their parent's can be read. Linux only.
 */
async function killMarked(mark: string): Promise<void> {
  for (;;) {
    const doomed = await findMarked(mark);
    if (doomed.size === 0) return;
    for (const pid of doomed) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
    }
    await wait(50);
  }
}

async function findMarked(mark: string): Promise<ReadonlySet<number>> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const parents = new Map<number, number>();
  const found = new Set<number>();
  for (const name of names) {
    const variables = await readFile(`/proc/${name}/environ`, "latin1").catch(() => "");
    const stat = await readFile(`/proc/${name}/stat`, "latin1").catch(() => "");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (parent === undefined || state === "Z") continue;
    parents.set(Number(name), Number(parent));
    if (variables.includes(`GENIUS_RAY_MARK=${mark}`)) found.add(Number(name));
  }
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return found;
}

const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );

/**
 * A port that nobody listens at. Not one of those that the system gives to outgoing connections, from 32768 on: a node binds
 * its ports seconds later, and its own connections could have taken it by then. Nor of Ray's workers, up to 19999.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
