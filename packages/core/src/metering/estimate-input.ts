import type { Usage } from '../receipt/usage.ts';
import { isJsonObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { bytesPerToken } from './estimate.ts';
import { textBytes } from './text-bytes.ts';

/** What a provider writes around a conversation, and around each message of it. */
const tokensPerConversation = 6;
const tokensPerMessage = 4;
/** A picture, a document, a recording: between a hundred tokens and some thousands. */
const tokensPerMedium = 1000;

/** Fields that hold what a model reads, in the dialects that are known. */
const readFields = ['messages', 'prompt', 'suffix', 'input', 'inputs', 'query', 'documents', 'system', 'instructions', 'images'] as const;
/** Descriptions, which a model reads as JSON. */
const describedFields = ['tools', 'functions', 'response_format', 'format'] as const;

const mediumTypes: ReadonlySet<JsonValue | undefined> = new Set<JsonValue>([
  'image_url',
  'image',
  'input_image',
  'document_url',
  'document',
  'file',
  'input_file',
  'input_audio',
  'audio',
]);

interface Reading {
  bytes: number;
  /** Those that are not text. */
  tokens: number;
}

/** How many tokens a request may hold, where nobody has counted them. */
export function estimateInput(input: JsonObject): Usage {
  const reading: Reading = { bytes: 0, tokens: 0 };
  for (const name of readFields) {
    if (name === 'images') countMedia(input[name], reading);
    else read(input[name], reading);
  }
  for (const name of describedFields) {
    const described = input[name];
    if (typeof described === 'object' && described !== null) reading.bytes += textBytes(JSON.stringify(described));
  }
  const { messages } = input;
  if (Array.isArray(messages) && messages.length > 0) reading.tokens += tokensPerConversation + messages.length * tokensPerMessage;
  return { inputTokens: Math.ceil(reading.bytes / bytesPerToken) + reading.tokens };
}

function read(value: JsonValue | undefined, reading: Reading): void {
  if (typeof value === 'string') {
    if (value.startsWith('data:')) reading.tokens += tokensPerMedium;
    else reading.bytes += textBytes(value);
  } else if (typeof value === 'number') {
    // A token that the caller has made of the text already.
    reading.tokens += 1;
  } else if (Array.isArray(value)) {
    for (const one of value) read(one, reading);
  } else if (isJsonObject(value)) {
    if (mediumTypes.has(value['type'])) {
      reading.tokens += tokensPerMedium;
      return;
    }
    for (const [name, field] of Object.entries(value)) {
      if (name === 'images') countMedia(field, reading);
      else if (name === 'arguments' && isJsonObject(field)) reading.bytes += textBytes(JSON.stringify(field));
      else if (!notRead.has(name)) read(field, reading);
    }
  }
}

/** What stands in messages and parts of them, and is no text for the model. */
const notRead: ReadonlySet<string> = new Set(['role', 'type', 'id', 'tool_call_id', 'index', 'signature', 'cache_control', 'detail']);

function countMedia(value: JsonValue | undefined, reading: Reading): void {
  if (Array.isArray(value)) reading.tokens += value.length * tokensPerMedium;
}
