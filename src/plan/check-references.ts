/** Checks what an expression names: that the name stands at its place, and that there is such a thing. */
import { suggest } from '../did-you-mean.ts';
import type { Fault, Spec, StepSpec } from '../spec/spec.ts';
import { SECTIONS } from './all-steps.ts';
import { takesSecret } from '../spec/secret-places.ts';
import type { CelReference } from './cel/compile-expression.ts';
import { faultAt, type PlacedExpression } from './collect-expressions.ts';
import { type Place, ROOTS, visibleSections, WHERE_IT_STANDS } from './places.ts';

type Complaint = Pick<Fault, 'code' | 'message' | 'remedy'>;

/**
 * @returns `EXPRESSION_INVALID` for names that do not stand here, parameters and secrets that are
 * not declared, and secrets that are computed with; `STEP_UNKNOWN`; `CYCLE` for a step that
 * refers to itself.
 */
export function checkReferences(
  expression: PlacedExpression,
  place: Place,
  spec: Spec,
): readonly Fault[] {
  return expression.compiled.references.flatMap((reference) => {
    const complaint = complain(reference, { expression, place, spec });
    if (!complaint) return [];
    const { code, ...rest } = complaint;
    return [faultAt(expression, { ...rest, offset: reference.offset }, code)];
  });
}

interface Context {
  readonly expression: PlacedExpression;
  readonly place: Place;
  readonly spec: Spec;
}

function complain(reference: CelReference, context: Context): Complaint | null {
  const { root } = reference;
  const { place, spec } = context;
  const known = ROOTS.find((name) => name === root);
  if (known === undefined) {
    const remedy = suggest(root, [...place.roots], 'names');
    return invalid(`"${root.slice(0, 80)}" is not known here`, remedy);
  }
  if (!place.roots.has(known)) {
    return invalid(`\`${known}\` does not stand here`, `it stands ${WHERE_IT_STANDS[known]}`);
  }
  if (known === 'steps') return complainOfStep(reference, place, spec);
  if (known === 'secrets') return complainOfSecret(reference, context);
  const [name] = reference.path;
  if (known !== 'params' || name === undefined || spec.params.has(name)) return null;
  return invalid(
    `"${name.slice(0, 80)}" is not a parameter`,
    suggest(name, [...spec.params.keys()], 'parameters'),
  );
}

const invalid = (message: string, remedy: string): Complaint => ({
  code: 'EXPRESSION_INVALID',
  message,
  remedy,
});

function complainOfStep({ path }: CelReference, place: Place, spec: Spec): Complaint | null {
  const [id] = path;
  if (id === undefined) return invalid('`steps` names no step', 'write steps.<id>.outputs.<name>');
  const sections = visibleSections(place.owner);
  if (!sections.some((section) => spec[section].has(id))) return unknownStep(id, place.owner, spec);
  if (id !== place.owner?.id) return null;
  return { code: 'CYCLE', message: 'the step refers to an output of its own' };
}

function unknownStep(id: string, owner: StepSpec | null, spec: Spec): Complaint {
  const sections = visibleSections(owner);
  const elsewhere = SECTIONS.find(
    (section) => !sections.includes(section) && spec[section].has(id),
  );
  const known = sections.flatMap((section) => [...spec[section].keys()]);
  return {
    code: 'STEP_UNKNOWN',
    message: elsewhere
      ? `step "${id}" stands in \`${elsewhere}\` and cannot be named from here`
      : `there is no step "${id.slice(0, 80)}"`,
    remedy: elsewhere
      ? `only the steps of \`${elsewhere}\` may name it`
      : suggest(id, known, 'steps'),
  };
}

function complainOfSecret({ path, isOpen }: CelReference, context: Context): Complaint | null {
  const { expression, spec } = context;
  const [name] = path;
  if (!expression.isPlain || name === undefined || path.length > 1 || isOpen) {
    const remedy = 'write ${{ secrets.<name> }} alone, or with text before and after it';
    return invalid('a secret cannot be computed with', remedy);
  }
  if (!spec.secrets.has(name)) {
    return invalid(
      `"${name.slice(0, 80)}" is not a secret`,
      suggest(name, [...spec.secrets.keys()], 'secrets'),
    );
  }
  return isForSecrets(context) ? null : refusedSecret(context);
}

/** The kind's schema says where it takes secrets; of an unknown kind something else is told. */
function isForSecrets({ expression, place: { owner } }: Context): boolean {
  if (!owner?.contract) return true;
  return takesSecret(owner.contract, expression.at.slice(owner.at.length + 1));
}

const refusedSecret = ({ place: { owner } }: Context): Complaint => ({
  code: 'SECRET_REFUSED',
  message: `${owner?.uses ?? 'the step'} takes no secret here`,
  remedy:
    'secrets go into `env` and `stdin` of command, `headers`, `query` and `body` of http, and where the schema of a step of your own says "x-secret": true',
});

/** What is wrong with `needs` and `after` as they are written. */
export function checkWaits(step: StepSpec, spec: Spec): readonly Fault[] {
  return (['needs', 'after'] as const).flatMap((key) =>
    step[key].flatMap((id, index): readonly Fault[] => {
      const path = [...step.at, key, index];
      const complaint = complainOfWait(id, { key, step, spec });
      return complaint ? [{ ...complaint, path, at: 'value' }] : [];
    }),
  );
}

function complainOfWait(
  id: string,
  { key, step, spec }: { key: 'needs' | 'after'; step: StepSpec; spec: Spec },
): Complaint | null {
  if (id === step.id) {
    const message = key === 'needs' ? 'the step needs itself' : 'the step waits for itself';
    return { code: 'CYCLE', message };
  }
  const sections = visibleSections(step);
  if (!sections.some((section) => spec[section].has(id))) {
    return unknownStep(id, step, spec);
  }
  if (key === 'needs' || !step.needs.includes(id)) return null;
  return {
    code: 'SPEC_INVALID',
    message: `"${id}" stands in \`needs\` and in \`after\``,
    remedy: 'keep it in `after` if the step may run though that one did not succeed',
  };
}
