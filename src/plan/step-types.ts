/** The types of the steps of a pipeline, known one after the other in the order of the plan. */
import type { Section, Spec } from '../spec/spec.ts';
import { type CelType, DYN, STRING } from './cel/cel-type.ts';
import { FAILURE_TYPE, paramsType, type Place, type Root, RUN_TYPE, stepType } from './places.ts';

type Fields = Map<string, CelType>;

export class StepTypes {
  /** By section: the steps that an expression there sees. */
  readonly #seen: Readonly<Record<Section, Fields>>;
  readonly #fixed: ReadonlyMap<Root, CelType>;

  constructor(spec: Spec) {
    const unknown = (section: Section): [string, CelType][] =>
      [...spec[section].keys()].map((id) => [id, stepType(DYN)]);
    const steps = unknown('steps');
    this.#seen = {
      steps: new Map(steps),
      onFailure: new Map([...steps, ...unknown('onFailure')]),
      finally: new Map([...steps, ...unknown('finally')]),
    };
    this.#fixed = new Map<Root, CelType>([
      ['params', paramsType(spec)],
      ['run', RUN_TYPE],
      ['failure', FAILURE_TYPE],
      ['secrets', { kind: 'map', values: STRING }],
    ]);
  }

  learn(section: Section, id: string, outputs: CelType): void {
    const seers = section === 'steps' ? Object.values(this.#seen) : [this.#seen[section]];
    for (const seen of seers) seen.set(id, stepType(outputs));
  }

  /** @param own  names that the step alone gives, such as `item` */
  environmentOf(
    { roots, owner }: Place,
    own: Readonly<Record<string, CelType>>,
  ): ReadonlyMap<string, CelType> {
    const steps: CelType = {
      kind: 'record',
      fields: this.#seen[owner?.section ?? 'steps'],
      rest: null,
    };
    const typeOf = (root: Root): CelType =>
      root === 'steps' ? steps : (own[root] ?? this.#fixed.get(root) ?? DYN);
    return new Map([...roots].map((root) => [root, typeOf(root)]));
  }
}
