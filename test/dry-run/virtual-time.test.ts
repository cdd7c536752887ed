import { CancelledFailure } from '@temporalio/common';
import { CancelScope, VirtualTime } from '../../src/dry-run/virtual-time.ts';

/** Plays until the work has ended. */
async function play<T>(time: VirtualTime, work: () => Promise<T>): Promise<T> {
  let end: { readonly value: T } | { readonly error: unknown } | null = null;
  work().then(
    (value) => (end = { value }),
    (error: unknown) => (end = { error }),
  );
  await time.pass(() => end !== null, Infinity);
  const ended = end as { readonly value: T } | { readonly error: unknown } | null;
  if (ended && 'value' in ended) return ended.value;
  throw ended?.error;
}

describe('virtual time', () => {
  it('jumps to what is due next, and keeps the order of what is due at one time', async () => {
    const time = new VirtualTime(1_000);
    const seen: string[] = [];
    const nap = async (name: string, ms: number) => {
      await time.sleep(ms);
      seen.push(`${name} ${time.now()}`);
    };
    const hour = 3_600_000;
    await play(time, () => Promise.all([nap('c', hour), nap('a', 5), nap('d', hour), nap('b', 7)]));
    expect(seen).toEqual([`a 1005`, `b 1007`, `c ${1_000 + hour}`, `d ${1_000 + hour}`]);
  });

  it('sees a condition hold as soon as something makes it so, or its time run out', async () => {
    const time = new VirtualTime(0);
    let isOpen = false;
    time.after(30, () => (isOpen = true));
    const wait = async (ms: number) => [await time.condition(() => isOpen, ms), time.now()];
    const ends = await play(time, () => Promise.all([wait(20), wait(30), wait(40)]));
    // What was set first comes first: the opening before the time-out of the same moment.
    expect(ends).toEqual([
      [false, 20],
      [true, 30],
      [true, 30],
    ]);
    expect(await play(time, () => time.condition(() => true, 1))).toBe(true);
  });

  it('ends waits of a cancelled scope, and no others', async () => {
    const time = new VirtualTime(0);
    const scope = new CancelScope();
    time.after(10, () => scope.cancel());
    const ends = await play(time, () =>
      Promise.allSettled([
        time.within(scope, () => time.sleep(20)),
        time.within(scope, () => time.condition(() => false)),
        time.within(scope, () => time.nonCancellable(() => time.sleep(20))),
        time.within(scope, async () => {
          await time.nonCancellable(() => time.sleep(15));
          await time.sleep(1);
        }),
      ]),
    );
    expect(ends.map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
      'fulfilled',
      'rejected',
    ]);
    expect((ends[0] as PromiseRejectedResult).reason).toBeInstanceOf(CancelledFailure);
    expect(time.now()).toBe(20);
  });

  it('stands still at the time until which it may pass', async () => {
    const time = new VirtualTime(0);
    let hasFired = false;
    time.after(11, () => (hasFired = true));
    await time.pass(() => false, 10);
    expect([time.now(), hasFired]).toEqual([10, false]);
  });

  it('says when nothing is due any more', async () => {
    const time = new VirtualTime(0);
    void time.condition(() => false);
    await expect(time.pass(() => false, Infinity)).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});
