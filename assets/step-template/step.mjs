/**
 * A step of our own, used in a pipeline as `uses: my-step`. What it takes and gives is said in the
 * schema file beside this one.
 *
 * @type {import('modelwright').OwnStepModule<{ values: number[] }, { mean: number, normalised: number[] }>}
 */
export default {
  kind: 'my-step',

  async run({ values }, context) {
    // Long work looks at the signal, and throws when it is told to stop.
    context.signal.throwIfAborted();
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length,
    );
    context.log('info', 'normalised', { values: values.length });
    return {
      mean,
      normalised: values.map((value) => (deviation === 0 ? 0 : (value - mean) / deviation)),
    };
  },
};
