/** Figures as a table for people, or as JSON alone with --json. */

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The nearest-rank percentile. @param share  from 0 to 1 */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** @param rows  objects with the same keys; numbers are shown with 4 significant digits. */
export function report(title, rows, extra = {}) {
  if (process.argv.includes('--json')) {
    const date = new Date().toISOString();
    console.log(JSON.stringify({ title, date, ...extra, rows }, null, 2));
    return;
  }
  console.log(title);
  const shown = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [
        key,
        typeof value === 'number' && !Number.isInteger(value)
          ? Number(value.toPrecision(4))
          : value,
      ]),
    ),
  );
  console.table(shown);
  for (const [key, value] of Object.entries(extra)) {
    console.log(`${key}: ${typeof value === 'object' ? JSON.stringify(value) : value}`);
  }
}

export const note = (text) => process.stderr.write(`${text}\n`);

/** The value of `--name N`, or the default. */
export function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}
