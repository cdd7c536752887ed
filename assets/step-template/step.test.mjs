/** Run it with `node --test`; it needs `npm install --save-dev modelwright`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runStep } from 'modelwright/testing';
import step from './my-step.mjs';

const schema = new URL('./my-step.schema.json', import.meta.url);

test('moves numbers to mean 0 and standard deviation 1', async () => {
  const run = await runStep(step, { schema, with: { values: [1, 3] } });
  assert.deepEqual(run.outputs, { mean: 2, normalised: [-1, 1] });
  assert.equal(run.logs[0]?.message, 'normalised');
  await run.dispose();
});

test('refuses no numbers at all', async () => {
  await assert.rejects(runStep(step, { schema, with: { values: [] } }), { code: 'SPEC_INVALID' });
});
