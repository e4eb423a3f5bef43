import { invalidParameter, isJsonObject, unsupportedParameter } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import { reportUnknownKeys } from '../../requests/closed-object.ts';
import { copyClosedObject } from '../../requests/closed-copy.ts';
import { toFileChunk } from './file-part.ts';
import { toImageChunk } from './image-part.ts';
import { toThinkingChunk } from './thinking-part.ts';

const knownOfText = new Set(['type', 'text']);
const knownOfRefusal = new Set(['type', 'refusal']);
const knownOfAudio = new Set(['type', 'input_audio']);
const knownOfAudioData = new Set(['data', 'format']);

/** A list of content parts as Mistral's content chunks. */
export function toContentChunks(parts: readonly JsonValue[], path: string, call: ProviderCall): JsonObject[] {
  return parts.map((part, index) => toContentChunk(part, `${path}[${index}]`, call));
}

function toContentChunk(part: JsonValue, path: string, call: ProviderCall): JsonObject {
  if (!isJsonObject(part)) throw invalidParameter(path, `\`${path}\` must be an object with a type`);
  switch (part['type']) {
    case 'text':
      reportUnknownKeys(part, knownOfText, path, call);
      return toTextChunk(part['text'], `${path}.text`);
    case 'refusal':
      reportUnknownKeys(part, knownOfRefusal, path, call);
      return toTextChunk(part['refusal'], `${path}.refusal`);
    case 'image_url':
      return toImageChunk(part, path, call);
    case 'input_audio':
      return toAudioChunk(part, path, call);
    case 'file':
      return toFileChunk(part, path, call);
    case 'document_url':
      return copyClosedObject(part, { type: 'scalar', document_url: 'scalar', document_name: 'scalar' }, path, call);
    case 'reference':
      return copyClosedObject(part, { type: 'scalar', reference_ids: ['scalar'] }, path, call);
    case 'thinking':
      return toThinkingChunk(part, path, call);
    default:
      throw unsupportedParameter(
        `${path}.type`,
        `Mistral takes no content part of the type ${JSON.stringify(part['type'] ?? null)} (\`${path}\`); it takes text, image_url, input_audio and file`,
      );
  }
}

function toTextChunk(text: JsonValue | undefined, path: string): JsonObject {
  if (typeof text !== 'string') throw invalidParameter(path, `\`${path}\` must be a string`);
  return { type: 'text', text };
}

// The format is in the data itself, so that leaving it out loses nothing.
function toAudioChunk(part: JsonObject, path: string, call: ProviderCall): JsonObject {
  reportUnknownKeys(part, knownOfAudio, path, call);
  const audio = part['input_audio'];
  if (typeof audio === 'string') return { type: 'input_audio', input_audio: audio };
  if (!isJsonObject(audio) || typeof audio['data'] !== 'string') {
    throw invalidParameter(`${path}.input_audio`, `\`${path}.input_audio.data\` must be a base64 string`);
  }
  reportUnknownKeys(audio, knownOfAudioData, `${path}.input_audio`, call);
  return { type: 'input_audio', input_audio: audio['data'] };
}
