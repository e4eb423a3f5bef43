import { invalidParameter, isJsonObject } from '@ai-proxy/core';
import type { JsonObject, ProviderCall } from '@ai-proxy/core';
import { reportUnknownKeys } from '../../requests/closed-object.ts';

const knownOfPart = new Set(['type', 'file', 'file_id']);
const knownOfFile = new Set(['file_data', 'file_id', 'filename']);

/** A file: its bytes become a document by URL, its id a file of Mistral's. Mistral's own flat form is kept. */
export function toFileChunk(part: JsonObject, path: string, call: ProviderCall): JsonObject {
  reportUnknownKeys(part, knownOfPart, path, call);
  const file = part['file'];
  if (!isJsonObject(file)) {
    if (typeof part['file_id'] === 'string') return { type: 'file', file_id: part['file_id'] };
    throw invalidParameter(`${path}.file`, `\`${path}.file\` must be an object with file_data or file_id`);
  }
  reportUnknownKeys(file, knownOfFile, `${path}.file`, call);
  const { file_data: data, file_id: id, filename } = file;
  if (typeof data === 'string') {
    const chunk: JsonObject = { type: 'document_url', document_url: data };
    if (typeof filename === 'string') chunk['document_name'] = filename;
    return chunk;
  }
  if (typeof id === 'string') return { type: 'file', file_id: id };
  throw invalidParameter(`${path}.file`, `\`${path}.file\` must have file_data or file_id`);
}
