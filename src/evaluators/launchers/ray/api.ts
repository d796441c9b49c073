// Ray's job REST API over HTTP, as far as a launcher needs it. Answers are checked here; what goes wrong becomes an
// error that says where, what Ray said and what to do. It knows nothing of jobs' folders.
import { z } from "zod";
import { GeniusError, messageOf, systemCodeOf } from "../../../base/errors.ts";
import { requestHttp } from "./http.ts";

const version = z.object({ ray_version: z.string(), session_name: z.string().default("") });

const jobDetails = z.object({
  status: z.enum(["PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"]),
  message: z.string().nullish(),
  error_type: z.string().nullish(),
  driver_exit_code: z.int().nullish(),
  driver_node_id: z.string().nullish(),
});

const nodes = z.object({
  data: z.object({
    result: z.object({
      result: z.array(
        z.object({
          state: z.string().nullish(),
          state_message: z.string().nullish(),
          resources_total: z.record(z.string(), z.number()).nullish(),
        }),
      ),
    }),
  }),
});

export type RayJob = z.output<typeof jobDetails>;

export interface JobRequest {
  readonly submission_id: string;
  readonly entrypoint: string;
  readonly entrypoint_num_cpus: number;
  readonly entrypoint_num_gpus: number;
  readonly runtime_env: {
    readonly working_dir?: string;
    readonly pip?: readonly string[];
    readonly env_vars: Readonly<Record<string, string>>;
  };
  readonly metadata: Readonly<Record<string, string>>;
}

/** Every call throws `launcher-unreachable` or `launcher-refused`. */
export interface RayApi {
  readonly address: string;
  /** `session` is another one after the head was restarted without what it knew. */
  version(): Promise<{ readonly release: string; readonly session: string }>;
  job(key: string): Promise<RayJob | undefined>;
  submit(request: JobRequest): Promise<void>;
  stop(key: string): Promise<void>;
  hasPackage(name: string): Promise<boolean>;
  putPackage(name: string, bytes: Uint8Array): Promise<void>;
  /** Resources of every node that lives: `CPU`, `GPU`, `memory` (bytes) and others. */
  nodes(): Promise<readonly Readonly<Record<string, number>>[]>;
  /** Whether a node lives, and in Ray's words why it does not. Undefined where Ray knows no such node. */
  node(id: string): Promise<{ readonly isAlive: boolean; readonly words: string } | undefined>;
}

const timeoutMs = 30_000;
const uploadTimeoutMs = 300_000;

interface Call {
  readonly method?: "GET" | "POST" | "PUT";
  readonly body?: string | Uint8Array;
}

/** @param headers such as one that proves who asks. */
export function createRayApi(address: string, headers: Readonly<Record<string, string>> = {}): RayApi {
  const call = async (path: string, { method = "GET", body }: Call = {}) => {
    const answer = await requestHttp(`${address.replace(/\/+$/, "")}${path}`, {
      method,
      headers: { ...headers, ...(typeof body === "string" && { "content-type": "application/json" }) },
      ...(body !== undefined && { body }),
      timeoutMs: body instanceof Uint8Array ? uploadTimeoutMs : timeoutMs,
    }).catch((thrown: unknown) => {
      throw unreachable(address, thrown);
    });
    if (answer.status === 401 || answer.status === 403) throw refusedEntry(address, answer.status);
    return { ...answer, isGood: answer.status >= 200 && answer.status < 300 };
  };
  /** Undefined where Ray knows no such thing. */
  const ask = async <T>(path: string, schema: z.ZodType<T>, options?: Call): Promise<T | undefined> => {
    const answer = await call(path, options);
    if (answer.status === 404) return undefined;
    if (!answer.isGood) throw failed(address, `${options?.method ?? "GET"} ${path}`, answer);
    const parsed = schema.safeParse(parseJson(answer.text));
    if (parsed.success) return parsed.data;
    throw notRay(address, `${path} answered ${JSON.stringify(answer.text.slice(0, 200))}`);
  };
  const nodesWith = async (key: string, value: string) => {
    const query = `limit=10000&filter_keys=${key}&filter_predicates=%3D&filter_values=${encodeURIComponent(value)}`;
    return (await ask(`/api/v0/nodes?detail=true&${query}`, nodes))?.data.result.result ?? [];
  };
  const jobPath = (key: string) => `/api/jobs/${encodeURIComponent(key)}`;

  return {
    address,
    async version() {
      const answer = await ask("/api/version", version);
      if (answer === undefined) throw notRay(address, "it has no /api/version");
      return { release: answer.ray_version, session: answer.session_name };
    },
    job: (key) => ask(jobPath(key), jobDetails),
    async submit(request) {
      const answer = await ask("/api/jobs/", z.unknown(), { method: "POST", body: JSON.stringify(request) });
      if (answer === undefined) throw notRay(address, "it has no /api/jobs/");
    },
    stop: async (key) => void (await ask(`${jobPath(key)}/stop`, z.unknown(), { method: "POST" })),
    async hasPackage(name) {
      const path = `/api/packages/gcs/${name}`;
      const answer = await call(path);
      if (!answer.isGood && answer.status !== 404) throw failed(address, `GET ${path}`, answer);
      return answer.isGood;
    },
    async putPackage(name, bytes) {
      const path = `/api/packages/gcs/${name}`;
      const answer = await call(path, { method: "PUT", body: bytes });
      if (!answer.isGood) throw failed(address, `PUT ${path}`, answer);
    },
    nodes: async () => (await nodesWith("state", "ALIVE")).map((node) => node.resources_total ?? {}),
    async node(id) {
      const [found] = await nodesWith("node_id", id);
      return found && { isAlive: found.state === "ALIVE", words: found.state_message ?? "" };
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function unreachable(address: string, thrown: unknown): GeniusError {
  const code = systemCodeOf(thrown);
  const why = code === "ABORT_ERR" ? `no answer in ${timeoutMs / 1000} s` : (code ?? messageOf(thrown));
  return new GeniusError(
    "launcher-unreachable",
    `No Ray answers at ${address} (${why}). Start its head with \`ray start --head\` of ray[default], or give the address of its dashboard with --ray-address; through a firewall, \`ssh -L 8265:localhost:8265 HEAD\` brings it here. Jobs that run go on.`,
    { cause: thrown },
  );
}

function refusedEntry(address: string, status: number): GeniusError {
  return new GeniusError(
    "launcher-refused",
    `The Ray at ${address} asks for a token and ${status === 401 ? "got none" : "did not take the one it got"} (HTTP ${status}). Put the cluster's token (\`ray get-auth-token\` on the head) into RAY_AUTH_TOKEN, or its file's path into RAY_AUTH_TOKEN_PATH.`,
  );
}

function notRay(address: string, what: string): GeniusError {
  return new GeniusError(
    "launcher-refused",
    `What answers at ${address} is not the dashboard of a Ray: ${what}. Give the dashboard's address, by default port 8265 of the head, with --ray-address.`,
  );
}

/** Ray answers with a Python traceback; its last line says what was wrong. */
function failed(
  address: string,
  asked: string,
  { status, text }: { status: number; text: string },
): GeniusError {
  const lines = text.split("\n").filter((line) => /[A-Za-z]/.test(line));
  const words = (lines.at(-1) ?? "").trim().slice(0, 500);
  // The head passes on what its agent refused as an error of its own.
  const isRefused = (status >= 400 && status < 500) || /Request failed with status code 4\d\d/.test(text);
  return new GeniusError(
    isRefused ? "launcher-refused" : "launcher-unreachable",
    `The Ray at ${address} answered ${asked} with HTTP ${status}: ${words === "" ? "no reason given" : words}${isRefused ? "" : ". See the dashboard's logs on the head (/tmp/ray/session_latest/logs/dashboard*.log)."}`,
  );
}
