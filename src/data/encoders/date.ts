/** Dates: the year as a number, the other parts on a circle each. */
import type { DateEncoder, DatePart } from '../dataset.ts';
import type { FeatureGroup } from '../feature-columns.ts';
import { columnOf, type Table } from '../table.ts';
import type { Encoding } from './encoding.ts';
import type { Fit } from './fit.ts';
import { NumberList } from './number-list.ts';
import { parseDate, type DateFields } from './parse-date.ts';
import { fitScale } from './scale.ts';

const DEFAULT_PARTS: readonly DatePart[] = ['year', 'month', 'day', 'weekday'];

/** Steps of a turn, and the first of them. */
const TURNS: Readonly<Record<Exclude<DatePart, 'year'>, readonly [steps: number, first: number]>> =
  {
    month: [12, 1],
    day: [31, 1],
    weekday: [7, 0],
    hour: [24, 0],
  };

export function dateFit({
  column,
  group,
}: {
  readonly column: string;
  readonly group: FeatureGroup;
}): Fit<DateEncoder> {
  const format = group.dateFormat ?? 'iso';
  const years = new NumberList();
  return {
    columns: [column],
    add: (block, training) => {
      const dates = datesOf(block, column, format);
      for (const row of training) {
        const date = dates[row];
        if (date) years.push(date.year);
      }
    },
    finish: () => {
      const year = fitScale(years.values, group.scale);
      return { type: 'date', column, format, parts: group.parts ?? DEFAULT_PARTS, year };
    },
  };
}

export const dateEncoding: Encoding<DateEncoder> = {
  width: ({ parts }) => parts.reduce((sum, part) => sum + (part === 'year' ? 1 : 2), 0),
  names: ({ column, parts }) =>
    parts.flatMap((part) =>
      part === 'year' ? [`${column}.year`] : [`${column}.${part}.sin`, `${column}.${part}.cos`],
    ),
  open: (encoder, table) => {
    const dates = datesOf(table, encoder.column, encoder.format);
    return {
      write: (row, out, offset) => {
        const date = dates[row];
        if (date != null) writeDate(encoder, date, out.subarray(offset));
      },
    };
  },
  decode: (encoder, values) => [[encoder.column, readDate(encoder, values)]],
};

function datesOf(table: Table, column: string, format: DateEncoder['format']) {
  return columnOf(table, column).map((cell, row) =>
    cell === null ? null : parseDate({ cell, column, row: (table.firstRow ?? 0) + row }, format),
  );
}

/** Writes every value of the encoding. */
export function writeDate({ parts, year }: DateEncoder, date: DateFields, out: Float32Array): void {
  let at = 0;
  for (const part of parts) {
    if (part === 'year') {
      out[at] = (date.year - year.offset) / year.divisor;
      at += 1;
      continue;
    }
    const [steps, first] = TURNS[part];
    const angle = (2 * Math.PI * (date[part] - first)) / steps;
    out[at] = Math.sin(angle);
    out[at + 1] = Math.cos(angle);
    at += 2;
  }
}

/** As much of the date as its parts say, such as `2024-05-17`; `null` for an empty cell. */
function readDate({ parts, year }: DateEncoder, values: Float32Array): string | null {
  const found: Partial<Record<DatePart, number>> = {};
  let at = 0;
  for (const part of parts) {
    if (part === 'year') {
      found.year = Math.round((values[at] as number) * year.divisor + year.offset);
      at += 1;
      continue;
    }
    const [sine = 0, cosine = 0] = values.subarray(at, at + 2);
    // The middle of the circle is no place on it.
    if (sine === 0 && cosine === 0) return null;
    const [steps, first] = TURNS[part];
    const turn = Math.round((Math.atan2(sine, cosine) / (2 * Math.PI)) * steps);
    found[part] = ((turn + steps) % steps) + first;
    at += 2;
  }
  return render(found);
}

function render({ year, month, day, hour, weekday }: Partial<Record<DatePart, number>>): string {
  const two = (value: number | undefined): string =>
    value === undefined ? '--' : String(value).padStart(2, '0');
  const date = `${year ?? '----'}-${two(month)}-${two(day)}`;
  const names = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  const isWhole = year !== undefined && month !== undefined && day !== undefined;
  const named = weekday === undefined || isWhole ? '' : ` ${names[weekday]}`;
  return `${date}${named}${hour === undefined ? '' : ` ${two(hour)}h`}`;
}
