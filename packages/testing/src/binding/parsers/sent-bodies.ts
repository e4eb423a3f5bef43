import { gzipSync } from 'node:zlib';
import { multipart, someBytes } from '../behaviours/some-bytes.ts';
import type { BodyKind } from './binding-behind-parser.ts';

/** A body as it is sent. */
export interface SentBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** What it says, where it is JSON. */
  readonly value?: unknown;
}

const json = { 'content-type': 'application/json' };
const question = { model: 'contract/anvil', messages: [{ role: 'user', content: 'Grüße 🌍' }], temperature: 0.5, stop: ['a', 'b'] };
const latin1Question = { model: 'contract/anvil', messages: [{ role: 'user', content: 'Grüße' }] };

/** What is sent of each kind. */
export function sentBody(kind: BodyKind): SentBody {
  switch (kind) {
    case 'json':
      return { headers: json, body: Buffer.from(JSON.stringify(question)), value: question };
    case 'empty':
      return { headers: json, body: new Uint8Array() };
    case 'large': {
      const value = { model: 'contract/anvil', messages: [{ role: 'user', content: 'é'.repeat(5_000_000) }] };
      return { headers: json, body: Buffer.from(JSON.stringify(value)), value };
    }
    case 'gzip':
      return { headers: { ...json, 'content-encoding': 'gzip' }, body: gzipSync(JSON.stringify(question)), value: question };
    case 'latin1': {
      const headers = { 'content-type': 'application/json; charset=iso-8859-1' };
      return { headers, body: Buffer.from(JSON.stringify(latin1Question), 'latin1'), value: latin1Question };
    }
    case 'form':
      return { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: Buffer.from('purpose=batch&name=a+%C3%A9') };
    case 'multipart':
      return multipart('b-123', someBytes(100_000));
  }
}
