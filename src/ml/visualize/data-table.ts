/** The data behind a picture, which anyone can draw again. */
export interface DataTable {
  readonly columns: readonly string[];
  /** `null` where there is no value. */
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/**
 * CSV by RFC 4180, lines ended by LF. Numbers are written so that reading gives the same number. A
 * text that a spreadsheet would take for a formula gets an apostrophe before it.
 */
export function csvOf({ columns, rows }: DataTable): string {
  return [columns, ...rows].map((row) => `${row.map(cellText).join(',')}\n`).join('');
}

function cellText(cell: string | number | null): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const inert = /^[=+\-@\t\r]/.test(cell) && Number.isNaN(Number(cell)) ? `'${cell}` : cell;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
