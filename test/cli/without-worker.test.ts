import { rmSync } from 'node:fs';
import type { LocalServer } from '../../src/temporal/local-server.ts';
import { ensureLocalServer, freePort } from '../../src/temporal/local-server.ts';
import { Rig } from '../crash/rig.ts';

let rig: Rig;
let server: LocalServer;

beforeAll(async () => {
  rig = await Rig.create();
  server = await ensureLocalServer(rig.stateFolder, { port: await freePort() });
  rig.write(
    'p.yaml',
    'name: p\nsteps:\n  data:\n    uses: dataset\n    with: { source: pipelines/data/digits.csv, target: label }\n',
  );
});
afterAll(async () => {
  await server.stop();
  await rig.dispose();
  rmSync(rig.project, { recursive: true, force: true });
});

describe('a server without a worker', () => {
  it('lets `run` say so, and keeps the run for the worker that comes', async () => {
    const started = await rig.cli('run', 'p.yaml', '--id', 'waits');
    expect(started.code).toBe(0);
    expect(started.stderr).toContain('no worker polls the task queue "modelwright"');
    expect(started.stderr).toContain('NO_WORKER');
    const doctor = await rig.json<{ findings: { check: string; status: string }[] }>('doctor');
    const status = (check: string) =>
      doctor.findings.find((finding) => finding.check === check)?.status;
    expect(status('worker')).toBe('warn');
    expect(status('temporal')).toBe('ok');
    expect(status('temporal speed')).toBe('ok');
    expect(status('tensorflow')).toBe('ok');
    expect(status('store')).toBe('ok');
    rig.start(['worker']);
    const done = await rig.json<{ state: string }>('run', 'p.yaml', '--id', 'waits', '--wait');
    expect(done.state).toBe('succeeded');
  }, 90_000);
});
