import { createHash } from 'node:crypto';
import type { Answer } from '../server/answer.ts';
import type { ServedRequest } from '../server/served-request.ts';
import { empty, ollamaError, quoted } from './errors.ts';
import type { OllamaSetup } from './setup.ts';

/** `HEAD` and `POST /api/blobs/{digest}` */
export function serveBlob(request: ServedRequest, digest: string, { store }: OllamaSetup): Answer {
  if (!/^sha256[:-][0-9a-fA-F]{64}$/u.test(digest)) return ollamaError(400, 'invalid digest format');
  const key = digest.replace('-', ':');
  if (store.blobs.has(key)) return empty(200);
  if (request.method === 'HEAD') return ollamaError(404, `blob ${quoted(digest)} not found`);
  const actual = `sha256:${createHash('sha256').update(request.body).digest('hex')}`;
  if (actual !== key) return ollamaError(400, `digest mismatch, expected ${quoted(digest)}, got ${quoted(actual)}`);
  store.blobs.set(key, request.body);
  return empty(201);
}
