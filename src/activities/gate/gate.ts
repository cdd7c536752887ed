/** The step `gate`: evidence in, a verdict out. */
import { MEDIA_TYPE, type ArtifactRef } from '../../artifacts/artifact.ts';
import { isPipelineError, PipelineError } from '../../errors.ts';
import { registryOf } from '../model-in-registry.ts';
import type { LocalStepContext } from '../step-runner.ts';
import type { GateStep } from '../step-types.ts';
import type { Step, StepContext } from '../step.ts';
import { measureRule, type MeasuredRule } from './measure-rule.ts';

type Input = GateStep['with'];
type Outputs = GateStep['outputs'];
type Triggered = Outputs['triggered'][number];

/** The JSON of an artifact of media type `MEDIA_TYPE.gate`. */
export interface GateReport extends Pick<Outputs, 'verdict' | 'rolledBack' | 'summary'> {
  /** All of them, in their order. */
  readonly rules: readonly MeasuredRule[];
}

/** From the mildest to the gravest. */
const VERDICTS = ['pass', 'flag', 'ask', 'stop'] as const;

/**
 * Weighs the rules, rolls back what they say, and stores what was found whatever that is.
 *
 * Errors: `GATE_CLOSED` (final; `details.evidence` is the report) if a rule with the action stop is
 * broken; `ROLL_BACK_REFUSED` where there is nothing to go back to; `MODEL_NOT_FOUND` where the
 * registry has no such model; `ARTIFACT_NOT_FOUND`, `ARTIFACT_CORRUPT`, `STORE_UNWRITABLE`,
 * `DISK_FULL`.
 */
export const gateStep: Step<Input, Outputs> = {
  kind: 'gate',

  async run(input, context) {
    const { spent = null } = context as Partial<LocalStepContext>;
    const rules: MeasuredRule[] = [];
    for (const [index, rule] of input.rules.entries()) {
      rules.push(await measureRule(rule, { index, store: context.store, spent }));
    }
    const broken = rules.flatMap(({ isBroken, ...rule }) => (isBroken ? [rule] : []));
    for (const { message, action } of broken) context.log('warn', `gate: ${message}`, { action });
    const verdict = verdictOf(broken);
    const rolledBack = await rollBack(input, broken, context);
    const summary = summaryOf(broken, rolledBack);
    const content: GateReport = { verdict, rolledBack, summary, rules };
    const report = await context.store.putJson(content, MEDIA_TYPE.gate);
    if (verdict === 'stop') throw closed(broken, rolledBack, report);
    return { verdict, triggered: broken, rules: rules.length, rolledBack, summary, report };
  },
};

function verdictOf(broken: readonly Triggered[]): Outputs['verdict'] {
  const gravity = broken.map(({ action }) =>
    VERDICTS.indexOf(action === 'roll-back' ? 'flag' : action),
  );
  return VERDICTS[Math.max(0, ...gravity)] ?? 'pass';
}

async function rollBack(
  { model }: Input,
  broken: readonly Triggered[],
  context: StepContext,
): Promise<Outputs['rolledBack']> {
  const causes = broken.filter(({ action }) => action === 'roll-back');
  if (causes.length === 0 || model === undefined) return null;
  const { name, alias, version } = model;
  if (version === null) {
    context.log('warn', `gate: no version of ${name} was ${alias}: nothing is rolled back`);
    return null;
  }
  const { run, stepId: step } = context;
  try {
    const { from, to } = await registryOf(context).rollBack({
      name,
      alias,
      from: version,
      reason: causes.map(({ message }) => message).join('; '),
      by: `${run.pipeline}, step ${step}`,
      origin: { run: run.id, step },
    });
    context.log('warn', `gate: ${name} version ${to} is ${alias} again, instead of ${from}`);
    return { name, alias, from, to };
  } catch (error) {
    // What was judged is no longer in use: there is nothing to take back.
    const hasMoved = isPipelineError(error) && error.details?.['current'] !== undefined;
    if (!hasMoved) throw error;
    context.log('warn', `gate: ${error.message}`);
    return null;
  }
}

const told = (rolledBack: Outputs['rolledBack']): readonly string[] =>
  rolledBack === null
    ? []
    : [
        `${rolledBack.name} version ${rolledBack.to} is ${rolledBack.alias} again, instead of ${rolledBack.from}`,
      ];

function summaryOf(broken: readonly Triggered[], rolledBack: Outputs['rolledBack']): string {
  if (broken.length === 0) return 'every rule holds';
  return [...broken.map(({ message }) => message), ...told(rolledBack)].join('; ');
}

function closed(
  broken: readonly Triggered[],
  rolledBack: Outputs['rolledBack'],
  report: ArtifactRef,
): PipelineError {
  const stops = broken.filter(({ action }) => action === 'stop');
  const reasons = [...stops.map(({ message }) => message), ...told(rolledBack)];
  return new PipelineError('GATE_CLOSED', `the gate is closed: ${reasons.join('; ')}`, {
    remedy: 'see the rules in the report; improve what was measured, or change the rule',
    details: { evidence: report, rules: stops.map(({ rule }) => rule) },
  });
}
