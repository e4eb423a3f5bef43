import { invalidParameter, isJsonObject, unsupportedParameter } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import { reportUnknownKeys } from '../../requests/closed-object.ts';
import { toImageData } from './image-data.ts';

/** The content of one message, sorted by where Ollama wants it. */
export interface MessageContent {
  readonly texts: readonly string[];
  /** Pictures and sound, in base64 without a prefix. */
  readonly media: readonly string[];
  readonly thoughts: readonly string[];
}

const knownOfText = new Set(['type', 'text']);
const knownOfRefusal = new Set(['type', 'refusal']);
const knownOfImage = new Set(['type', 'image_url']);
const knownOfAudio = new Set(['type', 'input_audio']);
const knownOfAudioData = new Set(['data', 'format']);
const knownOfThinking = new Set(['type', 'thinking']);

interface CollectedContent {
  readonly texts: string[];
  readonly media: string[];
  readonly thoughts: string[];
}

/** Reads a string, nothing, or content parts. */
export function readContent(content: JsonValue | undefined, path: string, call: ProviderCall): MessageContent {
  const collected: CollectedContent = { texts: [], media: [], thoughts: [] };
  if (content === undefined || content === null) return collected;
  if (typeof content === 'string') return { ...collected, texts: [content] };
  if (!Array.isArray(content)) throw invalidParameter(path, `\`${path}\` must be a string or a list of content parts`);
  content.forEach((part, index) => readPart(part, `${path}[${index}]`, collected, call));
  return collected;
}

/** One message holds one text: several are put on lines of their own. */
export function writeContent(message: JsonObject, { texts, media }: MessageContent): void {
  message['content'] = texts.join('\n');
  if (media.length > 0) message['images'] = [...media];
}

function readPart(part: JsonValue, path: string, { texts, media, thoughts }: CollectedContent, call: ProviderCall): void {
  if (!isJsonObject(part)) throw invalidParameter(path, `\`${path}\` must be an object with a type`);
  switch (part['type']) {
    case 'text':
      reportUnknownKeys(part, knownOfText, path, call);
      texts.push(toText(part['text'], `${path}.text`));
      return;
    case 'refusal':
      reportUnknownKeys(part, knownOfRefusal, path, call);
      texts.push(toText(part['refusal'], `${path}.refusal`));
      return;
    case 'image_url':
      reportUnknownKeys(part, knownOfImage, path, call);
      media.push(toImageData(part['image_url'], `${path}.image_url`, call));
      return;
    case 'input_audio':
      reportUnknownKeys(part, knownOfAudio, path, call);
      media.push(toAudioData(part['input_audio'], `${path}.input_audio`, call));
      return;
    case 'thinking':
      reportUnknownKeys(part, knownOfThinking, path, call);
      thoughts.push(toThought(part['thinking'], `${path}.thinking`));
      return;
    default:
      throw unsupportedParameter(
        `${path}.type`,
        `Ollama takes no content part of the type ${JSON.stringify(part['type'] ?? null)} (\`${path}\`); it takes text, image_url and input_audio`,
      );
  }
}

function toText(text: JsonValue | undefined, path: string): string {
  if (typeof text !== 'string') throw invalidParameter(path, `\`${path}\` must be a string`);
  return text;
}

// The format is in the data itself, so that leaving it out loses nothing. Ollama carries sound beside pictures.
function toAudioData(audio: JsonValue | undefined, path: string, call: ProviderCall): string {
  if (!isJsonObject(audio) || typeof audio['data'] !== 'string') {
    throw invalidParameter(path, `\`${path}.data\` must be a base64 string`);
  }
  reportUnknownKeys(audio, knownOfAudioData, path, call);
  return audio['data'];
}

function toThought(thinking: JsonValue | undefined, path: string): string {
  if (typeof thinking === 'string') return thinking;
  if (!Array.isArray(thinking)) throw invalidParameter(path, `\`${path}\` must be a string or a list of text chunks`);
  return thinking.map((chunk) => (isJsonObject(chunk) && typeof chunk['text'] === 'string' ? chunk['text'] : '')).join('');
}
