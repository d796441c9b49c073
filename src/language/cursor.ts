// A place in the tokens of a text: what is next, and what was expected instead.
import { FaultError } from "./faults.ts";
import type { Token, TokenKind } from "./tokens.ts";

export interface Cursor {
  /** The token `ahead` places further; 0 is the next. */
  peek(ahead?: number): Token;
  take(): Token;
  /** Whether the next token is this sign. */
  at(sign: string): boolean;
  /** Takes the next token if it is this sign. */
  skip(sign: string): boolean;
  /** @throws FaultError unless the next token is this sign; `why` continues after "expected …". */
  expect(sign: string, why?: string): Token;
  /** Goes on after the next line end outside brackets. */
  nextLine(): void;
}

const words: Readonly<Record<TokenKind, string>> = {
  ...{ word: "", number: "", size: "", sign: "", line: "the end of the line", end: "the end of the text" },
};

/** A token for an error message. */
export const shownToken = ({ kind, text }: Token): string => words[kind] || `"${text}"`;

export function createCursor(tokens: readonly Token[]): Cursor {
  const last = tokens[tokens.length - 1] as Token;
  let place = 0;
  const peek = (ahead = 0) => tokens[place + ahead] ?? last;
  const take = () => {
    const token = peek();
    if (place < tokens.length) place += 1;
    return token;
  };
  const at = (sign: string) => {
    const token = peek();
    return token.kind === "sign" && token.text === sign;
  };
  return {
    peek,
    take,
    at,
    skip(sign) {
      if (!at(sign)) return false;
      place += 1;
      return true;
    },
    expect(sign, why = "") {
      const token = peek();
      if (!at(sign))
        throw new FaultError(token.offset, `expected "${sign}"${why}, and found ${shownToken(token)}`);
      return take();
    },
    nextLine() {
      while (peek().kind !== "line" && peek().kind !== "end") take();
    },
  };
}
