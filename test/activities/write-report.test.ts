import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import { recordDecisions } from '../../src/activities/record-decisions.ts';
import { writeReport } from '../../src/activities/write-report.ts';
import type { ArtifactRef, ArtifactStore } from '../../src/artifacts/artifact.ts';
import { openFolderStore } from '../../src/artifacts/folder-store.ts';
import { findBrokenLink, type ManifestEntry, type RunManifest } from '../../src/report/manifest.ts';
import type { ModelCard } from '../../src/report/card/model-card.ts';
import type { RunRecord, StepStatus } from '../../src/workflows/run-state.ts';
import { finishedRun, HOSTILE, STEP_IDS } from './run-record.ts';
import { ROOT } from './step-context.ts';

let root: string;
let store: ArtifactStore;
let record: RunRecord;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'modelwright-report-'));
  store = await openFolderStore(root);
  record = await finishedRun(store);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(of: RunRecord) {
  const { manifest, report } = await writeReport(of, store);
  expect(report.mediaType).toBe('text/html');
  const chain = await store.getJson<RunManifest>(manifest);
  expect(findBrokenLink(chain)).toBeNull();
  return { chain, html: Buffer.from(await store.get(report)).toString(), manifest };
}

const bodies = (chain: RunManifest, type: ManifestEntry['type']) =>
  chain.entries.filter((entry) => entry.type === type).map(({ body }) => body);

/** The run as it would have been had it ended after so many steps. */
function endedAfter(count: number, state: 'failed' | 'cancelled'): RunRecord {
  const steps = record.status.steps.map((step, i): StepStatus => {
    if (i < count) return step;
    const ended = { ...step, outputs: null, finishedAtMs: null };
    if (i > count) return { ...ended, state: 'skipped', startedAtMs: null };
    const error = { code: 'TRAINING_DIVERGED', message: HOSTILE };
    return { ...ended, state, error: state === 'failed' ? error : null };
  });
  const error = state === 'failed' ? { code: 'TRAINING_DIVERGED', message: HOSTILE } : null;
  return { ...record, status: { ...record.status, state, steps, gates: [], outputs: null, error } };
}

it('puts plan, data, steps with their artifacts, audits, people and models into the manifest', async () => {
  const { chain } = await write(record);
  expect(bodies(chain, 'plan')).toEqual([
    { pipeline: 'digits', digest: 'f'.repeat(64), steps: STEP_IDS.length },
  ]);
  expect(bodies(chain, 'data')[0]).toMatchObject({
    source: { path: 'digits.csv', sha256: 'c'.repeat(64), rows: 9 },
    rows: { train: 3, validation: 1, test: 3 },
  });
  const steps = bodies(chain, 'step');
  expect(steps.map(({ step }) => step)).toEqual(STEP_IDS);
  const output = (id: string, name: string) =>
    record.status.steps.find((step) => step.id === id)!.outputs![name] as unknown as ArtifactRef;
  expect(steps.find(({ step }) => step === 'fused')).toMatchObject({
    inputs: {
      'members.0': { sha256: output('one', 'model').sha256 },
      'members.1': { sha256: output('two', 'model').sha256 },
    },
    outputs: { model: { sha256: output('fused', 'model').sha256 } },
  });
  expect(bodies(chain, 'audit')[0]).toMatchObject({ status: 'flag', accuracy: { value: 0.9876 } });
  expect(bodies(chain, 'decision')).toMatchObject([{ reviewer: 'bob', verdict: 'relabel' }]);
  expect(bodies(chain, 'refusal')).toMatchObject([{ reason: 'unauthorised' }]);
  expect(bodies(chain, 'model')[0]).toMatchObject({ name: 'digits', version: 3 });
  expect(bodies(chain, 'code')[0]).toMatchObject({
    version: expect.stringMatching(/^\d/),
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(bodies(chain, 'environment')[0]).toMatchObject({
    node: process.version,
    backends: ['tensorflow 2.21 <b>'],
  });
  expect(bodies(chain, 'problem')).toEqual([]);
});

it('writes the same manifest and report when it is called again', async () => {
  expect(await writeReport(record, store)).toEqual(await writeReport(record, store));
});

it('says in the report how the run ended and how good the model is', async () => {
  const { html, manifest, chain } = await write(record);
  for (const text of [
    'digits version 3 is now production',
    '98.76 %',
    '95 % interval 91.23 % to 99.87 %',
    'confidence 0.30 &lt; 0.60',
    'New label: <strong>3</strong>',
    'Nobody decided in time.',
    'unauthorised',
    'started by ada',
    '0.750',
    'is at least as good as its best member',
    'f'.repeat(64),
    manifest.sha256,
    chain.head,
  ]) {
    expect(html.replaceAll(/\s+/g, ' ')).toContain(text);
  }
});

it('says in the report what started the run', async () => {
  const { run } = record.status;
  const origin = {
    type: 'drift',
    source: 'new.csv',
    model: { name: 'digits', version: 2 },
    features: [
      { name: HOSTILE, psi: 0.456 },
      { name: 'b', psi: 0.3 },
    ],
  } as const;
  const { html } = await write({
    ...record,
    status: { ...record.status, run: { ...run, submittedBy: 'modelwright-a-drift', origin } },
  });
  const text = html.replaceAll(/\s+/g, ' ');
  expect(text).toContain(
    'started by drift of new.csv from what digits version 2 was trained on: &lt;script&gt;',
  );
  expect(text).toContain('(PSI 0.46), b (PSI 0.30) at 1970-01-01');
  expect(html).not.toMatch(/<script/i);
});

it('makes text of everything that comes from outside, and needs nothing beside itself', async () => {
  const { html } = await write(record);
  expect(html).toContain('&lt;script&gt;alert(&#39;x&#39;)');
  expect(html).not.toMatch(/<script/i);
  expect(html).not.toMatch(/<img[^>]+src=x/);
  expect(html).not.toMatch(/<[a-z]+\s[^>]*\son\w+=/i);
  const sources = [...html.matchAll(/\s(?:src|href)="([^"]*)"/g)].map(([, source]) => source);
  expect(sources.length).toBeGreaterThanOrEqual(3);
  for (const source of sources) {
    expect(source).toMatch(/^(data:image\/(svg\+xml|png);base64,|#[\w-]+$)/);
  }
  expect(html).toContain(`content="default-src 'none'; img-src data:; style-src 'sha256-`);
  // The policy would not let them count.
  expect(html).not.toMatch(/\sstyle=/);
  expect(html).not.toMatch(/url\(|@import/);
});

it('has a language, a title, one h1, named images and table headers', async () => {
  const { html } = await write(record);
  expect(html).toMatch(/<html lang="en">/);
  expect(html).toMatch(/<title>digits: succeeded/);
  expect(html.match(/<h1/g)).toHaveLength(1);
  for (const [image] of html.matchAll(/<img[^>]*>/g)) expect(image).toMatch(/\salt="[^"]+"/);
  for (const [header] of html.matchAll(/<th\b[^>]*>/g)) expect(header).toMatch(/scope="(row|col)"/);
});

it('reports a failed run with whatever there is', async () => {
  const { chain, html } = await write(endedAfter(2, 'failed'));
  expect(html).toContain('[TRAINING_DIVERGED]');
  expect(html).not.toMatch(/<script/i);
  const [, , failed, skipped] = bodies(chain, 'step');
  expect(failed).toMatchObject({
    state: 'failed',
    inputs: { dataset: { mediaType: expect.stringContaining('dataset') } },
    outputs: {},
    error: { code: 'TRAINING_DIVERGED' },
  });
  expect(skipped).toMatchObject({ state: 'skipped', inputs: {}, withDigest: null });
  expect(bodies(chain, 'end')[0]).toMatchObject({ state: 'failed', outputs: null });
});

it.each([0, 1, 5])('reports a run that was cancelled after %i steps', async (count) => {
  const { html } = await write(endedAfter(count, 'cancelled'));
  expect(html).toContain(`The run was cancelled after ${count} of ${STEP_IDS.length} steps.`);
});

it('reports an artifact that was lost or damaged, instead of failing', async () => {
  const gallery = record.status.steps.find(({ id }) => id === 'pictures')!.outputs!['gallery'];
  const { sha256 } = gallery as unknown as ArtifactRef;
  await rm(path.join(root, 'sha256', sha256.slice(0, 2), sha256));
  const items = record.status.gates[0]!.items.sha256;
  await writeFile(path.join(root, 'sha256', items.slice(0, 2), items), 'damaged');
  const { chain, html } = await write(record);
  const problems = bodies(chain, 'problem').map(({ message }) => message as string);
  expect(problems.sort()).toEqual([
    expect.stringContaining('ARTIFACT_CORRUPT'),
    expect.stringContaining('ARTIFACT_NOT_FOUND'),
  ]);
  expect(html).toContain('What could not be read');
  expect(html).toContain('review-4');
});

it('says of a step whose result was kept which run did it', async () => {
  const cachedFrom = { run: 'run-<0>', step: 'first' };
  const [first, ...others] = record.status.steps;
  const steps = [{ ...first!, cachedFrom }, ...others];
  const { chain, html } = await write({ ...record, status: { ...record.status, steps } });
  const [taken, ran] = bodies(chain, 'step');
  expect(taken).toMatchObject({ cachedFrom });
  expect(ran).not.toHaveProperty('cachedFrom');
  expect(html.match(/done by run run-&lt;0&gt;/g)).toHaveLength(1);
});

it('keeps the decisions of a gate, refusals included, as an artifact', async () => {
  const [gate] = record.status.gates;
  const { run } = record.status;
  const { decisions } = await recordDecisions({ run, gate: gate! }, store);
  expect(decisions.mediaType).toBe('application/vnd.modelwright.decisions+json');
  expect(await store.getJson(decisions)).toEqual({ run, gate });
});

describe('what has no section of its own', () => {
  it('is on the page and in report.json all the same', async () => {
    const stored = await store.putJson(
      { strangeFigure: 0.123456789, [HOSTILE]: [{ a: 1 }, { a: 2 }] },
      'application/vnd.modelwright.something-new+json',
    );
    const steps = record.status.steps.map((step) =>
      step.id === 'pictures' ? { ...step, outputs: { ...step.outputs, odd: { ...stored } } } : step,
    );
    const { documents, report } = await writeReport(
      { ...record, status: { ...record.status, steps } },
      store,
    );
    const html = Buffer.from(await store.get(report)).toString();
    expect(html).toContain('something-new');
    expect(html).toContain('strange figure');
    expect(html).not.toContain('<script');
    const data = await store.getJson<{
      findings: { value: unknown }[];
      steps: { id: string; outputs: unknown }[];
    }>(documents['report.json']!);
    expect(data.findings[0]?.value).toMatchObject({ strangeFigure: 0.123456789 });
    expect(data.steps.map(({ id }) => id)).toEqual(STEP_IDS);
  });

  it('shows each item of a step that explains with foreach, but those that failed', async () => {
    const steps = record.status.steps.map((step) => {
      const { outputs } = step;
      if (step.kind !== 'explain' || !outputs) return step;
      return { ...step, outputs: { items: [outputs, null, outputs], succeeded: 2, failed: 1 } };
    });
    const { html } = await write({ ...record, status: { ...record.status, steps } });
    const shown = [...html.matchAll(/Explanations “([^”]+)”/g)].map(([, id]) => id);
    const { id } = record.status.steps.find(({ kind }) => kind === 'explain')!;
    // Each in the table of contents too.
    expect([...new Set(shown)]).toEqual([`${id}[0]`, `${id}[2]`]);
  });

  it('stands in an audit whatever others have added to it', async () => {
    const found = record.status.steps.find(({ id }) => id === 'audit')!;
    const audit = await store.getJson<Record<string, unknown>>(
      found.outputs!['report'] as unknown as ArtifactRef,
    );
    const grown = await store.putJson(
      { ...audit, telepathy: { advantage: 0.25 } },
      'application/vnd.modelwright.audit+json',
    );
    const failed: StepStatus = {
      ...found,
      state: 'failed',
      outputs: null,
      error: { code: 'AUDIT_FAILED', message: 'no', evidence: grown },
    };
    const steps = record.status.steps.map((step) => (step.id === 'audit' ? failed : step));
    const { html } = await write({ ...record, status: { ...record.status, steps } });
    expect(html).toContain('Audit “audit”');
    expect(html).toMatch(/Further figures:[^<]*telepathy/);
    expect(html).toContain('advantage');
  });
});

it('shows ten thousand steps folded, in little time and space', async () => {
  const one = record.status.steps.find(({ id }) => id === 'one')!;
  const planned = record.plan.steps.find(({ id }) => id === 'one')!;
  const ids = Array.from({ length: 10_000 }, (_, index) => `s${index}`);
  const many: RunRecord = {
    plan: { ...record.plan, steps: ids.map((id) => ({ ...planned, id })) },
    status: {
      ...record.status,
      gates: [],
      steps: ids.map((id) => ({ ...one, id, outputs: { n: 1 } })),
    },
  };
  const { html } = await write(many);
  expect(html).toContain('<summary>10000 steps</summary>');
  expect(html.length).toBeLessThan(12_000_000);
});

describe('the card of the model', () => {
  const cardOf = async (of: RunRecord) => {
    const { documents } = await writeReport(of, store);
    const html = Buffer.from(await store.get(documents['card.html']!)).toString();
    return { card: await store.getJson<ModelCard>(documents['card.json']!), html };
  };

  it('follows from the evidence alone, and says what is not stated', async () => {
    const { card, html } = await cardOf(record);
    const schema = JSON.parse(
      readFileSync(path.join(ROOT, 'schemas/model-card.schema.json'), 'utf8'),
    ) as object;
    const validate = new Ajv({ allowUnionTypes: true }).compile(schema);
    expect([validate(card), validate.errors]).toEqual([true, null]);
    expect(card).toMatchObject({
      model: { step: 'promote', name: 'digits', type: 'fusion', parameters: null },
      stated: { intendedUse: null, owners: null },
      data: [{ source: 'digits.csv', rows: 9, parts: { train: 3 } }],
      audits: [{ step: 'audit', report: { accuracy: { value: 0.9876, low: 0.9123 } } }],
      explanations: [{ step: 'explanations', figures: { reliable: false } }],
      reviews: [{ step: 'review', reviewers: ['bob'], approved: 1, relabelled: 1, byTimeout: 1 }],
    });
    expect(card.knownLimits).toEqual([
      `audit: the check accuracy says flag: ${HOSTILE}`,
      'explanations: not every explanation is reliable',
      'review: people rejected 0 and corrected 1 items; nobody decided 1',
    ]);
    expect(html.match(/not stated/g)?.length).toBeGreaterThanOrEqual(7);
    expect(html).not.toContain('<script');
    expect(html).not.toMatch(/\sstyle=/);
  });

  it('has what the pipeline states, as text', async () => {
    const card = { intendedUse: HOSTILE, limits: ['One.', 'Two.'], owners: ['us'] };
    const stated = await cardOf({ ...record, plan: { ...record.plan, card } });
    expect(stated.card.stated).toMatchObject({ ...card, ethics: null });
    expect(stated.html).toContain('&lt;script&gt;');
    expect(stated.html).toContain('<li>Two.</li>');
  });
});
