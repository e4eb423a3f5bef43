import type { JsonObject } from '@ai-proxy/core';
import { uuid } from '../content/identifiers.ts';
import { isObject } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import { parseMultipart } from '../server/multipart.ts';
import type { ServedRequest } from '../server/served-request.ts';
import { anything, closed, judge, may, need, number, oneOf, orNull, text } from '../validation/shape.ts';
import { detail, refuseDetail } from './errors.ts';
import { readJsonBody } from './inference.ts';
import { keepNewest } from './state.ts';
import type { MistralState, StoredLibrary } from './state.ts';

const createRequest = closed({
  name: need(text),
  description: may(orNull(text)),
  chunk_size: may(orNull(number({ whole: true, ge: 0 }))),
  owner_type: may(orNull(oneOf('User', 'Workspace'))),
});
const updateRequest = closed({ name: may(orNull(text)), description: may(orNull(text)) });
const updateDocument = closed({ name: may(orNull(text)), attributes: may(anything), expires_at: may(orNull(text)) });

/** `POST /v1/libraries` */
export function createLibrary(request: ServedRequest, state: MistralState): Answer {
  const read = readJsonBody(request);
  if ('issues' in read) return refuseDetail(read.issues);
  const issues = judge(createRequest, read.value);
  if (issues.length > 0 || !isObject(read.value)) return refuseDetail(issues);
  const id = uuid(`library ${request.index} ${state.now()}`);
  const at = new Date(state.now() * 1000).toISOString();
  const entry: JsonObject = {
    id,
    name: read.value.name ?? '',
    description: read.value.description ?? null,
    chunk_size: read.value.chunk_size ?? null,
    created_at: at,
    updated_at: at,
    owner_id: uuid('workspace'),
    owner_type: read.value.owner_type ?? 'Workspace',
    total_size: 0,
    nb_documents: 0,
  };
  state.libraries.set(id, { entry, documents: new Map() });
  keepNewest(state.libraries, 1000);
  return json(201, entry);
}

/** `GET /v1/libraries` */
export function listLibraries(request: ServedRequest, state: MistralState): Answer {
  return json(200, page(request, [...state.libraries.values()].map(described)));
}

const described = ({ entry, documents }: StoredLibrary): JsonObject => ({ ...entry, nb_documents: documents.size });

function page(request: ServedRequest, all: readonly JsonObject[]): JsonObject {
  const size = Number(request.query.get('page_size') ?? 100);
  const at = Number(request.query.get('page') ?? 0);
  const pages = Math.ceil(all.length / size);
  return {
    pagination: { total_items: all.length, total_pages: pages, current_page: at, page_size: size, has_more: at + 1 < pages },
    data: all.slice(at * size, at * size + size),
  };
}

/** What one library's routes do. */
export function withLibrary(request: ServedRequest, state: MistralState, id: string, rest: string): Answer {
  const library = state.libraries.get(id);
  if (library === undefined) return detail(404, 'Library not found');
  switch (`${request.method} ${rest}`) {
    case 'GET ':
      return json(200, described(library));
    case 'DELETE ':
      state.libraries.delete(id);
      return json(200, described(library));
    case 'PUT ':
    case 'PATCH ': {
      const changed = changedBy(request, library.entry, updateRequest);
      if ('kind' in changed) return changed;
      library.entry = changed.entry;
      return json(200, described(library));
    }
    case 'GET /documents':
      return json(200, page(request, [...library.documents.values()]));
    case 'POST /documents':
      return uploadDocument(request, state, library);
    case 'GET /share':
      return json(200, { data: [] });
    case 'PUT /share':
    case 'DELETE /share':
      return json(200, { library_id: id, org_id: uuid('organisation'), role: 'Viewer', share_with_type: 'User' });
    default: {
      const [, document = '', what = ''] = /^\/documents\/([^/]+)(\/.*)?$/u.exec(rest) ?? [];
      return withDocument(request, library, document, what);
    }
  }
}

function uploadDocument(request: ServedRequest, state: MistralState, { entry, documents }: StoredLibrary): Answer {
  const file = parseMultipart(request.headers['content-type'] ?? '', request.body)?.find((part) => part.name === 'file');
  if (file === undefined) return refuseDetail([{ type: 'missing', loc: ['body', 'file'], msg: 'Field required', input: null }]);
  const id = uuid(`document ${request.index} ${state.now()}`);
  const document: JsonObject = {
    id,
    library_id: entry.id ?? null,
    name: file.filename ?? 'upload',
    size: file.bytes.length,
    mime_type: file.contentType ?? null,
    hash: null,
    extension: null,
    created_at: new Date(state.now() * 1000).toISOString(),
    process_status: 'done',
    processing_status: 'Completed',
    uploaded_by_id: uuid('workspace'),
    uploaded_by_type: 'Workspace',
    tokens_processing_total: 0,
    // Kept for its text; the real API has no such field.
    attributes: { text: new TextDecoder().decode(file.bytes) },
  };
  documents.set(id, document);
  return json(201, document);
}

function withDocument(request: ServedRequest, { documents }: StoredLibrary, id: string, what: string): Answer {
  const document = documents.get(id);
  if (document === undefined) return detail(404, 'Document not found');
  switch (`${request.method} ${what}`) {
    case 'GET ':
      return json(200, document);
    case 'DELETE ':
      documents.delete(id);
      return { kind: 'bytes', status: 204, contentType: 'application/json', bytes: new Uint8Array() };
    case 'PUT ':
    case 'PATCH ': {
      const changed = changedBy(request, document, updateDocument);
      if ('kind' in changed) return changed;
      documents.set(id, changed.entry);
      return json(200, changed.entry);
    }
    case 'GET /text_content':
      return json(200, { text: isObject(document.attributes) ? (document.attributes.text ?? '') : '' });
    case 'GET /status':
      return json(200, { document_id: id, process_status: 'done', processing_status: 'Completed' });
    case 'GET /signed-url':
    case 'GET /extracted-text-signed-url':
      return json(200, `${request.origin}/signed/${id}`);
    case 'POST /reprocess':
      return { kind: 'bytes', status: 204, contentType: 'application/json', bytes: new Uint8Array() };
    default:
      return detail(404, 'Not Found');
  }
}

function changedBy(request: ServedRequest, entry: JsonObject, shape: typeof updateRequest): Answer | { readonly entry: JsonObject } {
  const read = readJsonBody(request);
  if ('issues' in read) return refuseDetail(read.issues);
  const issues = judge(shape, read.value);
  if (issues.length > 0 || !isObject(read.value)) return refuseDetail(issues);
  return { entry: { ...entry, ...read.value } };
}
