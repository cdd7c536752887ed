/** What an answer becomes: small JSON and text in the outputs, anything else an artifact. */
import type { ArtifactStore } from '../../artifacts/artifact.ts';
import type { Json } from '../../json.ts';
import { parseJson } from '../parse-json.ts';
import type { HttpStep } from '../step-types.ts';
import type { Answer } from './exchange.ts';
import { toldHeaders } from './headers.ts';

type Outputs = HttpStep['outputs'];

/** Of the 32 KB that the outputs may have, as JSON, where a letter may become six. */
const MAX_INLINE_BYTES = 16 * 1024;
const MEDIA_TYPE = /^[a-z0-9!#$&^_.+-]{1,100}\/[a-z0-9!#$&^_.+-]{1,100}$/;
/** What a browser would run is only bytes to us. */
const ACTIVE = /html|svg|xml|javascript|ecmascript|modelwright/;

export async function answerOutputs(answer: Answer, store: ArtifactStore): Promise<Outputs> {
  const { status, headers, body } = answer;
  const mediaType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const inline = inlineOf(body, mediaType);
  const isKept = inline === null && body.length > 0;
  const kept = MEDIA_TYPE.test(mediaType) && !ACTIVE.test(mediaType) ? mediaType : null;
  return {
    status,
    headers: toldHeaders(headers),
    json: null,
    text: null,
    ...inline,
    artifact: isKept ? await store.put(body, kept ?? 'application/octet-stream') : null,
    bytes: body.length,
  };
}

function inlineOf(body: Buffer, mediaType: string): { json: Json } | { text: string } | null {
  if (body.length === 0 || body.length > MAX_INLINE_BYTES) return null;
  const text = textOf(body);
  if (text === null) return null;
  if (/^application\/(?:.+\+)?json$/.test(mediaType)) {
    const json = jsonOf(text);
    if (json !== undefined) return { json };
  }
  return Buffer.byteLength(JSON.stringify(text)) <= MAX_INLINE_BYTES ? { text } : null;
}

function textOf(body: Buffer): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

/** A server that calls something JSON which is none has still given a text. */
function jsonOf(text: string): Json | undefined {
  try {
    const json = parseJson(text);
    return Buffer.byteLength(JSON.stringify(json)) <= MAX_INLINE_BYTES ? json : undefined;
  } catch {
    return undefined;
  }
}
