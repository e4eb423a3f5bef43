import type { JsonObject } from '@ai-proxy/core';
import { badRequest } from './bad-request.ts';

/** Ollama's `images` hold pictures and sound alike, in base64 without a word of what they are: their first bytes say it. */
export function toMediaPart(data: string, path: string): JsonObject {
  const base64 = /[\r\n]/.test(data) ? data.replaceAll(/[\r\n]/g, '') : data;
  const fault = findFault(base64);
  if (fault !== undefined) throw badRequest(`illegal base64 data at input byte ${fault}`, path);
  if (base64 === '') throw badRequest('invalid image input', path);
  const begin = atob(base64.slice(0, 16));
  const format = soundFormat(begin);
  if (format !== undefined) return { type: 'input_audio', input_audio: { data: base64, format } };
  return { type: 'image_url', image_url: { url: `data:${pictureType(begin)};base64,${base64}` } };
}

/** Empty for what is none of the known ones: whoever is asked to look at it will say so. */
function pictureType(begin: string): string {
  if (begin.startsWith('\x89PNG')) return 'image/png';
  if (begin.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (begin.startsWith('GIF8')) return 'image/gif';
  if (isRiff(begin, 'WEBP')) return 'image/webp';
  return '';
}

function soundFormat(begin: string): string | undefined {
  if (isRiff(begin, 'WAVE')) return 'wav';
  // The frames of an MP3 begin with eleven bits set, its tags with their name; a JPEG has no second byte of this kind.
  if (begin.startsWith('ID3') || /^\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]/.test(begin)) return 'mp3';
  if (begin.startsWith('fLaC')) return 'flac';
  return begin.startsWith('OggS') ? 'ogg' : undefined;
}

function isRiff(begin: string, form: string): boolean {
  return begin.startsWith('RIFF') && begin.slice(8, 12) === form;
}

/** Where the text stops being padded base64; nothing where it is. Go's decoder names the same byte. */
function findFault(text: string): number | undefined {
  const wrong = text.search(/[^A-Za-z0-9+/]/);
  if (wrong < 0) return text.length % 4 === 0 ? undefined : text.length - 1;
  if (text[wrong] !== '=') return wrong;
  const padding = text.slice(wrong);
  return (padding === '=' || padding === '==') && text.length % 4 === 0 ? undefined : wrong;
}
