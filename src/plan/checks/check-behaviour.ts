/** Tests of a model's behaviour: which keys each type has, and the columns that they name. */
import { isJsonObject, type Json, type JsonObject } from '../../json.ts';
import type { Fault, Path } from '../../spec/spec.ts';
import { mapOf, textOf } from '../../spec/take-values.ts';
import { type CheckedStep, literal, producer, type StepCheck } from './checked-step.ts';

const KEYS_OF_TYPE: Readonly<Record<string, { needs: readonly string[]; may: readonly string[] }>> =
  {
    minimum: { needs: ['cells'], may: ['class', 'not'] },
    invariance: { needs: ['change'], may: ['class', 'maxChange', 'rows'] },
    directional: { needs: ['change', 'class', 'direction'], may: ['tolerance', 'rows'] },
  };
const KEYS_OF_ALL = ['name', 'type', 'minPassRate', 'onFail'];
const CHANGES = ['to', 'add', 'multiply', 'replace', 'brightness', 'shift'];
/** Of pictures, which need no name where there is one. */
const OF_PICTURES = ['brightness', 'shift'];

export const checkBehaviour: StepCheck = (step, stepOf) => {
  const tests = literal(step, 'behaviour');
  if (!Array.isArray(tests)) return [];
  const faults = faultsOfBehaviour(tests as readonly Json[]);
  if (faults.length > 0) return faults;
  const dataset = producer(step, 'dataset', stepOf);
  return dataset?.kind === 'dataset' ? strayColumns(tests as readonly Json[], dataset) : [];
};

/** @param tests  that met the schema, with or without its defaults. */
export function faultsOfBehaviour(tests: readonly Json[]): readonly Fault[] {
  const names = tests.map((test) => textOf(mapOf(test)['name']));
  return tests.flatMap((value, index) => {
    const path: Path = ['behaviour', index];
    const test = mapOf(value);
    if (names.indexOf(names[index]) < index) {
      const message = `another test is called ${JSON.stringify(names[index])}`;
      return [fault([...path, 'name'], message, 'give each test a name of its own', 'value')];
    }
    return [...keysOf(test, path), ...oneOfTwo(test, path), ...changeOf(test['change'], path)];
  });
}

function keysOf(test: JsonObject, path: Path): readonly Fault[] {
  const type = String(test['type']);
  const keys = KEYS_OF_TYPE[type];
  if (!keys) return [];
  const known = [...keys.needs, ...keys.may, ...KEYS_OF_ALL];
  const strays = Object.keys(test).filter((key) => !known.includes(key));
  const missing = keys.needs.filter((key) => test[key] === undefined);
  return [
    ...strays.map((key) =>
      fault([...path, key], `\`${key}\` is not of a test of type ${type}`, 'remove it'),
    ),
    ...missing.map((key): Fault => ({
      code: 'SPEC_MISSING_KEY',
      path,
      at: 'key',
      message: `\`${key}\` is missing: a test of type ${type} needs it`,
      remedy: `add the key \`${key}\``,
    })),
  ];
}

function oneOfTwo(test: JsonObject, path: Path): readonly Fault[] {
  if (test['type'] !== 'minimum') return [];
  if ((test['class'] === undefined) !== (test['not'] === undefined)) return [];
  const message = 'a test of type minimum has either `class` or `not`';
  return [fault(path, message, 'say which class must be given, or must not')];
}

function changeOf(change: Json | undefined, path: Path): readonly Fault[] {
  if (!isJsonObject(change)) return [];
  const kinds = CHANGES.filter((key) => change[key] !== undefined);
  const at = [...path, 'change'];
  if (kinds.length !== 1) {
    const message = `a change is one of ${CHANGES.join(', ')}, and here are ${kinds.length}`;
    return [fault(at, message, 'give one; further changes are further tests')];
  }
  const [kind = ''] = kinds;
  if (change['column'] !== undefined || OF_PICTURES.includes(kind)) return [];
  const message = `\`column\` is missing: \`${kind}\` changes one`;
  return [{ code: 'SPEC_MISSING_KEY', path: at, at: 'key', message, remedy: 'add `column`' }];
}

/** Columns that no group of the data set's features can match. */
function strayColumns(tests: readonly Json[], dataset: CheckedStep): readonly Fault[] {
  const features = literal(dataset, 'features');
  if (!Array.isArray(features)) return [];
  const patterns = (features as readonly Json[]).flatMap((group) => {
    const columns = mapOf(group)['columns'];
    return Array.isArray(columns) ? (columns as readonly Json[]) : [columns ?? null];
  });
  if (!patterns.every((pattern) => typeof pattern === 'string')) return [];
  const isKnown = (column: string) => patterns.some((pattern) => matches(pattern, column));
  return tests.flatMap((value, index) => {
    const { change, cells } = mapOf(value);
    const column = textOf(mapOf(change)['column']);
    const named: (readonly [string, Path])[] =
      column === undefined ? [] : [[column, ['behaviour', index, 'change', 'column']]];
    const rows = Array.isArray(cells) ? (cells as readonly Json[]) : [];
    rows.forEach((row, place) => {
      for (const name of Object.keys(mapOf(row))) {
        named.push([name, ['behaviour', index, 'cells', place, name]]);
      }
    });
    return named
      .filter(([name]) => !isKnown(name))
      .map(([name, path]) =>
        fault(
          path,
          `${JSON.stringify(name)} is no column of the features of step "${dataset.id}"`,
          'name a column that the model reads',
          path.at(-1) === 'column' ? 'value' : 'key',
        ),
      );
  });
}

/** `*` for any characters, `?` for one, as a data set's columns have them. */
function matches(pattern: string, column: string): boolean {
  if (pattern === column) return true;
  if (!/[*?]/.test(pattern)) return false;
  const [first = '', ...rest] = pattern.split(/[*?]/);
  return column.startsWith(first) && rest.every((part) => column.includes(part));
}

function fault(path: Path, message: string, remedy: string, at: Fault['at'] = 'key'): Fault {
  return { code: 'SPEC_INVALID', path, at, message, remedy };
}
