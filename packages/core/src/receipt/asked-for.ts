import { headerValue } from '../http/headers.ts';
import type { HttpHeaders } from '../http/headers.ts';
import { isJsonObject } from '../json/json.ts';
import type { JsonObject } from '../json/json.ts';

/** What a request says of itself, beside what it asks: for whom it is, and how it is to be filed. */
export interface AskedFor {
  readonly endUser: string | undefined;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** All of it comes from the caller: it is cut to these lengths, and holds nothing that a terminal would act on. */
const bounds = { endUser: 256, tags: 16, tag: 64, entries: 16, name: 64, value: 256 } as const;

/** Flat objects in JSON, as this proxy, Cloudflare's gateway and Portkey take them. */
const metadataHeaders = ['x-ai-proxy-metadata', 'cf-aig-metadata', 'x-portkey-metadata'] as const;

/** Reads who is behind a caller from the headers that gateways and chat programs send, and from the fields of OpenAI's and LiteLLM's bodies. */
export function readAskedFor(headers: HttpHeaders, input: JsonObject, endUserHeader: string | undefined): AskedFor {
  const metadata: Record<string, string> = {};
  let portkeyUser: unknown;
  for (const name of metadataHeaders) {
    const given = parseObject(headerValue(headers, name));
    if (given === undefined) continue;
    if (name === 'x-portkey-metadata') portkeyUser = given['_user'];
    addEntries(metadata, given);
  }
  const ofBody = isJsonObject(input['metadata']) ? input['metadata'] : undefined;
  if (ofBody) addEntries(metadata, ofBody);
  return {
    endUser: firstText(
      endUserHeader === undefined ? undefined : headerValue(headers, endUserHeader),
      headerValue(headers, 'x-ai-proxy-end-user'),
      input['user'],
      input['safety_identifier'],
      portkeyUser,
      headerValue(headers, 'x-openwebui-user-id'),
      headerValue(headers, 'x-openwebui-user-email'),
    ),
    tags: readTags(headerValue(headers, 'x-ai-proxy-tags'), ofBody?.['tags']),
    metadata: Object.keys(metadata).length === 0 ? noMetadata : metadata,
  };
}

const noTags: readonly string[] = [];
const noMetadata: Readonly<Record<string, string>> = {};

function firstText(...candidates: readonly unknown[]): string | undefined {
  for (const candidate of candidates) {
    if (typeof candidate !== 'string' || candidate === '') continue;
    const text = plain(candidate, bounds.endUser);
    if (text !== '') return text;
  }
  return undefined;
}

function readTags(header: string | undefined, ofBody: unknown): readonly string[] {
  const inBody: readonly unknown[] = Array.isArray(ofBody) ? ofBody : [];
  if (header === undefined && inBody.length === 0) return noTags;
  const given = [...(header?.split(',') ?? []), ...inBody.slice(0, bounds.tags)];
  const tags = given.flatMap((tag) => (typeof tag === 'string' ? [plain(tag, bounds.tag)] : [])).filter((tag) => tag !== '');
  return [...new Set(tags)].slice(0, bounds.tags);
}

function addEntries(metadata: Record<string, string>, given: JsonObject): void {
  for (const [name, value] of Object.entries(given).slice(0, bounds.entries)) {
    if (Object.keys(metadata).length >= bounds.entries) return;
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    const key = plain(name, bounds.name);
    // `__proto__` would be no entry, but another prototype.
    if (isPlain && key !== '' && key !== '__proto__') metadata[key] = plain(String(value), bounds.value);
  }
}

function parseObject(text: string | undefined): JsonObject | undefined {
  if (text === undefined || text.length > 8192) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    // A header that was made for another gateway may hold what it likes.
    return undefined;
  }
}

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

const plain = (text: string, length: number): string => text.slice(0, length).replace(unprintable, ' ').trim().toWellFormed();
