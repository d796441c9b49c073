// Words for a POSIX shell: in scripts that we write, and in commands that a person pastes. It runs nothing.

/** One word for a shell, whatever is in it but a zero byte. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
