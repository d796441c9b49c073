// The process's own terminal: standard streams that may close, vanish or fill up at any time, and the border where text
// is made safe. A reader of results that goes away ends the command, since nobody is left to take them; a terminal that
// goes away ends nothing: the command works on without it.
import { addAbortSignal } from "node:stream";
import { systemCodeOf } from "../base/errors.ts";
import { atBorder, showsColours } from "../base/terminal-text.ts";
import type { Terminal } from "../command/command.ts";

export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
}

export interface ProcessTerminal {
  readonly terminal: Terminal;
  /** Says something at once, wherever the person looks. */
  notice(words: string): void;
  /** Why standard output takes nothing more, if that is so. `reader-gone`: a pipe was closed by its reader. */
  lost(): "reader-gone" | "terminal-gone" | "failed" | undefined;
  /** The error of a standard output that could not be written, such as a full disk. */
  failure(): unknown;
}

const goneCodes: readonly string[] = ["EPIPE", "EIO", "ENXIO", "EBADF", "ECONNRESET", "ERR_STREAM_DESTROYED"];

/** A terminal on the process's streams; `interrupt` is aborted when standard output can take no more results. */
export function processTerminal(
  streams: Streams,
  environment: Terminal["environment"],
  interrupt: AbortController,
): ProcessTerminal {
  // A process makes its standard input where it is first asked for, which few commands do.
  const { stdout, stderr } = streams;
  let lost: "reader-gone" | "terminal-gone" | "failed" | undefined;
  let failure: unknown;
  let isMute = false;
  let showNotice: ((words: string) => void) | undefined;
  const onOutputError = (thrown: unknown) => {
    if (lost !== undefined) return;
    const isGone = goneCodes.includes(systemCodeOf(thrown) ?? "");
    lost = !isGone ? "failed" : stdout.isTTY ? "terminal-gone" : "reader-gone";
    if (!isGone) failure = thrown;
    if (lost !== "terminal-gone") interrupt.abort();
  };
  stdout.on("error", onOutputError);
  // Without a listener the first message after the terminal is gone would end the process.
  stderr.on("error", () => {
    isMute = true;
  });
  const write = (stream: NodeJS.WriteStream, text: string) =>
    stream.write(atBorder(text, showsColours(environment, stream.isTTY === true)));

  const terminal: Terminal = {
    environment,
    isInteractive: stderr.isTTY === true && environment.TERM !== "dumb" && !environment.CI,
    showsResults: stdout.isTTY === true,
    // A terminal without a size, as under some process managers, says 0.
    get columns() {
      return stderr.columns || 80;
    },
    out(text) {
      if (lost === undefined) write(stdout, text);
    },
    error(text) {
      if (isMute) return;
      // A line that replaces the one before begins with a carriage return; anywhere else that would hide something.
      if (text.startsWith("\r")) stderr.write("\r");
      write(stderr, text.replace(/^\r/, ""));
    },
    // Ctrl-C ends the waiting for a line, too.
    readStandardInput: () => addAbortSignal(interrupt.signal, streams.stdin.setEncoding("utf8")),
    readKeys: (onKey) => readKeys(streams.stdin, onKey),
    takeNotices(show) {
      showNotice = show;
      return () => {
        if (showNotice === show) showNotice = undefined;
      };
    },
    signal: interrupt.signal,
  };
  return {
    terminal,
    notice(words) {
      if (showNotice !== undefined) showNotice(words);
      // Below the line that a terminal has been showing, which ends in ^C.
      else terminal.error(`${stderr.isTTY === true ? "\n" : ""}${words}\n`);
    },
    lost: () => lost,
    failure: () => failure,
  };
}

/** Keys one by one. In this mode a terminal sends no signals, so those of Ctrl-C and Ctrl-Z are sent here. */
function readKeys(stdin: Streams["stdin"], onKey: (key: string) => void): (() => void) | undefined {
  if (!stdin.isTTY || typeof stdin.setRawMode !== "function") return undefined;
  const onData = (text: string | Uint8Array) => {
    for (const key of text.toString()) {
      if (key === "\u0003") process.kill(process.pid, "SIGINT");
      else if (key === "\u001a") suspend();
      else onKey(key);
    }
  };
  const onContinue = () => stdin.setRawMode(true);
  const suspend = () => {
    stdin.setRawMode(false);
    process.once("SIGCONT", onContinue);
    process.kill(process.pid, "SIGTSTP");
  };
  stdin.setRawMode(true).on("data", onData).resume();
  return () => {
    process.removeListener("SIGCONT", onContinue);
    stdin.setRawMode(false).removeListener("data", onData).pause();
  };
}
