import fc from 'fast-check';
import type { SchedulerCommand, SchedulerEvent } from '../../src/workflows/scheduler.ts';
import { advance, initialState, schedulerGraph } from '../../src/workflows/scheduler.ts';
import { planOf } from './plans.ts';

type Fate = 'succeeded' | 'failed' | 'cancelled';

/** A random acyclic plan: step i may need any step before it. */
const randomPlan = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 24 })
  .map((rows) =>
    rows.map((picks, index) => ({
      id: `s${index}`,
      needs: index === 0 ? [] : [...new Set(picks.map((pick) => `s${pick % index}`))].sort(),
    })),
  );

const fates = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<Fate>('succeeded') },
    { weight: 1, arbitrary: fc.constant<Fate>('failed') },
    { weight: 1, arbitrary: fc.constant<Fate>('cancelled') },
  ),
  { minLength: 24, maxLength: 24 },
);

function eventFor(step: string, fate: Fate, atMs: number): SchedulerEvent {
  if (fate === 'succeeded') return { type: fate, step, outputs: { from: step }, atMs };
  if (fate === 'failed') return { type: fate, step, error: { code: 'X', message: 'no' }, atMs };
  return { type: fate, step, atMs };
}

/** Runs a plan to its end, finishing running steps in the order that `picks` chooses. */
function drive(steps: { id: string; needs: string[] }[], outcome: Fate[], picks: number[]) {
  const graph = schedulerGraph(planOf(steps).steps);
  let state = initialState(graph);
  const log: SchedulerCommand[] = [];
  const events: SchedulerEvent[] = [];
  const running: string[] = [];
  const feed = (event: SchedulerEvent) => {
    events.push(event);
    const next = advance(graph, state, event);
    state = next.state;
    for (const command of next.commands) {
      log.push(command);
      if (command.type === 'start') running.push(command.step);
    }
  };
  feed({ type: 'begin', atMs: 0 });
  for (let turn = 0; running.length > 0; turn++) {
    const at = (picks[turn % picks.length] ?? 0) % running.length;
    const [step = ''] = running.splice(at, 1);
    feed(eventFor(step, outcome[Number(step.slice(1))] ?? 'succeeded', turn + 1));
  }
  return { state, log, events, graph };
}

const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 30 });

describe('scheduler', () => {
  it('starts every step once, after all it needs, and finishes exactly once', () => {
    fc.assert(
      fc.property(randomPlan, picks, (steps, order) => {
        const all = steps.map((): Fate => 'succeeded');
        const { log, state } = drive(steps, all, order);
        const starts = log.flatMap((command) => (command.type === 'start' ? [command.step] : []));
        expect([...starts].sort()).toEqual(steps.map(({ id }) => id).sort());
        for (const { id, needs } of steps) {
          for (const need of needs) expect(starts.indexOf(need)).toBeLessThan(starts.indexOf(id));
        }
        expect(log.filter(({ type }) => type === 'finish')).toEqual([
          { type: 'finish', state: 'succeeded' },
        ]);
        expect(state.open).toBe(0);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('skips exactly what stands on a step that did not succeed', () => {
    fc.assert(
      fc.property(randomPlan, fates, picks, (steps, outcome, order) => {
        const { state, log } = drive(steps, outcome, order);
        // The oracle walks the plan once, in order, by definition.
        const expected = new Map<string, string>();
        steps.forEach(({ id, needs }, index) => {
          const blocked = needs.some((need) => expected.get(need) !== 'succeeded');
          expected.set(id, blocked ? 'skipped' : (outcome[index] ?? ''));
        });
        const actual = state.steps.map((step) => step.state);
        expect(actual).toEqual(steps.map(({ id }) => expected.get(id)));
        const ran = [...expected.values()];
        const verdict = ran.includes('failed')
          ? 'failed'
          : ran.includes('cancelled')
            ? 'cancelled'
            : 'succeeded';
        expect(log.at(-1)).toEqual({ type: 'finish', state: verdict });
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  it('gives the same commands for the same events, and leaves old states untouched', () => {
    fc.assert(
      fc.property(randomPlan, fates, picks, (steps, outcome, order) => {
        const first = drive(steps, outcome, order);
        let state = initialState(first.graph);
        const before = JSON.stringify(state);
        const initial = state;
        const log = first.events.flatMap((event) => {
          const next = advance(first.graph, state, event);
          state = next.state;
          return next.commands;
        });
        expect(log).toEqual(first.log);
        expect(JSON.stringify(initial)).toBe(before);
      }),
      { seed: 13, numRuns: 100 },
    );
  });

  it('ignores a repeated, a late and an unknown event', () => {
    const graph = schedulerGraph(planOf([{ id: 'a' }, { id: 'b', needs: ['a'] }]).steps);
    const begun = advance(graph, initialState(graph), { type: 'begin', atMs: 0 }).state;
    const done = advance(graph, begun, eventFor('a', 'succeeded', 1)).state;
    for (const event of [
      eventFor('a', 'failed', 2),
      eventFor('a', 'succeeded', 2),
      eventFor('nobody', 'succeeded', 2),
    ]) {
      expect(advance(graph, done, event)).toEqual({ state: done, commands: [] });
    }
    expect(advance(graph, begun, eventFor('b', 'succeeded', 1)).state).toBe(begun);
  });

  it('starts nothing after a cancel, and ends when the running steps have', () => {
    const graph = schedulerGraph(
      planOf([{ id: 'a' }, { id: 'b', needs: ['a'] }, { id: 'c' }]).steps,
    );
    const begun = advance(graph, initialState(graph), { type: 'begin', atMs: 0 }).state;
    const cancelled = advance(graph, begun, { type: 'cancel', atMs: 1 });
    expect(cancelled.commands).toEqual([]);
    const one = advance(graph, cancelled.state, eventFor('a', 'succeeded', 2));
    expect(one.commands).toEqual([]);
    const two = advance(graph, one.state, eventFor('c', 'cancelled', 3));
    expect(two.commands).toEqual([{ type: 'finish', state: 'cancelled' }]);
    expect(two.state.steps.map(({ state }) => state)).toEqual([
      'succeeded',
      'cancelled',
      'cancelled',
    ]);
  });

  it('finishes a plan without steps at once', () => {
    const graph = schedulerGraph(planOf([]).steps);
    expect(advance(graph, initialState(graph), { type: 'begin', atMs: 0 }).commands).toEqual([
      { type: 'finish', state: 'succeeded' },
    ]);
  });
});
