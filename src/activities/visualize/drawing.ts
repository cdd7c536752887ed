import { PipelineError } from '../../errors.ts';
import type { DataTable } from '../../ml/visualize/data-table.ts';
import type { Theme } from '../../ml/visualize/theme.ts';
import type { VisualizeStep } from '../step-types.ts';
import type { StepContext } from '../step.ts';

export type VisualizeInput = VisualizeStep['with'];
export type PictureType = VisualizeInput['pictures'][number];

/** A picture before it is stored. */
export interface Drawing {
  /** Of its files; unique within a gallery. */
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly sourceRow: number | null;
  /** What `svg` draws, as it draws it. */
  readonly data: DataTable;
  readonly svg: (theme: Theme) => string | Promise<string>;
}

/** Loads what pictures of one type are drawn from. */
export type Draw = (input: VisualizeInput, context: StepContext) => Promise<readonly Drawing[]>;

/**
 * @returns the value of the key.
 * @throws PipelineError `SPEC_INVALID` where it is not given.
 */
export function need<Key extends keyof VisualizeInput>(
  input: VisualizeInput,
  key: Key,
  picture: PictureType,
): NonNullable<VisualizeInput[Key]> {
  const value = input[key];
  if (value !== undefined && value !== null) return value;
  throw new PipelineError('SPEC_INVALID', `visualize: the picture ${picture} needs \`${key}\``, {
    remedy: `give \`${key}\`, or leave the picture out`,
  });
}
