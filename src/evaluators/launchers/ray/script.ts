// The shell script that Ray runs for one job, kept in the job's folder so that a person can read it and run it.
// What Ray does not do itself is done here: the time limit, and clearing away what a training leaves running.
// Ray kills only the process it started when one of its nodes dies, so that process must be the trainer (exec).
import { quote } from "../../../base/shell.ts";
import type { LaunchJob } from "../launcher.ts";

export const scriptName = "run.sh";
export const outputName = "output.txt";
export const stopName = "stop";
export const timeoutName = "timeout";
export const lostName = "lost";

/** How the script ends where the trainer was never run. */
export const scriptExitCodes = { folderUnseen: 78, stoppedBefore: 79 } as const;

/** The folder with everything that the launcher keeps of a job, relative to the job's folder. */
export const directoryNameOf = (key: string) => `launch-${key}`;

/** The command for Ray's `entrypoint`, which a shell reads. */
export function entrypointOf({ key, folder }: LaunchJob): string {
  const script = quote(`${folder}/${directoryNameOf(key)}/${scriptName}`);
  return `test -r ${script} || exit ${scriptExitCodes.folderUnseen}; exec sh ${script}`;
}

/**
 * The script: changes into the job's folder, leaves a guard behind and becomes the trainer. The guard asks the
 * trainer to stop at the time limit, kills it when its grace is over or the study has given it up for lost (a node
 * trains on for a minute without its head), and kills its process group once it has ended.
 */
export function scriptOf(job: LaunchJob, python: string): string {
  const directory = directoryNameOf(job.key);
  const [word, ...rest] = job.command;
  const command = [word === "python" ? python : (word ?? ""), ...rest].map(quote).join(" ");
  return `#!/bin/sh
# The training ${job.key}, as Ray runs it. Written by GENIUS.
cd ${quote(job.folder)} || exit ${scriptExitCodes.folderUnseen}
test -e ${directory}/${stopName} && exit ${scriptExitCodes.stoppedBefore}
(
  seconds=0
  while kill -0 $$; do
    sleep 1
    seconds=$((seconds + 1))
    test -e ${directory}/${lostName} && kill -9 -$$${limitLines(job, directory)}
  done
  kill -9 -$$
) >/dev/null 2>&1 </dev/null &
exec ${command} >>${directory}/${outputName} </dev/null
`;
}

function limitLines({ resources, stopGraceSeconds = 30 }: LaunchJob, directory: string): string {
  const { timeLimitSeconds } = resources;
  if (timeLimitSeconds === undefined) return "";
  const limit = Math.max(1, Math.ceil(timeLimitSeconds));
  return `
    test $seconds -eq ${limit} && touch ${directory}/${timeoutName} && kill -TERM $$
    test $seconds -eq ${limit + Math.ceil(stopGraceSeconds)} && kill -KILL $$`;
}
