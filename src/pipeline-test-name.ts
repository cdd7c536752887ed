/** `x.test.yaml` holds tests of a pipeline: no pipeline itself, wherever pipelines are looked for. */
export const isTestFile = (file: string): boolean => /\.test\.ya?ml$/.test(file);
