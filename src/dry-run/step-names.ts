/** Names of steps and of their instances, as a test writes them. */
import { suggest } from '../did-you-mean.ts';
import { allSteps } from '../plan/all-steps.ts';
import type { Fault, Path, Spec, StepSpec } from '../spec/spec.ts';

const INSTANCE = /^(?<step>[^.]+(?:\.compensate)?)(?<item>\.\d+)?(?<iteration>\.r\d+)?$/;

export interface NamedStep {
  readonly step: StepSpec;
  /** Of many items: one is named. */
  readonly hasItem: boolean;
}

/** The step that a name is of. @returns a fault, where the pipeline has none */
export function findStep(spec: Spec, name: string, path: Path): NamedStep | Fault {
  const steps = allSteps(spec);
  const ids = steps.map(({ id }) => id);
  const groups = INSTANCE.exec(name)?.groups;
  const step = steps.find(({ id }) => id === groups?.['step']);
  const at = typeof path.at(-1) === 'number' ? 'value' : 'key';
  if (!step) {
    const message = `the pipeline has no step "${name.slice(0, 80)}"`;
    return { code: 'STEP_UNKNOWN', path, at, message, remedy: suggest(name, ids, 'its steps') };
  }
  const lacks = (what: string): Fault => ({
    ...{ code: 'SPEC_INVALID', path, at },
    message: `step "${step.id}" has no \`${what}\`, so there is no "${name}"`,
    remedy: `name it "${step.id}"`,
  });
  if (groups?.['item'] !== undefined && !step.foreach) return lacks('foreach');
  if (groups?.['iteration'] !== undefined && !step.repeat) return lacks('repeat');
  return { step, hasItem: groups?.['item'] !== undefined };
}

/** The id of an instance's step. */
export const stepOf = (instance: string): string =>
  INSTANCE.exec(instance)?.groups?.['step'] ?? instance;

/**
 * What is said of an instance: by its own name, else by its item's, else by its step's.
 */
export function saidOf<T>(
  said: Readonly<Record<string, T>> | undefined,
  instance: string,
): T | undefined {
  const { step = instance, item = '' } = INSTANCE.exec(instance)?.groups ?? {};
  const names = [instance, step + item, step];
  const name = names.find((one) => said !== undefined && Object.hasOwn(said, one));
  return name === undefined ? undefined : said?.[name];
}
