// How many runs a statement about chance needs. Report, page and bench follow the same rule.

/** Fewer runs of each say nothing beyond themselves: of three and three, one of ten draws looks as clear by chance. */
export const minRuns = 5;

/** Of fewer pairs no two-sided signed-rank test can reach the 5 % level: of five the smallest p is 0.0625. */
export const minPairs = 6;
