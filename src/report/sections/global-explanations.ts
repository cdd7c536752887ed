/** What the model goes by as a whole, from `explain` with `global`. */
import type { ChosenRow, GlobalExplanations } from '../../ml/model.ts';
import type { Loaded } from '../evidence.ts';
import { decimal, percent } from '../figures.ts';
import { html, type Markup } from '../html.ts';

const MAX_FEATURES = 20;

export function globalSection({ step, value }: Loaded<GlobalExplanations>): Markup {
  return html`<section aria-labelledby="global-${step}">
    <h2 id="global-${step}">The model as a whole “${step}”, ${value.part} part</h2>
    ${value.permutationImportance ? importanceTable(value.permutationImportance) : null}
    ${value.partialDependence ? dependenceTable(value.partialDependence, value.classes) : null}
    ${value.surrogateTree ? rulesTable(value.surrogateTree) : null}
    ${value.prototypes ? prototypesTables(value.prototypes) : null}
  </section>`;
}

type Part<Name extends keyof GlobalExplanations> = NonNullable<GlobalExplanations[Name]>;

function importanceTable({ rows, repeats, accuracy, features }: Part<'permutationImportance'>) {
  return html`<div class="scroll">
    <table>
      <caption>
        Permutation importance: accuracy lost, of ${percent(accuracy, 2)}, where a feature's values
        are dealt out to ${rows} rows anew, ${repeats} times
      </caption>
      <thead>
        <tr>
          <th scope="col">Feature</th>
          <th scope="col" class="number">Accuracy lost</th>
          <th scope="col" class="number">Standard deviation</th>
        </tr>
      </thead>
      <tbody>
        ${features.slice(0, MAX_FEATURES).map(
          ({ feature, mean, standardDeviation }) =>
            html`<tr>
              <th scope="row">${feature}</th>
              <td class="number">${percent(mean, 2)}</td>
              <td class="number">${percent(standardDeviation, 2)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function dependenceTable(
  { rows, features }: Part<'partialDependence'>,
  classes: readonly string[],
) {
  return html`<div class="scroll">
    <table>
      <caption>
        Partial dependence: mean probability over ${rows} rows where a feature is set to one value
      </caption>
      <thead>
        <tr>
          <th scope="col">Feature</th>
          <th scope="col">From … to</th>
          <th scope="col">Class</th>
          <th scope="col" class="number">At the first</th>
          <th scope="col" class="number">At the last</th>
          <th scope="col" class="number">Smallest</th>
          <th scope="col" class="number">Largest</th>
        </tr>
      </thead>
      <tbody>
        ${features.flatMap(({ feature, grid, average }) =>
          average.map(
            (curve, index) =>
              html`<tr>
                <th scope="row">${feature}</th>
                <td>${shown(grid[0])} … ${shown(grid.at(-1))}</td>
                <td>${classes[index] ?? ''}</td>
                ${[curve[0], curve.at(-1), Math.min(...curve), Math.max(...curve)].map(
                  (value) => html`<td class="number">${decimal(value ?? null)}</td>`,
                )}
              </tr>`,
          ),
        )}
      </tbody>
    </table>
  </div>`;
}

const shown = (value: number | string | undefined): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(6))) : (value ?? '');

function rulesTable({ fidelity, majority, rows, rules }: Part<'surrogateTree'>) {
  return html`<p>
      A tree of ${rules.length} leaves says what the model says of ${percent(fidelity, 1)} of
      ${rows} rows (the model's most frequent answer alone: ${percent(majority, 1)}). Where it does
      not, its rules explain nothing.
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Class</th>
            <th scope="col" class="number">Rows</th>
            <th scope="col" class="number">Of that class</th>
          </tr>
        </thead>
        <tbody>
          ${rules.map(
            (rule) =>
              html`<tr>
                <td>${rule.conditions.join(' and ') || 'always'}</td>
                <td>${rule.class}</td>
                <td class="number">${rule.rows}</td>
                <td class="number">${percent(rule.share, 1)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function prototypesTables({ rows, prototypes, criticisms }: Part<'prototypes'>) {
  return html`${chosenTable(
    `Prototypes: rows that stand for all ${rows}`,
    prototypes,
    prototypes.map(({ share }) => `nearest to ${percent(share, 1)}`),
  )}
  ${
    criticisms.length === 0
      ? null
      : chosenTable(
          'Criticisms: rows that the prototypes stand for least',
          criticisms,
          criticisms.map(() => ''),
        )
  }`;
}

function chosenTable(caption: string, chosen: readonly ChosenRow[], notes: readonly string[]) {
  return html`<div class="scroll">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">Source row</th>
          <th scope="col">Is</th>
          <th scope="col">Predicted</th>
          <th scope="col" class="number">Probability</th>
          <th scope="col"></th>
        </tr>
      </thead>
      <tbody>
        ${chosen.map(
          (row, index) =>
            html`<tr>
              <th scope="row">${row.sourceRow}</th>
              <td>${row.label}</td>
              <td>${row.predicted}</td>
              <td class="number">${decimal(row.probability)}</td>
              <td>${notes[index] ?? ''}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
