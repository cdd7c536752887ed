import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { freePort } from '../../src/temporal/local-server.ts';
import type { RunStatus } from '../../src/workflows/run-state.ts';
import { Rig } from '../crash/rig.ts';

let rig: Rig;
let server: Server;

beforeAll(async () => {
  rig = await Rig.create();
  server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    request.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rig.dispose();
  rmSync(rig.project, { recursive: true, force: true });
});

describe("a pipeline of a team's own steps, a command and a request", () => {
  it('runs from `init --step` to the end', async () => {
    for (const kind of ['light', 'team/heavy']) await rig.cli('init', '--step', kind);
    const { port } = server.address() as AddressInfo;
    rig.write(
      'steps/team/heavy.schema.json',
      JSON.stringify({
        kind: 'team/heavy',
        heavy: true,
        with: { properties: { values: { type: 'array', items: { type: 'number' } } } },
        outputs: { properties: { mean: {}, normalised: {} } },
      }),
    );
    rig.write(
      'modelwright.json',
      JSON.stringify({
        steps: ['./steps/light.mjs', './steps/team/heavy.mjs'],
        commands: ['node'],
        http: { allow: [`127.0.0.1:${port}`] },
      }),
    );
    rig.write(
      'own.yaml',
      `name: own
steps:
  light: { uses: light, with: { values: [1, 2, 6] } }
  heavy: { uses: team/heavy, with: { values: '\${{ steps.light.outputs.normalised }}' } }
  command:
    uses: command
    with:
      run:
        - node
        - -e
        - require('fs').writeFileSync(process.env.MODELWRIGHT_OUTPUTS, process.argv[1])
        - '{"count": \${{ steps.light.outputs.mean }}}'
  request:
    uses: http
    with:
      url: http://127.0.0.1:${port}/
      method: POST
      body: { json: { count: '\${{ steps.command.outputs.values.count }}' } }
  after: { uses: light, with: { values: '\${{ steps.heavy.outputs.normalised }}' } }
outputs:
  answer: \${{ steps.request.outputs.json.count }}
`,
    );
    const port2 = String(await freePort());
    const ended = await rig.cli('up', '--port', port2, '--run', 'own.yaml', '--json');
    // Both at once, so that a run without an answer says why.
    expect(ended).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('failed') as string,
    });
    expect(JSON.parse(ended.stdout)).toMatchObject({ state: 'succeeded', outputs: { answer: 3 } });
  }, 120_000);

  it('hands secrets to its steps and to nothing else', async () => {
    const canary = 'canary-4f9d21c7';
    process.env['CANARY_TOKEN'] = canary;
    let header = '';
    server.once('request', (request) => (header = String(request.headers.authorization)));
    const { port } = server.address() as AddressInfo;
    rig.write(
      'modelwright.json',
      JSON.stringify({ commands: ['node'], http: { allow: [`127.0.0.1:${port}`] } }),
    );
    rig.write(
      'secret.yaml',
      `name: secret
secrets: { token: { env: CANARY_TOKEN } }
steps:
  request:
    uses: http
    with:
      url: http://127.0.0.1:${port}/
      headers: { authorization: 'Bearer \${{ secrets.token }}' }
  command:
    uses: command
    needs: [request]
    with:
      run: [node, -e, "console.log(process.env.TOKEN); console.error(process.env.TOKEN); process.exit(3)"]
      env: { TOKEN: '\${{ secrets.token }}' }
    retry: { attempts: 1 }
`,
    );
    const ended = await rig.cli(
      ...['up', '--port', String(await freePort()), '--run', 'secret.yaml', '--json'],
    );
    delete process.env['CANARY_TOKEN'];
    expect(header).toBe(`Bearer ${canary}`);
    const status = JSON.parse(ended.stdout) as RunStatus;
    expect(status.steps.map(({ state }) => state)).toEqual(['succeeded', 'failed']);
    expect(status.error?.message).toContain('***');
    expect(ended.stdout + ended.stderr).not.toContain(canary);
    // History, artifacts, logs, report: every file that the run left behind.
    const files = readdirSync(rig.stateFolder, { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(5);
    const leaks = files
      .map(({ parentPath, name }) => path.join(parentPath, name))
      .filter((file) => readFileSync(file).includes(canary));
    expect(leaks).toEqual([]);
  }, 120_000);

  it('is refused by the config before anything runs, with its place', async () => {
    rig.write('modelwright.json', '{ "steps": ["./steps/absent.mjs"] }');
    const validated = await rig.cli('validate', 'own.yaml');
    expect(validated.code).toBe(3);
    expect(validated.stderr).toMatch(/modelwright\.json:1:13 .*absent.*\[CONFIG_INVALID\]/);
  });
});
