// How much memory a group of processes uses, and how often the system has killed for want of it. Linux tells both;
// elsewhere they are 0, and only the trainer itself can say that it ran out.
import { readdir, readFile } from "node:fs/promises";

const pageBytes = 4096;

/** Bytes in memory of all processes of the group; what they share counts for each. */
export async function memoryOfGroup(group: number): Promise<number> {
  const names = await readdir("/proc").catch(() => [] as string[]);
  const shares = names
    .filter((name) => /^\d+$/.test(name))
    .map(async (name) => {
      const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(fields[2]) === group ? Number(fields[21]) * pageBytes : 0;
    });
  return (await Promise.all(shares)).reduce((sum, share) => sum + share, 0);
}

/** Kills for want of memory since the machine, or this container, was started. */
export async function countMemoryKills(): Promise<number> {
  const [machine, container] = await Promise.all(
    ["/proc/vmstat", "/sys/fs/cgroup/memory.events"].map(async (path) => {
      const text = await readFile(path, "utf8").catch(() => "");
      return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
    }),
  );
  return (machine as number) + (container as number);
}
