import { auditStep } from '../../../src/activities/audit.ts';
import { membership } from '../../../src/activities/audit/membership.ts';
import { architectStep } from '../../../src/activities/architect.ts';
import type { AuditStep } from '../../../src/activities/step-types.ts';
import { trainStep } from '../../../src/activities/train.ts';
import type { AuditReport } from '../../../src/ml/model.ts';
import { CounterRandom } from '../../../src/ml/random.ts';
import { decodeWith } from '../../../src/spec/step-schemas.ts';
import { makeTestPlace, type TestPlace } from '../step-context.ts';
import { storeTable } from '../trained-model.ts';

let place: TestPlace;
beforeAll(async () => {
  place = await makeTestPlace();
});
afterAll(() => place.remove());

/** Labels by chance: all that can be learned of them is the rows. */
function noise(): string {
  const random = new CounterRandom({ seed: 8, stream: 'membership' });
  const lines = Array.from({ length: 160 }, () => {
    const values = Array.from({ length: 20 }, () => random.normal().toFixed(3));
    return [...values, random.uniform() < 0.5 ? 'yes' : 'no'].join(',');
  });
  const names = Array.from({ length: 20 }, (_, index) => `v${index}`);
  return [[...names, 'label'].join(','), ...lines, ''].join('\n');
}

async function audit(epochs: number, changes: object = {}) {
  const split = { train: 0.5, validation: 0.1, test: 0.4 };
  const dataset = await storeTable(place.store, noise(), { split });
  const context = place.context();
  const net = { dataset, family: 'mlp', hidden: [64] } as never;
  const { architecture } = await architectStep.run(decodeWith('architect', net), context);
  const optimizer = { type: 'adam', learningRate: 0.01 };
  const training = { architecture, dataset, epochs, optimizer } as never;
  const scratch = `${place.folder}/scratch-${epochs}`;
  const { model } = await trainStep.run(decodeWith('train', training), place.context({ scratch }));
  const given = { dataset, model, membership: {}, onFail: 'continue', ...changes } as never;
  const { report } = await auditStep.run(decodeWith<AuditStep['with']>('audit', given), context);
  return place.store.getJson<AuditReport>(report);
}

describe('membership attacks in an audit', () => {
  it('tell the rows that a model has learned by heart, and not those of one that has not', async () => {
    const bound = { checks: { membership: { max: 0.3 } } };
    const learned = await audit(150, bound);
    expect(learned.membership).toMatchObject({ members: 80, others: 64 });
    const [byLoss] = learned.membership?.attacks ?? [];
    expect(byLoss).toMatchObject({ attack: 'loss' });
    expect(byLoss?.advantageLow).toBeGreaterThan(0.2);
    expect(byLoss?.aucLow).toBeGreaterThan(0.6);
    expect(learned.checks).toMatchObject([{ name: 'membership', status: 'flag' }]);
    const fresh = await audit(1, bound);
    const [hardly] = fresh.membership?.attacks ?? [];
    expect(hardly?.auc).toBeLessThan(byLoss?.auc ?? 0);
    expect(hardly?.aucLow).toBeLessThan(0.6);
  });

  it.each([[{ part: 'train', membership: {} }], [{ checks: { membership: { max: 0.1 } } }]])(
    'refuse %j before anything is read',
    (changes) => {
      const sha256 = '0'.repeat(64);
      const ref = { uri: `artifact://sha256/${sha256}`, sha256, bytes: 1, mediaType: 'x' };
      const given = { dataset: ref, model: ref, ...changes } as never;
      const input = decodeWith<AuditStep['with']>('audit', given);
      expect(() => membership.require?.(input)).toThrow(
        expect.objectContaining({ code: 'SPEC_INVALID' }),
      );
    },
  );
});
