/** A parent to be killed: starts one job, and tells the id of its child once the job runs. */
const { ComputePool } = await import(`${process.env.SOURCE}/src/compute/pool.js`);

const pool = new ComputePool({ entry: process.env.ENTRY, concurrency: 1 });
const begun = () => process.send(pool.pids[0]);
await pool.run(
  { name: 'job', payload: JSON.parse(process.env.PAYLOAD) },
  { signal: new AbortController().signal, onLog: begun, onHeartbeat: begun },
);
