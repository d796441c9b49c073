// The command `genius`: finds the command, reads its flags, runs it, and turns whatever goes wrong into one clear
// paragraph and an exit code: 0 done, 1 failed, 2 wrong use, 130 interrupted and resumable.
import { fileError, GeniusError, isAbort, messageOf, systemError } from "../base/errors.ts";
import { asError, namingForeignCode } from "../base/foreign-code.ts";
import { terminalSafeLines } from "../base/terminal-text.ts";
import { unlessAborted } from "../base/unless-aborted.ts";
import type { Command, Terminal } from "../command/command.ts";
import { commands } from "./commands.ts";
import { processTerminal } from "./terminal.ts";

/** Runs the command line `args` and sets the process's exit code. */
export async function main(args: readonly string[]): Promise<void> {
  const interrupt = new AbortController();
  // Under an older Node this is the child of bin/genius.js, which was killed. Waiting for that keeps nothing running.
  process.channel?.unref();
  process.on("disconnect", () => interrupt.abort());
  const { terminal, notice, lost, failure } = processTerminal(process, process.env, interrupt);
  if (!endsAtOnce(args)) interruptBySignal(interrupt, { args, notice });
  // What is thrown outside of any call of ours, such as an error event that nobody listens to.
  process.on("uncaughtException", (thrown) => {
    process.exit(report(thrown, terminal));
  });
  // Nothing is left that could settle what is waited for: a promise of a person's own member that never settles.
  const endStuck = () => process.exit(report(new GeniusError("foreign-code", stuckWords), terminal));
  process.once("beforeExit", endStuck);
  const code = await run(args, terminal);
  process.off("beforeExit", endStuck);
  // A pipe or a file may refuse the last words after the command has ended; the error event comes after the answer.
  await new Promise<void>((settled) => process.stdout.write("", () => setImmediate(settled)));
  const isFull = lost() === "failed";
  process.exitCode = isFull ? report(fileError(failure(), "standard output", "write to"), terminal) : code;
  // All that is kept is kept: what still runs, such as a calculation that nobody waits for, ends with the process.
  if (interrupt.signal.aborted) process.exit();
}

const stuckWords =
  "A program of your own returned a promise that never settles, such as an evaluate(…) that waits for nothing. A search keeps its finished trials: mend the program, then use genius resume.";

const stoppingWords = "Stopping … Ctrl-C again ends at once.";

/** Asks the command to stop; what it has by then is kept. A second Ctrl-C does not wait for that. */
function interruptBySignal(
  interrupt: AbortController,
  { args, notice }: { readonly args: readonly string[]; readonly notice: (words: string) => void },
): void {
  let interrupts = 0;
  const stop = () => {
    // Under an older Node one Ctrl-C arrives in two ways.
    if (!interrupt.signal.aborted) notice(stoppingWords);
    interrupt.abort();
  };
  process.on("SIGINT", () => {
    interrupts += 1;
    if (interrupts > 1) process.exit(130);
    stop();
  });
  process.on("SIGTERM", stop);
  // The terminal was closed: what takes long continues without it, and can be followed with "genius dashboard".
  process.on("SIGHUP", () => {
    if (!outlivesTerminal(args)) interrupt.abort();
  });
}

/** A signal that nobody listens to ends the process. */
function endsAtOnce([name = ""]: readonly string[]): boolean {
  return Object.hasOwn(commands, name) && commands[name]!.endsAtOnce === true;
}

/** Servers end with the terminal that they were started in; a search does not. */
function outlivesTerminal([name]: readonly string[]): boolean {
  return name !== "dashboard" && name !== "mcp";
}

/** Runs one command line against a terminal and returns the exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    process.cwd(); // Throws where the current folder was removed, which nothing below expects.
    const [name, ...rest] = args;
    if (name === undefined || name === "--help" || name === "-h" || name === "help")
      return await help(rest, terminal);
    if (name === "--version" || name === "-V") {
      const { version } = await import("../api/version.ts");
      terminal.out(`${version()}\n`);
      return 0;
    }
    const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (entry === undefined) throw await unknownCommand(name);
    const load = async () => {
      const { loadZod } = await import("./load-zod.ts");
      await loadZod();
      return Promise.all([entry.load(), import("../base/proxy.ts")]);
    };
    const [command, { useProxy }] = await unlessAborted(load(), terminal.signal);
    const warning = await useProxy(terminal.environment);
    if (warning !== undefined) terminal.error(`Note: ${warning}\n`);
    if (rest.includes("--help") || rest.includes("-h")) {
      terminal.out(await commandHelp(name, command, rest));
      return 0;
    }
    return await invoke(command, rest, terminal);
  } catch (thrown) {
    const code = report(thrown, terminal.isInteractive ? await wrapping(terminal) : terminal);
    const [name = ""] = args;
    const goesOn = Object.hasOwn(commands, name) && commands[name]?.goesOn === true;
    if (isAbort(thrown) && goesOn) terminal.error("The same command goes on where it was.\n");
    return code;
  }
}

/** The same terminal, on which a message is broken between words. */
async function wrapping(terminal: Terminal): Promise<Terminal> {
  const { wrapped } = await import("./wrapped.ts");
  const { columns } = terminal;
  return { ...terminal, error: (text) => terminal.error(`${wrapped(text.trimEnd(), columns)}\n`) };
}

async function invoke(command: Command, args: readonly string[], terminal: Terminal): Promise<number> {
  const { checkFlags, coerce, emptyValue, parseArguments, unknownFlag } = await import(
    "../command/options.ts"
  );
  const { flagsOf } = await import("../runs/flags.ts");
  const flags = await flagsOf(command.options);
  const booleans = flags.filter((flag) => flag.isBoolean).map((flag) => flag.field);
  const known = flags.map((flag) => flag.field);
  let { operands, values } = parseArguments(args, booleans);
  const isWaiting = Object.entries(values).some(
    ([field, value]) => typeof value === "string" && !known.includes(field),
  );
  // A member's flag may be one that takes no value, which only the member knows.
  if (isWaiting && command.switches !== undefined)
    ({ operands, values } = parseArguments(args, [...booleans, ...(await command.switches(values))]));
  if (operands.includes("")) throw emptyValue("An argument");
  const rest = Object.fromEntries(Object.entries(values).filter(([field]) => !known.includes(field)));
  if (command.passesRest !== true) for (const field of Object.keys(rest)) throw unknownFlag(field, known);
  const own = Object.fromEntries(Object.entries(values).filter(([field]) => known.includes(field)));
  const explicit = coerce(own, flags);
  const options = checkFlags(command.options, explicit);
  terminal.signal.throwIfAborted();
  return command.run({ operands, options, explicit, rest, terminal });
}

async function unknownCommand(name: string): Promise<GeniusError> {
  const { nearest } = await import("../base/nearest.ts");
  const suggestion = nearest(name, Object.keys(commands));
  const hint = suggestion === undefined ? "" : ` Did you mean "${suggestion}"?`;
  return new GeniusError("wrong-use", `There is no command "${name}".${hint} See "genius --help".`);
}

async function help(rest: readonly string[], terminal: Terminal): Promise<number> {
  const name = rest[0];
  if (name !== undefined && Object.hasOwn(commands, name)) {
    terminal.out(await commandHelp(name, await commands[name]!.load(), rest.slice(1)));
    return 0;
  }
  if (name !== undefined && !name.startsWith("-")) throw await unknownCommand(name);
  const entries = Object.values(commands);
  const width = Math.max(...entries.map(({ usage }) => usage.length));
  terminal.out(`genius – a language model designs networks for your data and budget, beside honest baselines.

Usage: genius COMMAND [options]

${entries.map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`).join("\n")}

Every command takes --help, and --json for results that a program can read.
Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted (resumable).

A first search, with nothing to set up:  genius search digits --max-params 20k --max-macs 2M --minutes 3
`);
  return 0;
}

async function commandHelp(name: string, command: Command, args: readonly string[]): Promise<string> {
  const { helpOf, parseArguments } = await import("../command/options.ts");
  const { flagsOf } = await import("../runs/flags.ts");
  const { usage, summary } = commands[name]!;
  const flags = await flagsOf(command.options);
  const booleans = [...flags.filter((flag) => flag.isBoolean).map((flag) => flag.field), "help"];
  const { operands, values } = parseArguments(
    args.filter((argument) => argument !== "-h"),
    booleans,
  );
  const parts = [
    `Usage: genius ${usage}\n\n${summary[0]!.toUpperCase()}${summary.slice(1)}.\n`,
    helpOf("Options", flags),
  ];
  if (command.help !== undefined) parts.push(await command.help(values, operands));
  if (command.more !== undefined) parts.push(`${command.more.trim()}\n`);
  return parts.filter((part) => part !== "").join("\n");
}

const wrongUse: readonly string[] = ["wrong-use", "unknown-name", "bad-choices"];

function report(caught: unknown, terminal: Terminal): number {
  // Ours throw errors only.
  const thrown = isAbort(caught) ? caught : namingForeignCode(asError("A program of your own", caught));
  if (isAbort(thrown)) {
    terminal.error("genius: interrupted.\n");
    return 130;
  }
  const known = systemError(thrown);
  if (known instanceof GeniusError) {
    terminal.error(`genius: ${terminalSafeLines(known.message)}\n`);
    return wrongUse.includes(known.code) ? 2 : 1;
  }
  const stack = thrown instanceof Error && thrown.stack !== undefined ? `\n${thrown.stack}` : "";
  terminal.error(
    terminalSafeLines(
      `genius: something unexpected went wrong, which is a fault of genius: ${messageOf(thrown)}${stack}\n`,
    ),
  );
  return 1;
}
