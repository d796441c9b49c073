// Who speaks in a conversation, as the page says it.
export const roleWords: Readonly<Record<string, string>> = {
  system: "instructions",
  user: "GENIUS asked",
  assistant: "the model answered",
};
