// The contract of a command of `genius`: its words for `--help`, its options as one schema, and what it does. This folder is
// what all commands share – the commands themselves are in cli/ and features/.
import type { z } from "zod";

/** Where a command reads and writes. Tests give their own. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isInteractive: boolean;
  /** Whether results are read on a terminal, and not from a file or a pipe. */
  readonly showsResults?: boolean;
  readonly columns: number;
  /** Standard output: results. */
  out(text: string): void;
  /** Standard error: progress and messages. */
  error(text: string): void;
  readStandardInput(): AsyncIterable<string>;
  /**
   * Tells of each key that is pressed, until the function that it returns is called; undefined where nobody sits at a
   * keyboard. Ctrl-C and Ctrl-Z do what they do anywhere.
   */
  readKeys?(onKey: (key: string) => void): (() => void) | undefined;
  /**
   * Where a picture is redrawn in place: `show` is told what is to be said at once, such as that Ctrl-C was heard, until
   * the function that it returns is called. Elsewhere such words go to standard error.
   */
  takeNotices?(show: (words: string) => void): () => void;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface Invocation<Options> {
  readonly operands: readonly string[];
  readonly options: Options;
  /** Those of the command's own flags that were given, before defaults. */
  readonly explicit: Readonly<Record<string, unknown>>;
  /** Flags that the command's own schema does not know, for commands that pass them on to a member. */
  readonly rest: Readonly<Record<string, string | boolean>>;
  readonly terminal: Terminal;
}

export interface Command<Options = unknown> {
  readonly options: z.ZodObject & z.ZodType<Options>;
  /** Paragraphs below the options in `--help`: examples, formats. */
  readonly more?: string;
  /** Whether flags outside the schema are allowed (they are checked later, by the member they belong to). */
  readonly passesRest?: boolean;
  /** Fields of the chosen members' flags that take no value, so that what follows one of them is not taken for it. */
  switches?(given: Readonly<Record<string, string | boolean>>): Promise<readonly string[]>;
  /** Further sections of `--help` that depend on what was chosen. */
  help?(given: Readonly<Record<string, unknown>>, operands: readonly string[]): Promise<string>;
  /** @returns the exit code. */
  run(invocation: Invocation<Options>): Promise<number>;
}

export function defineCommand<Options>(command: Command<Options>): Command<Options> {
  return command;
}
