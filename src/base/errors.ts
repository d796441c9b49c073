// The one error class of the product. A message says where, what was received, what is allowed and what to
// do next; `code` is a literal that programs can match. Anything expected during a search (a diverged
// training, an unreadable reply) is an Outcome, not one of these.

/** Codes a GeniusError may carry. `wrong-use` maps to exit code 2, everything else to 1. */
export type ErrorCode =
  | "wrong-use"
  | "unknown-name"
  | "bad-file"
  | "bad-choices"
  | "bad-data"
  | "bad-model-file"
  | "not-found"
  | "no-permission"
  | "disk-full"
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
  | "internal";

export class GeniusError extends Error {
  override readonly name = "GeniusError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

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
  switch (systemCodeOf(thrown)) {
    case "ENOENT":
      return new GeniusError("not-found", `Cannot ${doing} ${path}: it does not exist.`, { cause: thrown });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new GeniusError(
        "no-permission",
        `Cannot ${doing} ${path}: permission denied. Choose a folder you may write to with --out, or change its permissions.`,
        { cause: thrown },
      );
    case "ENOSPC":
    case "EDQUOT":
      return new GeniusError(
        "disk-full",
        `Cannot ${doing} ${path}: the disk is full. Free some space, then run "genius resume"; finished trials are kept.`,
        { cause: thrown },
      );
    case "EISDIR":
      return new GeniusError("bad-file", `Cannot ${doing} ${path}: it is a folder, not a file.`, {
        cause: thrown,
      });
    case "ENOTDIR":
      return new GeniusError(
        "bad-file",
        `Cannot ${doing} ${path}: a part of its path is a file, not a folder.`,
        {
          cause: thrown,
        },
      );
    default:
      return thrown;
  }
}
