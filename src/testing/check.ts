// One check of a contract suite: a name and what throws where a member breaks the contract. No test framework is meant.
export interface Check {
  readonly name: string;
  /** @throws AssertionError where the member breaks the contract. */
  run(): Promise<void>;
}
