/** What a team writes to make a step of its own. Public API. */
import { PipelineError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { Step, StepContext } from '../step.ts';

/** A step of the team's own: the default export of its module. */
export interface OwnStepModule<With = JsonObject, Outputs = JsonObject> {
  /** As in the schema beside the module. */
  readonly kind: string;
  /**
   * @param input    `with`, checked against the schema, with defaults and secrets put in.
   * @param context  of this attempt.
   * @returns what the schema of the outputs says: JSON, 32 KB at most.
   */
  run(input: With, context: StepContext): Outputs | Promise<Outputs>;
}

/**
 * Gives a step back as it is, with its types checked.
 *
 * @throws PipelineError `OWN_STEP_INVALID` without a kind or a `run`.
 */
export function defineStep<With = JsonObject, Outputs = JsonObject>(
  step: OwnStepModule<With, Outputs>,
): OwnStepModule<With, Outputs> {
  const complaint = complainOf(step);
  if (complaint === null) return step;
  throw new PipelineError('OWN_STEP_INVALID', complaint, {
    remedy: 'write defineStep({ kind: "normalise", run: async (input, context) => outputs })',
  });
}

/** @returns what keeps a value from being a step, or `null`. */
export function complainOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return 'a step must be an object';
  const { kind, run } = value as Partial<Step<unknown, unknown>>;
  if (typeof kind !== 'string') return 'a step must have a `kind`';
  return typeof run === 'function' ? null : 'a step must have a function `run`';
}

/**
 * Thrown by a step that would fail in the same way again, such as for wrong data: no further
 * attempt is made. Any other error is tried again, as the step's `retry` says.
 */
export class FinalStepError extends Error {
  override readonly name = 'FinalStepError';
  /** How a person mends it; one sentence. */
  readonly remedy: string | undefined;

  constructor(
    message: string,
    options: { readonly remedy?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.remedy = options.remedy;
  }
}
