import { guardStore } from '../../../src/activities/secrets/guarded-store.ts';
import { createRedactor } from '../../../src/activities/secrets/redactor.ts';
import { MemoryStore } from '../../memory-store.ts';

async function* pieces(...given: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const piece of given) yield await Promise.resolve(Buffer.from(piece));
}

describe('guardStore', () => {
  const store = guardStore(new MemoryStore(), createRedactor(['canary-7f3a']));

  it.each([[['x canary-7f3a y']], [['x can', 'ary-7', 'f3a y']], [['c', ...'anary-7f3a']]])(
    'takes no stream with a secret in it: %j',
    async (given) => {
      await expect(store.putStream(pieces(...given), 'text/plain')).rejects.toMatchObject({
        code: 'SECRET_LEAKED',
      });
    },
  );

  it('passes on what has none, every byte once', async () => {
    const ref = await store.putStream(pieces('canary-', '7f3b', ' '), 'text/plain');
    expect(Buffer.from(await store.get(ref)).toString()).toBe('canary-7f3b ');
  });
});
