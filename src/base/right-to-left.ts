// Hebrew, Arabic and the other scripts that are read from right to left: a name in one of them draws the signs and figures
// beside it to its other side, unless a page sets it apart.

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Whether a letter of such a script is in the text. */
export const hasRightToLeft = (text: string): boolean => rightToLeft.test(text);
