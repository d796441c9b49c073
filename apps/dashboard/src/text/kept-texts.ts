// Texts that a person is writing, kept for this tab: they survive going to the form and back, and loading the page again.
const key = (of: string) => `genius-text ${of}`;

export const keptText = (of: string): string | undefined => sessionStorage.getItem(key(of)) ?? undefined;

export function keepText(of: string, text: string): void {
  try {
    sessionStorage.setItem(key(of), text);
  } catch {
    // Full: the text stays in its field.
  }
}

/** What stands in an empty editor: it says what a text can say. */
export const exampleText = `# Layers with their numbers, one after another.
# {16|24} in place of 16 leaves it open.
name mine
conv 16 k3 s2 norm relu
residual(conv 16 k3 norm relu conv 16 k3 norm)
relu
conv 32 k3 s2 norm relu
globalpool flatten linear classes
`;

/** The same for a space, which needs something left open. */
export const exampleSpace = `# {8|12} is an alternative: the search decides.
# w is a number with a name: every w is the same.
w = {8|12|16}
conv w k{3|5} s2 norm relu
residual(conv w k3 norm relu conv w k3 norm)
relu
conv w*2 k3 s2 norm relu
(conv w*2 k3 norm relu) x{1|2}
globalpool flatten linear classes
`;
