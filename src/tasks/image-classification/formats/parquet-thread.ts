// Parquet files read on a thread of their own, which is ended when it takes more time or memory than a sound file of
// that size could need: bytes that are damaged in the wrong place send the parser into a loop without end. Owns the
// thread; what is read is decided by parquet.ts.
import { statSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { type ErrorCode, fileError, GeniusError } from "../../../base/errors.ts";
import type { ParquetDescription, ParquetRow } from "./parquet-file.ts";

export interface ParquetPlace {
  readonly path: string;
  /** The name in messages. */
  readonly where: string;
}

export interface ParquetThread extends AsyncDisposable {
  describe(file: ParquetPlace): Promise<ParquetDescription>;
  rows(
    file: ParquetPlace,
    columns: { readonly label: string; readonly image?: string | undefined },
    range: { readonly rowStart: number; readonly rowEnd: number },
  ): Promise<readonly ParquetRow[]>;
  /** Whether a limit has ended it: then it answers nothing more. */
  isEnded(): boolean;
}

export interface ParquetLimits {
  /** For one answer: a description or a group of rows. */
  readonly timeLimitMs: number;
  readonly heapMb: number;
}

type Ask =
  | { readonly kind: "describe" }
  | {
      readonly kind: "rows";
      readonly columns: { readonly label: string; readonly image?: string | undefined };
      readonly range: { readonly rowStart: number; readonly rowEnd: number };
    };
export interface ToParquet {
  readonly id: number;
  readonly file: ParquetPlace;
  readonly ask: Ask;
}
export type FromParquet =
  | { readonly id: number; readonly description: ParquetDescription }
  | { readonly id: number; readonly rows: readonly ParquetRow[] }
  | { readonly id: number; readonly code: ErrorCode; readonly message: string };

/** The max time for a sound file of this size, on a slow and busy machine. */
function limitsFor(paths: readonly string[]): ParquetLimits {
  const megabytes = Math.max(0, ...paths.map(sizeOf)) / 1e6;
  return { timeLimitMs: 20_000 + 1_000 * megabytes, heapMb: Math.round(256 + 4 * megabytes) };
}

/** @throws GeniusError (each of its answers) `bad-data` for a file that is damaged or passes the limits. */
export function openParquetThread(
  paths: readonly string[],
  limits: ParquetLimits = limitsFor(paths),
): ParquetThread {
  const { timeLimitMs, heapMb } = limits;
  // tsc does not rewrite a name in a URL: in a checkout it is the .ts file, in dist the .js one.
  const isSource = import.meta.url.endsWith(".ts");
  const worker = new Worker(
    isSource
      ? new URL("./parquet-worker.ts", import.meta.url)
      : new URL("./parquet-worker.js", import.meta.url),
    { resourceLimits: { maxOldGenerationSizeMb: heapMb } },
  );
  let waiting: { file: ParquetPlace; settle: (answer: FromParquet | GeniusError) => void } | undefined;
  let next = 0;
  let failure: GeniusError | undefined;
  const fail = (why: string, cause?: unknown) => {
    const where = waiting?.file.where ?? "A Parquet file";
    failure ??= new GeniusError(
      "bad-data",
      `${where}: cannot be read as Parquet (${why}). It is damaged; get the file again.`,
      { cause },
    );
    waiting?.settle(failure);
  };
  worker.on("message", (answer: FromParquet) => waiting?.settle(answer));
  worker.on("error", (cause: Error & { code?: string }) =>
    fail(
      cause.code === "ERR_WORKER_OUT_OF_MEMORY"
        ? `its parser asks for more than ${heapMb} MB of memory`
        : `its parser failed: ${cause.message}`,
      cause,
    ),
  );
  worker.on("exit", () => fail("its parser ended"));
  const ask = async (file: ParquetPlace, what: Ask): Promise<FromParquet> => {
    if (failure !== undefined) throw failure;
    next += 1;
    const id = next;
    const answered = new Promise<FromParquet | GeniusError>((settle) => {
      waiting = { file, settle };
    });
    const timer = setTimeout(() => {
      fail(`its parser found no end within ${Math.round(timeLimitMs / 1000)} s`);
      void worker.terminate();
    }, timeLimitMs);
    worker.postMessage({ id, file, ask: what } satisfies ToParquet);
    const answer = await answered.finally(() => clearTimeout(timer));
    waiting = undefined;
    if (answer instanceof GeniusError) throw answer;
    if ("code" in answer) throw new GeniusError(answer.code, answer.message);
    return answer;
  };
  return {
    async describe(file) {
      const answer = await ask(file, { kind: "describe" });
      if ("description" in answer) return answer.description;
      throw new GeniusError("internal", "The thread that reads Parquet answered another question.");
    },
    async rows(file, columns, range) {
      const answer = await ask(file, { kind: "rows", columns, range });
      if ("rows" in answer) return answer.rows;
      throw new GeniusError("internal", "The thread that reads Parquet answered another question.");
    },
    isEnded: () => failure !== undefined,
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (thrown) {
    throw fileError(thrown, path, "read");
  }
}
