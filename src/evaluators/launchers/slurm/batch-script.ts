// The script that Slurm runs on the compute node, the same for every job: names and paths reach it as arguments, so
// none is ever part of its text. It sees to it that the shared folder is there and that a job is trained once, hands
// on requests to stop, keeps the limits, and leaves how the training ended, for clusters that keep no accounts.

/** The exit code of a node that does not see the job's folder. */
export const noFolderCode = 81;
/** The exit code of a second Slurm job for a key that another one runs already. */
export const duplicateCode = 82;
/** The signal that asks the script to stop the training on behalf of the study. */
export const stopSignal = "USR2";
/** The signal with which Slurm warns that the job's time is nearly over. */
export const warningSignal = "USR1";

/**
 * Arguments: the job's `launch-<key>` directory, the token in its file `token`, a file to source first or "", a folder
 * of Python packages or "", seconds the training may take or "", seconds from being asked to stop to being killed,
 * then program and arguments. It leaves the file `exit`: why, exit code, number of the Slurm job. An earlier run of
 * the same job, which Slurm put back in the queue, may have left files there before.
 */
export const batchScript = `#!/bin/bash
# One training of GENIUS, run by Slurm. Written by its launcher; the same for every job.
directory="$1" token="$2" setup="$3" packages="$4" limit="$5" grace="$6"
shift 6
why="" child="" killer="" alarm=""

leave() {
  printf '%s %s %s\\n' "$1" "$2" "$SLURM_JOB_ID" >"$directory/exit.part" && mv "$directory/exit.part" "$directory/exit"
}
end_child() {
  kill -TERM -- "-$child"
  { sleep "$grace" && kill -KILL -- "-$child"; } &
  killer=$!
}
ask() {
  [ -z "$why" ] || return 0 # the first reason counts
  why="$1"
  [ -z "$child" ] || end_child
}
trap 'ask warned' ${warningSignal}
trap 'ask stopped' ${stopSignal}
trap 'ask timeout' ALRM
# Slurm sends SIGTERM to this script's process group; the trainer has one of its own.
trap 'ask ended' TERM
exec </dev/null >/dev/null 2>&1

# It must be the folder that the study sees, and not just one of the same name.
[ "$(cat -- "$directory/token")" = "$token" ] || exit ${noFolderCode}
# The first Slurm job to begin has the key for ever; put back in the queue, it keeps its number.
if ! (set -o noclobber && echo "$SLURM_JOB_ID" >"$directory/owner"); then
  [ "$(cat -- "$directory/owner")" = "$SLURM_JOB_ID" ] || exit ${duplicateCode}
fi
rm -f -- "$directory/exit"
[ ! -e "$directory/stop" ] || why=stopped
if [ -n "$setup" ] && [ ! -r "$setup" ]; then leave no-setup 1; exit 1; fi
if [ -n "$packages" ] && [ ! -d "$packages" ]; then leave no-packages 1; exit 1; fi
if [ -n "$why" ]; then leave "$why" 143; exit 143; fi

# A line that an earlier run did not end must not run into the next one.
output="$directory/output.txt"
if [ -s "$output" ] && [ -n "$(tail -c 1 -- "$output")" ]; then echo >>"$output"; fi

set -m # the trainer in a process group of its own, so that whatever it starts is asked to stop with it
(
  command=("$@")
  cd -- "$(dirname -- "$directory")" || exit
  [ -z "$setup" ] || source "$setup" >&2
  [ -z "$packages" ] || export PYTHONPATH="$packages\${PYTHONPATH:+:$PYTHONPATH}"
  exec -- "\${command[@]}"
) >>"$output" 2>>"$directory/errors.txt" &
child=$!
[ -z "$why" ] || end_child
if [ -n "$limit" ]; then
  { sleep "$limit" && kill -ALRM $$; } &
  alarm=$!
fi
while kill -0 "$child"; do wait "$child"; done
wait "$child"
code=$?
leave "\${why:-exited}" "$code"
for group in $killer $alarm; do kill -KILL -- "-$group"; done
# Was it the time limit, or a job of higher rank? Slurm says so by what it does next.
if [ "$why" = warned ]; then
  sleep 180 &
  wait $!
  kill -KILL $!
fi
exit "$code"
`;
