/** The steps, the data, the parameters, and the digests that tell whether two runs are equal. */
import type { Evidence } from '../evidence.ts';
import { badge, digest, duration, textOf, utcTime } from '../figures.ts';
import { html, type Markup } from '../html.ts';
import type { RunManifest } from '../manifest.ts';

/** More are folded. */
const MAX_OPEN = 200;

export function stepsSection({ steps }: Evidence): Markup {
  const table = stepsTable(steps);
  return html`<section aria-labelledby="steps">
    <h2 id="steps">Steps</h2>
    ${
      steps.length > MAX_OPEN
        ? html`<details>
            <summary>All ${steps.length}</summary>
            ${table}
          </details>`
        : table
    }
  </section>`;
}

function stepsTable(steps: Evidence['steps']): Markup {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col">Kind</th>
          <th scope="col">State</th>
          <th scope="col">Started</th>
          <th scope="col" class="number">Took</th>
          <th scope="col">Artifacts</th>
        </tr>
      </thead>
      <tbody>
        ${steps.map(stepRow)}
      </tbody>
    </table>
  </div>`;
}

function stepRow({ status, outputs }: Evidence['steps'][number]): Markup {
  const { id, kind, state, startedAtMs, finishedAtMs, error, cachedFrom } = status;
  const made = outputs.map(({ name, ref }) => `${name} ${ref.sha256.slice(0, 12)}`).join(', ');
  return html`<tr>
    <th scope="row">${id}</th>
    <td>${kind}</td>
    <td>
      ${badge(state)}${error ? html`<br />${error.message} [${error.code}]` : null}${cachedFrom ? html`<br />done by run ${cachedFrom.run}` : null}
    </td>
    <td>${utcTime(startedAtMs)}</td>
    <td class="number">${duration(startedAtMs, finishedAtMs)}</td>
    <td><code>${made}</code></td>
  </tr>`;
}

export function dataSection({ datasets, record }: Evidence): Markup {
  const params = Object.entries(record.plan.params);
  return html`<section aria-labelledby="data">
    <h2 id="data">Data and parameters</h2>
    ${datasets.map(({ value }) => {
      const { train, validation, test } = value.parts;
      return html`<p>
        <code>${value.source.path}</code>: ${value.source.rows} rows, ${value.classes.length}
        ${value.labelShape ? 'tokens' : 'classes'} of “${value.target}”; ${train.rows} to train,
        ${validation.rows} to validate, ${test.rows} to test (seed ${value.split.seed}). SHA-256
        ${digest(value.source.sha256)}
      </p>`;
    })}
    ${
      params.length === 0
        ? null
        : html`<table>
            <caption>
              Parameters
            </caption>
            ${params.map(
              ([name, value]) =>
                html`<tr>
                  <th scope="row">${name}</th>
                  <td><code>${JSON.stringify(value)}</code></td>
                </tr>`,
            )}
          </table>`
    }
  </section>`;
}

export function digestsSection(chain: RunManifest, manifestSha256: string): Markup {
  const bodyOf = (type: string) => chain.entries.find((entry) => entry.type === type)?.body;
  const code = bodyOf('code');
  const environment = bodyOf('environment');
  const backends = environment?.['backends'];
  const rows: readonly (readonly [string, string])[] = [
    ['Plan', chain.run.planDigest],
    [`Code, modelwright ${textOf(code?.['version'])}`, textOf(code?.['sha256'])],
    [`Last of ${chain.entries.length} chained entries`, chain.head],
    ['Manifest', manifestSha256],
  ];
  return html`<section aria-labelledby="digests">
    <h2 id="digests">Digests</h2>
    <p class="soft">
      Node ${textOf(environment?.['node'])} on ${textOf(environment?.['platform'])}
      ${textOf(environment?.['arch'])}, ${textOf(environment?.['processors'])}
      processors${
        Array.isArray(backends) && backends.length > 0 ? `; trained on ${backends.join(', ')}` : ''
      }.
    </p>
    <table>
      ${rows.map(
        ([name, value]) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${digest(value)}</td>
          </tr>`,
      )}
    </table>
  </section>`;
}
