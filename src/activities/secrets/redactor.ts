/** Keeps the values of secrets out of what leaves an attempt. */
import { isPipelineError, PipelineError } from '../../errors.ts';
import { isJsonObject, type Json } from '../../json.ts';

export interface Redactor {
  readonly text: (text: string) => string;
  readonly json: <Value extends Json>(value: Value) => Value;
  /** The same error without values of secrets, and without its cause. */
  readonly error: (error: unknown) => unknown;
  /** Whether bytes hold a secret in one of its forms. */
  readonly isIn: (bytes: Uint8Array) => boolean;
}

const STARS = '***';
const MIN_CHARS = 4;
const MIN_LINE_CHARS = 8;

/**
 * Replaces every secret by `***`: as it is, as base64 and base64url (alone or within a longer
 * text, as in basic authentication), URL-encoded, as hex, within JSON, and each line of one of
 * several lines.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  const needles = forms.map((form) => Buffer.from(form));
  const text = (given: string) => forms.reduce((left, form) => left.split(form).join(STARS), given);
  const json = (value: Json): Json => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return (value as readonly Json[]).map(json);
    if (isJsonObject(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [text(key), json(item)]),
      );
    }
    // A secret of digits may have become a number.
    return value !== null && text(String(value)) !== String(value) ? STARS : value;
  };
  return {
    text,
    json: json as Redactor['json'],
    error: (error) => (forms.length === 0 ? error : redactError(error, { text, json })),
    isIn: (bytes) => {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return needles.some((needle) => view.includes(needle));
    },
  };
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const encoded = [
    ...base64Forms(bytes),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ];
  const lines = secret.split(/\r?\n/);
  const plain = lines.length === 1 ? [secret] : [secret, ...lines.filter(isLongLine)];
  return [
    ...plain.flatMap((form) => [form, ...urlForms(form), JSON.stringify(form).slice(1, -1)]),
    ...encoded,
  ].filter(({ length }) => length >= MIN_CHARS);
}

const isLongLine = (line: string) => line.trim().length >= MIN_LINE_CHARS;

/** As in a path or query, and as in a form. A lone surrogate has no such form. */
function urlForms(text: string): readonly string[] {
  const encoded = encodeURIComponent(Buffer.from(text).toString());
  const lower = encoded.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  const form = new URLSearchParams({ x: text }).toString().slice(2);
  return [encoded, lower, form];
}

/**
 * Base64 of a longer text holds the secret's digits by one of three alignments; the digits at the
 * ends that depend on the neighbours are left out.
 */
function base64Forms(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((shift) => {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const start = [0, 2, 3][shift] ?? 0;
    const spare = (shift + bytes.length) % 3;
    const digits = padded.replace(/=+$/, '');
    const inner = digits.slice(start, spare === 0 ? undefined : -1);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function redactError(
  error: unknown,
  { text, json }: Pick<Redactor, 'text'> & { readonly json: (value: Json) => Json },
) {
  const stackOf = (source: Error, target: Error) => {
    if (source.stack !== undefined) target.stack = text(source.stack);
    return target;
  };
  if (isPipelineError(error)) {
    const { code, location, remedy, details } = error;
    return stackOf(
      error,
      new PipelineError(code, text(error.message), {
        location,
        remedy: remedy && text(remedy),
        details: details && (json(plain(details)) as Record<string, Json>),
      }),
    );
  }
  if (!(error instanceof Error)) return new Error(text(String(error)));
  const copy = stackOf(error, new Error(text(error.message)));
  copy.name = error.name;
  return copy;
}

/** Details that JSON cannot hold must not hide the error itself. */
function plain(details: NonNullable<PipelineError['details']>): Json {
  try {
    return JSON.parse(JSON.stringify(details)) as Json;
  } catch {
    return { unprintable: true };
  }
}
