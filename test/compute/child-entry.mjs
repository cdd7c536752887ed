/** A child of the compute pool for the tests; SOURCE names the folder of the compiled sources. */
const { serveJobs } = await import(`${process.env.SOURCE}/src/compute/child.js`);
const { PipelineError } = await import(`${process.env.SOURCE}/src/errors.js`);

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let warmed = false;
let ballast = null;

const JOBS = {
  echo: ({ value }) => value,
  pid: () => process.pid,
  warmed: () => warmed,
  sleep: async ({ ms }) => {
    await sleep(ms);
    return 'slept';
  },
  die: ({ signal }) => {
    process.stderr.write('last words\n');
    process.stdout.write('out\n');
    return sleep(50)
      .then(() => process.kill(process.pid, signal))
      .then(() => sleep(10_000));
  },
  exit: ({ code }) => process.exit(code),
  fail: () => {
    throw new PipelineError('DATA_INVALID', 'column "age" is empty', {
      remedy: 'fill it',
      details: { column: 'age' },
      location: { file: 'a.yaml', line: 3, column: 5 },
    });
  },
  throwPlain: () => {
    throw new RangeError('Array buffer allocation failed');
  },
  /** Stops when told to, after saving a checkpoint. */
  checkpointed: async (_, context) => {
    context.log('info', 'begun');
    while (!context.signal.aborted) await sleep(5);
    context.heartbeat({ checkpoint: 'saved' });
    throw context.signal.reason;
  },
  deaf: async (_, context) => {
    context.log('info', 'begun');
    await sleep(60_000);
  },
  /** Computes without a pause: no timer runs, no message comes in. */
  busy: ({ ms }, context) => {
    const end = Date.now() + ms;
    for (let i = 0; Date.now() < end; i += 1) context.heartbeat({ i });
    context.heartbeat({ i: 'last' });
    return 'done';
  },
  chatty: ({ lines }, context) => {
    for (let i = 0; i < lines; i += 1) context.log('info', `line ${i}`, { i });
    return 'done';
  },
  grow: ({ bytes }) => {
    ballast = Buffer.alloc(bytes, 1);
    return ballast.length;
  },
};

serveJobs({
  run: async (job, context) => JOBS[job.do](job, context),
  warm: async () => {
    warmed = true;
  },
});
