import type { JsonObject } from '@ai-proxy/core';
import { uuid } from '../content/identifiers.ts';
import { wordOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import { parseMultipart, partText } from '../server/multipart.ts';
import type { ServedRequest } from '../server/served-request.ts';
import { detail, refuse, refuseDetail } from './errors.ts';
import { keepFile } from './state.ts';
import type { MistralState } from './state.ts';

const purposes = ['fine-tune', 'batch', 'ocr', 'audio'];

/** `POST /v1/files`: multipart, really taken apart and kept. */
export function uploadFile(request: ServedRequest, state: MistralState): Answer {
  const parts = parseMultipart(request.headers['content-type'] ?? '', request.body);
  const file = parts?.find((part) => part.name === 'file');
  if (parts === undefined || file === undefined) {
    return refuseDetail([{ type: 'missing', loc: ['body', 'file'], msg: 'Field required', input: null }]);
  }
  const purpose = partText(parts, 'purpose') ?? 'fine-tune';
  if (!purposes.includes(purpose)) {
    const expected = `'fine-tune', 'batch', 'ocr' or 'audio'`;
    return refuseDetail([
      { type: 'enum', loc: ['body', 'purpose'], msg: `Input should be ${expected}`, input: purpose, ctx: { expected } },
    ]);
  }
  const hours = Number(partText(parts, 'expiry') ?? NaN);
  const lines =
    purpose === 'batch' || purpose === 'fine-tune'
      ? new TextDecoder()
          .decode(file.bytes)
          .split('\n')
          .filter((line) => line.trim() !== '').length
      : null;
  const entry = {
    id: uuid(`file ${request.index} ${state.now()}`),
    filename: file.filename ?? 'upload',
    purpose,
    sample_type: purpose === 'batch' ? 'batch_request' : 'instruct',
    source: 'upload',
    num_lines: lines,
    mimetype: file.contentType ?? null,
    expires_at: Number.isFinite(hours) ? state.now() + hours * 3600 : null,
    visibility: partText(parts, 'visibility') ?? 'workspace',
  };
  const kept = keepFile(state, entry, Uint8Array.from(file.bytes));
  return kept === undefined
    ? refuse(413, 'The simulator holds too many bytes of files already', 'invalid_request_error', null)
    : json(200, kept);
}

/** `GET /v1/files` */
export function listFiles(request: ServedRequest, state: MistralState): Answer {
  const { query } = request;
  const wanted = (name: string): ((entry: JsonObject) => boolean) => {
    const values = query.getAll(name);
    return (entry) => values.length === 0 || values.includes(wordOf(entry[name]));
  };
  const search = query.get('search');
  const found = [...state.files.values()]
    .map((file) => file.entry)
    .filter(wanted('purpose'))
    .filter(wanted('sample_type'))
    .filter(wanted('source'))
    .filter((entry) => search === null || wordOf(entry.filename).includes(search));
  const size = Number(query.get('page_size') ?? 100);
  const from = Number(query.get('page') ?? 0) * size;
  const total = query.get('include_total') === 'false' ? {} : { total: found.length };
  return json(200, { object: 'list', data: found.slice(from, from + size), ...total });
}

/** What one file's routes do: `GET`, `DELETE`, `…/content`, `…/url`. */
export function withFile(request: ServedRequest, state: MistralState, id: string, what: 'retrieve' | 'delete' | 'content' | 'url'): Answer {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(id)) {
    return refuseDetail([{ type: 'uuid_parsing', loc: ['path', 'file_id'], msg: 'Input should be a valid UUID', input: id }]);
  }
  const file = state.files.get(id);
  if (file === undefined) return detail(404, 'No file matches the given query.');
  switch (what) {
    case 'retrieve':
      return json(200, { ...file.entry, deleted: false });
    case 'delete':
      state.files.delete(id);
      return json(200, { id, object: 'file', deleted: true });
    case 'url':
      return json(200, { url: `${request.origin}/signed/${id}?expiry=${request.query.get('expiry') ?? '24'}` });
    case 'content':
      return downloadFile(state, id);
    default:
      return what satisfies never;
  }
}

/** The bytes of a file; signed addresses lead here without a key. */
export function downloadFile(state: MistralState, id: string): Answer {
  const file = state.files.get(id);
  if (file === undefined) return detail(404, 'Not Found');
  const name = wordOf(file.entry.filename).replaceAll('"', '');
  return {
    kind: 'bytes',
    status: 200,
    contentType: 'application/octet-stream',
    bytes: file.bytes,
    headers: { 'content-disposition': `attachment; filename="${name}"` },
  };
}
