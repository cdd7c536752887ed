/** What is wrong with an expression, before it is known where the expression stands in a file. */
export interface CelProblem {
  readonly message: string;
  /** Where in the text, in UTF-16 code units from 0. */
  readonly offset: number;
  readonly remedy?: string;
  /** Where a name is not known: what was looked for, and what there is instead. */
  readonly unknown?: {
    /** From the root, such as `['steps', 'a', 'outputs', 'modle']`; the last is what is missing. */
    readonly path: readonly string[];
    readonly of: 'variable' | 'part' | 'function';
    readonly known: readonly string[];
  };
}

/** Thrown inside this folder alone, by what finds one fault and cannot go on. */
export class ProblemFound extends Error {
  readonly problem: CelProblem;

  constructor(problem: CelProblem) {
    super(problem.message);
    this.name = 'ProblemFound';
    this.problem = problem;
  }
}
