/** In which formats a source may be, and how a file's ending names one. */

/** Formats that one file holds as a table, and that SQL may ask. */
export type TableFormat = 'csv' | 'tsv' | 'json' | 'jsonl' | 'parquet';
export type SourceFormat = TableFormat | 'parallel-text' | 'idx' | 'image-folder' | 'text-folder';

const FORMAT_OF_ENDING: Readonly<Record<string, TableFormat>> = {
  csv: 'csv',
  tsv: 'tsv',
  json: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
};

/** CSV, where the ending says nothing. */
export function formatOf(source: string): SourceFormat {
  const file = source.slice(source.lastIndexOf('/') + 1).toLowerCase();
  if (/[.-]idx\d-ubyte(\.gz)?$/.test(file)) return 'idx';
  return FORMAT_OF_ENDING[file.slice(file.lastIndexOf('.') + 1)] ?? 'csv';
}

export function isTableFormat(format: SourceFormat): format is TableFormat {
  return Object.values(FORMAT_OF_ENDING).some((known) => known === format);
}
