// The one error class of the product. A message says where, what was received, what is allowed and what to
// do next; `code` is a literal that programs can match. Anything expected during a search (a diverged
// training, an unreadable reply) is an Outcome, not one of these. What the operating system refuses is put into
// words here, once: one sentence that names the path and one that says what to do.

/** Codes a GeniusError may carry. `wrong-use` maps to exit code 2, everything else to 1. */
export type ErrorCode =
  | "wrong-use"
  | "unknown-name"
  | "bad-file"
  | "bad-choices"
  | "bad-data"
  | "data-changed"
  | "bad-model-file"
  | "not-found"
  | "no-permission"
  | "disk-full"
  | "io-error"
  | "system-limit"
  | "locked"
  | "offline"
  | "no-key"
  | "key-rejected"
  | "server-unreachable"
  | "model-failed"
  | "model-unusable"
  | "replay-missing"
  | "conversation-ended"
  | "budget-exhausted"
  | "infeasible"
  | "missing-feature"
  | "training-failed"
  | "launcher-unreachable"
  | "launcher-refused"
  | "foreign-code"
  | "internal";

export class GeniusError extends Error {
  override readonly name = "GeniusError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Whether something was stopped on purpose, by an abort signal. */
export const isAbort = (thrown: unknown): boolean => thrown instanceof Error && thrown.name === "AbortError";

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Node's error code (`ENOENT`, `ENOSPC`, …) of anything that was thrown, if it has one. */
export function systemCodeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}

/** Turns a failed file operation into one clear sentence about `path`; other errors pass through unchanged. */
export function fileError(thrown: unknown, path: string, doing: string): unknown {
  if (path.includes("\0"))
    return new GeniusError(
      "bad-file",
      `Cannot ${doing} ${path.replaceAll("\0", "\\0")}: a path holds no NUL character. Check the path.`,
      { cause: thrown },
    );
  const isWrite = !/^(read|open)\b/.test(doing);
  return refused(thrown, `Cannot ${doing} ${path}`, {
    place: isWrite ? "Choose another place with --out, or remove what is in the way." : "Check the path.",
    permission: isWrite
      ? "Choose a folder you may write to with --out, or change its permissions."
      : "Change its permissions, or run as a user who may read it.",
    space: 'Free some space, then run "genius resume"; finished trials are kept.',
  });
}

/** As `fileError`, for what is kept in the cache folder, which is chosen by an environment variable and not by a flag. */
export function cacheError(thrown: unknown, path: string, doing: string): unknown {
  const advice = "Set GENIUS_CACHE_DIR to a folder with room that you may write to.";
  // `writeWhole` has put it into words already, with other advice.
  const origin =
    thrown instanceof GeniusError && systemCodeOf(thrown.cause) !== undefined ? thrown.cause : thrown;
  return refused(origin, `Cannot ${doing} ${path}`, { place: advice, permission: advice, space: advice });
}

/** As `fileError`, for the folder of what is the user's own, which an environment variable chooses. */
export function ownError(thrown: unknown, path: string, doing: string): unknown {
  const advice = "Set GENIUS_OWN_DIR to a folder that you may read and write.";
  return refused(thrown, `Cannot ${doing} ${path}`, { place: advice, permission: advice, space: advice });
}

/** As `fileError`, for the folder of temporary files, which an environment variable chooses. */
export function temporaryError(thrown: unknown, path: string): unknown {
  const advice = "Set TMPDIR to a folder that exists, with room, that you may write to.";
  const all = { place: advice, permission: advice, space: advice, missing: advice };
  return refused(thrown, `Cannot create a temporary folder in ${path}`, all);
}

/**
 * What the operating system refused somewhere deep in a library, without a path that we know: the path is taken from
 * the error where it has one. Anything that is not an error of the operating system passes through unchanged.
 */
export function systemError(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof GeniusError) return thrown;
  const { syscall, path } = thrown as { syscall?: unknown; path?: unknown };
  if (typeof syscall !== "string") return thrown;
  if (syscall === "uv_cwd") {
    const words =
      "The current folder does not exist any more. Change to a folder that exists, then run the command again.";
    return new GeniusError("not-found", words, { cause: thrown });
  }
  const action = actions[syscall.split(" ")[0] as string] ?? "use";
  const what =
    typeof path === "string" ? `Cannot ${action} ${path}` : `The system refused an operation (${syscall})`;
  return refused(thrown, what, {
    place: "Check the path.",
    permission: "Check its permissions, or choose another folder.",
    space: "Free some space, then run the command again.",
  });
}

const actions: Readonly<Record<string, string>> = {
  open: "open",
  read: "read",
  scandir: "read",
  stat: "read",
  lstat: "read",
  access: "read",
  write: "write",
  mkdir: "create the folder",
  mkdtemp: "create a folder at",
  rename: "rename",
  unlink: "remove",
  rm: "remove",
  rmdir: "remove",
  spawn: "start",
};

/** What to do next, by what kind of thing stands in the way. */
interface Advice {
  /** What does not exist; nothing is advised when absent. */
  readonly missing?: string;
  readonly place: string;
  readonly permission: string;
  readonly space: string;
}

function refused(thrown: unknown, what: string, advice: Advice): unknown {
  const system = systemCodeOf(thrown);
  const refusal = system === undefined || !Object.hasOwn(refusals, system) ? undefined : refusals[system];
  if (refusal === undefined) return thrown;
  const [code, why, next] = refusal;
  const todo = isAdvice(next) ? advice[next] : next;
  const words = `${what}: ${why}.${todo === undefined ? "" : ` ${todo}`}`;
  return new GeniusError(code, words, { cause: thrown });
}

const isAdvice = (next: string | undefined): next is keyof Advice =>
  next === "missing" || next === "place" || next === "permission" || next === "space";

/** By the system's code: our code, the reason, and what to do (a kind of advice, or words of its own). */
const refusals: Readonly<Record<string, readonly [ErrorCode, string, string?]>> = {
  ENOENT: ["not-found", "it does not exist", "missing"],
  EACCES: ["no-permission", "permission denied", "permission"],
  EPERM: ["no-permission", "permission denied", "permission"],
  EROFS: ["no-permission", "its disk is read-only (permission denied)", "permission"],
  ENOSPC: ["disk-full", "the disk is full", "space"],
  EDQUOT: ["disk-full", "the disk is full: your quota is used up", "space"],
  EFBIG: ["disk-full", "the file would become larger than this disk allows", "space"],
  EISDIR: ["bad-file", "it is a folder, not a file", "place"],
  ENOTDIR: ["bad-file", "a part of its path is a file, not a folder", "place"],
  EEXIST: ["bad-file", "a file of that name exists already", "place"],
  ENOTEMPTY: ["bad-file", "the folder is not empty", "place"],
  ELOOP: ["bad-file", "its symbolic links lead in a circle", "place"],
  ENAMETOOLONG: [
    "bad-file",
    "the name is too long; most disks allow 255 bytes for each part of a path",
    "Choose a shorter one.",
  ],
  EMFILE: [
    "system-limit",
    "too many files are open in this process",
    "Raise the limit with `ulimit -n 4096`, then run the command again.",
  ],
  ENFILE: [
    "system-limit",
    "too many files are open on this machine",
    "Close other programs, or ask its administrator to raise fs.file-max.",
  ],
  EAGAIN: [
    "system-limit",
    "the system has no process or memory left for it",
    "Close other programs, or raise the limit with `ulimit -u`.",
  ],
  ENOMEM: [
    "system-limit",
    "the system has no memory left for it",
    "Close other programs, or lower --parallel.",
  ],
  EIO: [
    "io-error",
    "the disk reports an input/output error",
    "Check the disk or the network drive, then try again.",
  ],
  ESTALE: ["io-error", "the network drive has lost the file", "Mount it again, then try again."],
  EBUSY: ["io-error", "it is in use by another program", "Close that program, then try again."],
  ETXTBSY: ["io-error", "it is a program that is running", "place"],
};
