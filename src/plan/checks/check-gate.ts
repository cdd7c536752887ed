/** Rules of `gate`: each rule measures one thing, against a bound, and its action can be taken. */
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';
import type { Fault, Path } from '../../spec/spec.ts';
import type { CheckedStep } from './checked-step.ts';

const MEASURES = ['if', 'figure', 'audit', 'drift', 'comparison', 'budget'] as const;
const BOUNDED = ['figure', 'audit'] as const;

export const checkGate = ({ given }: CheckedStep): readonly Fault[] => {
  const rules = (Array.isArray(given['rules']) ? given['rules'] : []) as readonly Json[];
  return [
    ...rules.flatMap((rule, index) =>
      isJsonObject(rule) ? checkRule(rule, ['rules', index], given['model']) : [],
    ),
    ...checkNames(rules),
    ...checkModel(rules, given['model']),
  ];
};

function checkRule(rule: JsonObject, path: Path, model: Json | undefined): readonly Fault[] {
  const measures = MEASURES.filter((key) => rule[key] !== undefined);
  const known = MEASURES.join(', ');
  if (measures.length === 0) {
    return [missing(path, 'key', 'the rule measures nothing', `add one of ${known}`)];
  }
  const [first, second] = measures;
  if (second !== undefined) {
    const message = `a rule measures one thing, and this has \`${first}\` and \`${second}\``;
    return [invalid([...path, second], 'key', message, 'make two rules of it')];
  }
  return [
    ...BOUNDED.flatMap((key) => checkBounds(rule[key], [...path, key])),
    ...checkAction(rule['action'], [...path, 'action'], model),
  ];
}

function checkBounds(measure: Json | undefined, path: Path): readonly Fault[] {
  if (!isJsonObject(measure)) return [];
  const { min, max } = measure;
  if (min === undefined && max === undefined) {
    return [missing(path, 'key', 'there is no bound', 'add `min` or `max`')];
  }
  if (typeof min !== 'number' || typeof max !== 'number' || min <= max) return [];
  const message = `nothing is at least ${min} and at most ${max}`;
  return [invalid([...path, 'min'], 'value', message, 'swap the two')];
}

function checkAction(action: Json | undefined, path: Path, model: Json | undefined) {
  if (action !== 'roll-back' || model !== undefined) return [];
  const message = '`model` is missing: nothing says which model is rolled back';
  return [missing(path, 'value', message, 'add `model: { name: … }` beside `rules`')];
}

function checkNames(rules: readonly Json[]): readonly Fault[] {
  const names = rules.map((rule) => (isJsonObject(rule) ? rule['name'] : undefined));
  return names.flatMap((name, index) => {
    if (typeof name !== 'string' || names.indexOf(name) === index) return [];
    const message = `two rules are called "${name}"`;
    return [invalid(['rules', index, 'name'], 'value', message, 'name them apart')];
  });
}

function checkModel(rules: readonly Json[], model: Json | undefined): readonly Fault[] {
  const rollsBack = (rule: Json) => !isJsonObject(rule) || rule['action'] === 'roll-back';
  if (model === undefined || rules.some(rollsBack)) return [];
  const message = '`model` is for the action roll-back, and no rule has that';
  return [invalid(['model'], 'key', message, 'remove it, or give a rule the action roll-back')];
}

const missing = (path: Path, at: Fault['at'], message: string, remedy: string): Fault => ({
  ...{ code: 'SPEC_MISSING_KEY', path, at, message, remedy },
});

const invalid = (path: Path, at: Fault['at'], message: string, remedy: string): Fault => ({
  ...{ code: 'SPEC_INVALID', path, at, message, remedy },
});
