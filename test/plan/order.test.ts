import fc from 'fast-check';
import { orderSteps } from '../../src/plan/order.ts';

/** Ids in file order, each with needs of any others: cycles included. */
const graph = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc
    .array(fc.array(fc.nat({ max: size - 1 }), { maxLength: 4 }), {
      minLength: size,
      maxLength: size,
    })
    .map((needs) => new Map(needs.map((of, i) => [`s${i}`, of.map((need) => `s${need}`)]))),
);

/** The definition, by search: of the steps that are ready, the first in the file goes next. */
function simplest(needs: ReadonlyMap<string, readonly string[]>): string[] {
  const done: string[] = [];
  for (;;) {
    const next = [...needs].find(
      ([id, of]) => !done.includes(id) && of.every((need) => done.includes(need)),
    );
    if (!next) return done;
    done.push(next[0]);
  }
}

const options = { numRuns: 1_000, seed: 20_260_102 };

describe('orderSteps', () => {
  it('takes the first ready step of the file, again and again', () => {
    fc.assert(
      fc.property(graph, (needs) => {
        const { order, cycles } = orderSteps(needs);
        const expected = simplest(needs);
        if (cycles.length === 0) expect(order).toEqual(expected);
        else expect(order.slice(0, expected.length)).toEqual(expected);
      }),
      options,
    );
  });

  it('finds a cycle exactly where no order is possible, and each is a loop of needs', () => {
    fc.assert(
      fc.property(graph, (needs) => {
        const { order, cycles } = orderSteps(needs);
        expect(cycles.length === 0).toBe(simplest(needs).length === needs.size);
        for (const cycle of cycles) {
          cycle.forEach((id, i) => {
            expect(needs.get(id)).toContain(cycle[(i + 1) % cycle.length]);
          });
        }
        expect([...order, ...cycles.flat()].sort()).toEqual([...needs.keys()].sort());
      }),
      options,
    );
  });

  it('names two separate loops, each from its first step in the file', () => {
    const needs = new Map([
      ['a', ['b']],
      ['c', ['d']],
      ['b', ['a']],
      ['d', ['c']],
      ['e', []],
    ]);
    expect(orderSteps(needs)).toEqual({
      order: ['e'],
      cycles: [
        ['a', 'b'],
        ['c', 'd'],
      ],
    });
  });

  it('ignores needs of steps that are not there', () => {
    expect(orderSteps(new Map([['a', ['ghost']]]))).toEqual({ order: ['a'], cycles: [] });
  });
});
