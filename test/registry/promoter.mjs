/** Promotes models of so many runs, one after another; several such processes run at once. */
const { openModelRegistry } = await import('./src/registry/model-registry.js');

const [state, prefix, count] = process.argv.slice(2);
const registry = openModelRegistry(state);
for (let i = 0; i < Number(count); i += 1) {
  const run = { id: `${prefix}-${i}`, pipeline: 'p', planDigest: 'd', submittedBy: 'ada' };
  await registry.promote({
    name: 'digits',
    alias: 'production',
    model: { uri: 'artifact://sha256/0', sha256: '0', bytes: 1, mediaType: 'x' },
    run,
    step: 'promote',
    metrics: {},
    auditStatus: null,
    reviewVerdict: null,
  });
}
