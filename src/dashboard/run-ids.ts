// Several runs in one address: their ids with commas between, each encoded, since a folder's name may hold a comma.
// Shared by the page and its server.

export const joinIds = (ids: readonly string[]): string => ids.map(encodeURIComponent).join(",");

export function splitIds(text: string): readonly string[] {
  return text
    .split(",")
    .filter((id) => id !== "")
    .map(decoded);
}

/** A name with a bare per cent sign, as people type one into an address, stands for itself. */
function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
