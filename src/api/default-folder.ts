// The folder that a run gets when the person names none.

/** `runs/2026-11-24-221503-mobile-hybrid`: in order of time, and readable. */
export function defaultFolder(space: string, strategy: string, now: Date): string {
  const time = now.toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "");
  const word = (name: string) => name.replace(/^.*[/\\]/, "").replace(/\.[cm]?[jt]s$/, "");
  return `runs/${time}-${word(space)}-${word(strategy)}`;
}
