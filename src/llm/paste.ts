// Reads answers that a person, or a program in a person's place, pastes into a stream: many lines, ended by a line
// that holds only a dot or by the end of the stream. What comes after the dot is kept for the next answer.

export interface PasteReader {
  /** The next answer, without the dot; undefined when the stream ended before anything of it came. */
  next(signal: AbortSignal): Promise<string | undefined>;
  /** Releases the stream, so that the process can end. What was read and not given out is kept for a later `next`. */
  close(): void;
}

/** Nothing is read before the first answer is asked for. */
export function createPasteReader(stream: NodeJS.ReadableStream): PasteReader {
  const decoder = new TextDecoder();
  let buffer = "";
  let ended = false;
  let failure: Error | undefined;
  let started = false;
  let wake: () => void = () => {};
  const onData = (chunk: Uint8Array | string) => {
    buffer += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    wake();
  };
  const onEnd = () => {
    ended = true;
    wake();
  };
  const onError = (error: Error) => {
    failure = error;
    wake();
  };
  const start = () => {
    if (started) {
      stream.resume();
      return;
    }
    started = true;
    stream.on("data", onData).on("end", onEnd).on("close", onEnd).on("error", onError);
  };

  function takeAnswer(): string | undefined {
    const dot = /(^|\n)\.[^\S\n]*(\n|$)/.exec(buffer);
    const closed = dot !== null && (dot[2] === "\n" || ended) ? dot : null;
    if (closed !== null) {
      const answer = buffer.slice(0, closed.index);
      buffer = buffer.slice(closed.index + closed[0].length);
      return answer;
    }
    if (!ended || buffer === "") return undefined;
    const answer = buffer.replace(/\r?\n$/, "");
    buffer = "";
    return answer;
  }

  return {
    async next(signal) {
      start();
      const onAbort = () => wake();
      signal.addEventListener("abort", onAbort);
      try {
        for (;;) {
          signal.throwIfAborted();
          const answer = takeAnswer();
          if (answer !== undefined) return clean(answer);
          if (failure !== undefined) throw failure;
          if (ended) return undefined;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        signal.removeEventListener("abort", onAbort);
        // Between answers nobody reads, and a terminal must not keep the process alive.
        stream.pause();
      }
    },
    close() {
      started = false;
      stream.removeListener("data", onData).removeListener("end", onEnd);
      stream.removeListener("close", onEnd).removeListener("error", onError);
      stream.pause();
    },
  };
}

/** Line ends as `\n`, without the marks that terminals put around what is pasted. */
function clean(text: string): string {
  return text
    .replace(/\r(?=\n|$)/g, "")
    .replaceAll("\u001B[200~", "")
    .replaceAll("\u001B[201~", "");
}
