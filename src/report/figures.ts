/** Numbers and times as the report prints them; the same everywhere and in every time zone. */
import { canonicalJson, type Json } from '../json.ts';
import { html, type Markup } from './html.ts';

/** A JSON value as text; nothing of nothing. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : canonicalJson(value);
}

export function percent(value: number | null, digits = 1): string {
  return value === null ? '–' : `${(100 * value).toFixed(digits)} %`;
}

export function decimal(value: number | null, digits = 4): string {
  return value === null ? '–' : value.toFixed(digits);
}

/** `9.0e-4` */
export function scientific(value: number): string {
  return value === 0 ? '0' : value.toExponential(1);
}

/** `2026-01-31 14:05:09 UTC` */
export function utcTime(timeMs: number | null): string {
  return timeMs === null
    ? '–'
    : `${new Date(timeMs).toISOString().slice(0, 19)} UTC`.replace('T', ' ');
}

/** `1 h 2 min`, `3 min 4 s`, `5.6 s`, `7 ms` */
export function duration(fromMs: number | null, toMs: number | null): string {
  if (fromMs === null || toMs === null) return '–';
  const ms = Math.max(0, toMs - fromMs);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

export function digest(sha256: string): Markup {
  return html`<code class="digest">${sha256}</code>`;
}

/** A state in words with a colour; the words alone suffice. */
export function badge(state: string): Markup {
  const tone = TONES[state] ?? 'plain';
  return html`<span class="badge ${tone}">${state}</span>`;
}

const TONES: Readonly<Record<string, string>> = {
  succeeded: 'good',
  pass: 'good',
  approved: 'good',
  approve: 'good',
  complete: 'good',
  reliable: 'good',
  holds: 'good',
  broken: 'bad',
  stop: 'bad',
  ask: 'warn',
  'not reliable': 'warn',
  failed: 'bad',
  fail: 'bad',
  rejected: 'bad',
  reject: 'bad',
  cancelled: 'warn',
  flag: 'warn',
  relabelled: 'warn',
  relabel: 'warn',
  'timed-out': 'warn',
  waiting: 'warn',
  open: 'warn',
};
