#!/usr/bin/env bash
# A real Slurm of one machine in one folder, for the tests of the Slurm launcher and for trying things out.
# It has its own munge, configuration, state and ports, touches nothing under /etc, and listens on loopback only.
# Needs root and Debian's packages: apt-get install -y slurm-wlm munge
#
#   scripts/slurm-single-node.sh start FOLDER    then: export SLURM_CONF=FOLDER/slurm.conf
#   scripts/slurm-single-node.sh start-controller FOLDER | stop-controller FOLDER
#   scripts/slurm-single-node.sh start-node FOLDER | kill-node FOLDER
#   scripts/slurm-single-node.sh stop FOLDER
#
# One node "genius1" that claims 8 CPUs and 2 GPUs, whatever the machine has. Partitions: "main", and "urgent",
# whose jobs take the place of main's (preempted jobs are requeued). Where the system lets it, the node
# - sees FOLDER/unshared as an empty folder of its own, as on a cluster without a shared folder; then there is a
#   file FOLDER/has-own-view;
# - keeps each job in a cgroup, with its memory and all its processes; then there is a file FOLDER/has-cgroups.
set -euo pipefail

fail() { echo "slurm-single-node: $1" >&2; exit 1; }

[ $# -eq 2 ] || fail "say: slurm-single-node.sh start|stop|start-controller|stop-controller|start-node|kill-node FOLDER"
action="$1"
mkdir -p "$2"
folder="$(cd "$2" && pwd -P)"
export SLURM_CONF="$folder/slurm.conf"
export PATH="$PATH:/usr/sbin:/sbin"
case "$folder" in *[!A-Za-z0-9/._-]*) fail "FOLDER may hold letters, digits and / . _ - only, since slurm.conf cannot quote: $folder" ;; esac

check_packages() {
  local tool missing=""
  for tool in munged slurmctld slurmd sbatch squeue scancel; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
  done
  [ -z "$missing" ] || fail "not installed:$missing. Install Debian's packages: apt-get install -y slurm-wlm munge"
  [ "$(id -u)" = 0 ] || fail "needs root: slurmd starts jobs in the name of their owners."
}

free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + (RANDOM % 12000)))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "$port"; return; fi
  done
  fail "no free port between 20000 and 32000."
}

# $1: what to wait for, in words; then a command that succeeds once it is there.
wait_for() {
  local what="$1"
  shift
  for _ in $(seq 150); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  tail -n 20 "$folder"/*.log >&2 || true
  fail "waited 30 s in vain for $what; the logs are in $folder."
}

# $1: a pid file; $2: a signal. Waits until the process is gone.
end_process() {
  [ -s "$1" ] || return 0
  local pid
  pid="$(cat "$1")"
  kill "-$2" "$pid" 2>/dev/null || { rm -f "$1"; return 0; }
  for _ in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
  rm -f "$1"
}

write_configuration() {
  mkdir -p "$folder/state" "$folder/spool" "$folder/unshared"
  head -c 1024 /dev/urandom >"$folder/munge.key"
  chmod 400 "$folder/munge.key"
  local task_plugin=task/none process_plugin=proctrack/linuxproc
  if [ -w /sys/fs/cgroup/memory/cgroup.procs ] && [ -w /sys/fs/cgroup/freezer/cgroup.procs ]; then
    task_plugin=task/cgroup process_plugin=proctrack/cgroup
    printf 'CgroupPlugin=cgroup/v1\nCgroupMountpoint=/sys/fs/cgroup\nConstrainRAMSpace=yes\n' >"$folder/cgroup.conf"
    touch "$folder/has-cgroups"
  else
    echo 'ConstrainRAMSpace=no' >"$folder/cgroup.conf"
  fi
  printf 'Name=gpu File=/dev/%s\n' null zero >"$folder/gres.conf"
  cat >"$folder/slurm.conf" <<END
ClusterName=genius
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$(free_port)
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=$process_plugin
TaskPlugin=$task_plugin
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0
SchedulerType=sched/builtin
KillWait=5
MinJobAge=60
SlurmdTimeout=10
SlurmctldTimeout=10
MessageTimeout=3
ReturnToService=2
MailProg=/bin/true
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName=genius1 NodeAddr=127.0.0.1 NodeHostname=localhost Port=$(free_port) CPUs=8 RealMemory=16000 Gres=gpu:2 State=UNKNOWN
PartitionName=main Nodes=genius1 Default=YES MaxTime=1-0 DefMemPerCPU=2000 PriorityTier=1 PreemptMode=REQUEUE State=UP
PartitionName=urgent Nodes=genius1 MaxTime=1-0 DefMemPerCPU=2000 PriorityTier=9 PreemptMode=OFF State=UP
END
}

start_controller() {
  slurmctld
  wait_for "slurmctld" scontrol ping
}

node_is_up() {
  case "$(sinfo --noheader --nodes=genius1 --format=%T)" in idle* | mixed* | allocated*) return 0 ;; *) return 1 ;; esac
}

start_node() {
  # In a view of the file system of its own, from which one folder is missing.
  if unshare --mount mount -t tmpfs none "$folder/unshared" 2>/dev/null; then
    touch "$folder/has-own-view"
    unshare --mount sh -c 'mount -t tmpfs none "$1" && exec slurmd -N genius1' sh "$folder/unshared"
  else
    slurmd -N genius1
  fi
  wait_for "the node genius1" node_is_up
}

# As when its power fails: slurmd and all jobs are gone at once. They are what shares the node's view of files.
kill_node() {
  local node view process
  node="$(cat "$folder/slurmd.pid")"
  view="$(readlink "/proc/$node/ns/mnt")"
  if [ "$view" != "$(readlink /proc/self/ns/mnt)" ]; then
    for process in /proc/[0-9]*; do
      if [ "$(readlink "$process/ns/mnt" 2>/dev/null)" = "$view" ]; then kill -KILL "${process#/proc/}" 2>/dev/null || true; fi
    done
  fi
  end_process "$folder/slurmd.pid" KILL
}

case "$action" in
  start)
    check_packages
    [ -e "$folder/slurm.conf" ] || write_configuration
    munged --force --socket="$folder/munge.socket" --key-file="$folder/munge.key" --pid-file="$folder/munged.pid" \
      --log-file="$folder/munged.log" --seed-file="$folder/munge.seed"
    start_controller
    start_node
    ;;
  start-controller) start_controller ;;
  stop-controller) end_process "$folder/slurmctld.pid" TERM ;;
  start-node) start_node ;;
  kill-node) kill_node ;;
  stop)
    scancel --user=root --full --signal=KILL 2>/dev/null || true
    end_process "$folder/slurmctld.pid" TERM
    end_process "$folder/slurmd.pid" TERM
    end_process "$folder/munged.pid" TERM
    ;;
  *) fail "no such action: $action" ;;
esac
