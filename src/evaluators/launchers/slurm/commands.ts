// Runs Slurm's programs, always with a list of arguments and never through a shell, and tells a cluster that does not
// answer from one that refuses. Knows nothing of trainings.
import { execFile } from "node:child_process";
import { GeniusError, systemCodeOf } from "../../../base/errors.ts";

export type SlurmProgram = "sbatch" | "squeue" | "sacct" | "scancel" | "scontrol" | "sinfo";

/** @returns what the program printed. @throws GeniusError `launcher-unreachable` or `launcher-refused`. */
export type RunSlurm = (
  program: SlurmProgram,
  args: readonly string[],
  /** Added to the program's environment, and by sbatch to the job's. */
  additional?: Readonly<Record<string, string>>,
) => Promise<string>;

const patienceMs = 60_000;

/** Slurm's words when its controller, its database or the credentials daemon cannot be spoken to. */
const unreachable =
  /unable to contact|connect failure|connection refused|connection (timed out|reset)|timed out on send|socket timed out|communication (connection )?failure|zero bytes|munge|protocol authentication|backup mode|configuration source|resource temporarily unavailable/i;

/** Slurm's programs with this environment, less its secrets and what an enclosing Slurm job left there. */
export function slurmPrograms(environment: Readonly<Record<string, string | undefined>>): RunSlurm {
  const env = clean(environment);
  return (program, args, additional) =>
    new Promise((resolve, reject) => {
      const child = execFile(
        program,
        args,
        {
          env: { ...env, ...additional },
          cwd: "/",
          timeout: patienceMs,
          killSignal: "SIGKILL",
          maxBuffer: 64 * 1024 * 1024,
        },
        (cause, stdout, stderr) => {
          if (cause === null) resolve(stdout);
          else reject(errorOf(cause, program, `${stderr}`.trim()));
        },
      );
      child.stdin?.end();
    });
}

function errorOf(cause: Error & { killed?: boolean }, program: SlurmProgram, words: string): GeniusError {
  if (systemCodeOf(cause) === "ENOENT") {
    const message = `Slurm's program ${program} is not on the PATH. Run this on a machine that submits to the cluster (a login node), or load the cluster's Slurm module first.`;
    return new GeniusError("launcher-refused", message, { cause });
  }
  if (cause.killed === true) {
    const message = `Slurm's ${program} did not answer within ${patienceMs / 1000} s. Look at the cluster with \`sinfo\`; jobs that run go on.`;
    return new GeniusError("launcher-unreachable", message, { cause });
  }
  if (unreachable.test(words)) {
    const message = `Slurm does not answer: ${words} Running jobs continue. Look at the cluster with \`sinfo\`, then run \`genius resume\`.`;
    return new GeniusError("launcher-unreachable", message, { cause });
  }
  return new GeniusError("launcher-refused", `Slurm's ${program} refused: ${words || cause.message}`, {
    cause,
  });
}

/** SLURM_ names describe the job that a study itself may run in; handed on, they would bend the new job's request. */
function clean(environment: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const isSecret = (name: string) => /(KEY|TOKEN|SECRET|PASSWORD)$/i.test(name);
  const isOfOuterJob = (name: string) => /^SLURM_/.test(name) && !/^SLURM_(CONF|JWT)$/.test(name);
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !isSecret(name) && !isOfOuterJob(name)),
  );
}
