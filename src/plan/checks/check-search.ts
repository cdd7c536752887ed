/** Rules of `search`: every value of the space, put in its place, makes settings that fit. */
import { canonicalJson, type Json, type JsonObject } from '../../json.ts';
import {
  type Candidate,
  type CandidateSettings,
  faultOfGrid,
  readSpace,
  samplesOf,
  type SearchSpace,
  settingsOf,
  type SpaceProblem,
  straysOf,
} from '../../search/search-space.ts';
import type { Fault, Path } from '../../spec/spec.ts';
import { contractOf } from '../../spec/step-schemas.ts';
import { mapOf } from '../../spec/take-values.ts';
import type { Template } from '../plan.ts';
import { checkArchitect } from './check-architect.ts';
import { checkTrain } from './check-train.ts';
import { type CheckedStep, literal, type StepCheck } from './checked-step.ts';

const CHECK_OF: Readonly<Record<string, StepCheck>> = {
  architect: checkArchitect,
  train: checkTrain,
};
type StepName = keyof CandidateSettings;
const STEPS: readonly StepName[] = ['architect', 'train'];

export const checkSearch: StepCheck = (step, stepOf) => {
  const base = { architect: mapOf(step.given['architect']), train: mapOf(step.given['train']) };
  const strays = straysOf(base).map(({ place, problem }) => ({
    ...{ code: 'SPEC_INVALID' as const, path: place.split('.'), at: 'key' as const },
    message: `\`${place}\` ${problem}`,
    remedy: 'remove it',
  }));
  if (strays.length > 0) return strays;
  const read = readSpace(knownSpace(step));
  if ('faults' in read) return read.faults.map(faultOfSpace);
  const faults = [...checkGrid(step, read.space), ...checkHalving(step)];
  if (faults.length > 0) return faults;
  // A place that only the run knows hides what else stands there.
  const holes = [...step.holes.keys()];
  if (holes.some((hole) => hole.startsWith('/space'))) return [];
  return checkCandidates({ step, base, space: read.space }, stepOf);
};

/** Those that stand in the file as they are. */
function knownSpace(step: CheckedStep): JsonObject {
  return Object.fromEntries(
    Object.entries(mapOf(step.given['space'])).filter(
      ([place]) => literal(step, 'space', place) !== undefined,
    ),
  );
}

const faultOfSpace = ({ place, problem }: SpaceProblem): Fault => ({
  ...{ code: 'SPEC_INVALID', path: ['space', place], at: 'value' },
  message: `\`space.${place}\` ${problem}`,
});

function checkGrid(step: CheckedStep, space: SearchSpace): readonly Fault[] {
  const trials = literal(step, 'budget', 'trials');
  if (literal(step, 'method') !== 'grid' || typeof trials !== 'number') return [];
  const message = faultOfGrid(space, trials);
  if (message === null) return [];
  const remedy = 'raise `budget.trials`, give fewer values, or use the method random';
  return [{ code: 'SPEC_INVALID', path: ['method'], at: 'value', message, remedy }];
}

function checkHalving(step: CheckedStep): readonly Fault[] {
  const method = literal(step, 'method');
  if (step.given['halving'] === undefined || method === 'successive-halving') return [];
  if (typeof method !== 'string') return [];
  const message = `\`halving\` is for the method successive-halving, and this is ${method}`;
  return [
    {
      code: 'SPEC_INVALID',
      path: ['halving'],
      at: 'key',
      message,
      remedy: 'remove it, or change `method`',
    },
  ];
}

interface Checked {
  readonly step: CheckedStep;
  readonly base: CandidateSettings;
  readonly space: SearchSpace;
}

/** A fault in a candidate's settings, at a path inside those of one step. */
interface Found {
  readonly name: StepName;
  readonly fault: Fault;
}

/** The first values of all places together, then each other value alone in the place of its first. */
function checkCandidates(checked: Checked, stepOf: Parameters<StepCheck>[1]): readonly Fault[] {
  const { base, space } = checked;
  const first = Object.fromEntries(
    [...space].map(([place, domain]) => [place, samplesOf(domain)[0] as Json]),
  );
  const check = (candidate: Candidate): readonly Found[] | SpaceProblem => {
    const put = settingsOf(base, candidate);
    if ('fault' in put) return put.fault;
    return STEPS.flatMap((name) =>
      checkSettings(checked.step, name, put.settings[name], stepOf).map((fault) => ({
        ...{ name, fault },
      })),
    );
  };
  const shared = check(first);
  if ('problem' in shared) return [faultOfSpace(shared)];
  const known = new Set(shared.map(keyOf));
  const varied = [...space].flatMap(([place, domain]) =>
    samplesOf(domain).flatMap((value, index): readonly Fault[] => {
      if (index === 0) return [];
      const at: Path = ['space', place, ...('choices' in domain ? [index] : ['between', index])];
      const found = check({ ...first, [place]: value });
      if ('problem' in found) return [{ ...faultOfSpace(found), path: at }];
      return found.filter((one) => !known.has(keyOf(one))).map((one) => atValue(one, place, at));
    }),
  );
  return [...shared.map((one) => atFirst(one, space)), ...varied];
}

const keyOf = ({ name, fault }: Found): string =>
  canonicalJson([name, fault.code, fault.path.map(String), fault.message]);

/** Whatever it is about, it is this value that makes it wrong. */
function atValue({ name, fault }: Found, place: string, at: Path): Fault {
  const inside = insideOf(place, name, fault.path) ?? [];
  return { ...fault, path: [...at, ...inside], at: inside.length === 0 ? 'value' : fault.at };
}

/** In the space where it stands in one of its values, else in what all candidates share. */
function atFirst({ name, fault }: Found, space: SearchSpace): Fault {
  const [found] = [...space]
    .map(([place, domain]) => ({ place, domain, inside: insideOf(place, name, fault.path) }))
    .filter(({ inside }) => inside !== null)
    .sort((one, other) => other.place.length - one.place.length);
  if (!found) return { ...fault, path: [name, ...fault.path] };
  const at: Path = 'choices' in found.domain ? [0] : ['between', 0];
  return atValue({ name, fault }, found.place, ['space', found.place, ...at]);
}

/** The rest of a path that leads through a place; `null` if it leads elsewhere. */
function insideOf(place: string, name: StepName, path: Path): Path | null {
  const keys = place.split('.');
  const whole: Path = [name, ...path];
  // At `architect` itself a value may or may not have the key.
  if (keys.length === 1) return null;
  return keys.every((key, index) => String(whole[index]) === key) ? whole.slice(keys.length) : null;
}

/** As the step itself would be checked, with what the search gives it still to come. */
function checkSettings(
  step: CheckedStep,
  name: StepName,
  settings: JsonObject,
  stepOf: Parameters<StepCheck>[1],
): readonly Fault[] {
  const contract = contractOf(name);
  const check = CHECK_OF[name];
  if (!contract || !check) return [];
  const holes = new Map<string, Template>([
    ...[...step.holes].flatMap(([hole, template]) =>
      hole.startsWith(`/${name}/`) ? [[hole.slice(name.length + 1), template] as const] : [],
    ),
    ['/dataset', step.holes.get('/dataset') ?? { literal: null }],
    ...(name === 'train' ? [['/architecture', { literal: null }] as const] : []),
  ]);
  const given: JsonObject = {
    ...settings,
    dataset: null,
    ...(name === 'train' && { architecture: null }),
  };
  const { value, faults } = contract.checkWith(given, new Set(holes.keys()));
  if (faults.length > 0) return faults;
  return check({ ...step, kind: name, given, value, holes, isSound: true }, stepOf);
}
