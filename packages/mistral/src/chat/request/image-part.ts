import { invalidParameter, isJsonObject } from '@ai-proxy/core';
import type { JsonObject, ProviderCall } from '@ai-proxy/core';
import { reportUnknownKeys } from '../../requests/closed-object.ts';

const knownOfPart = new Set(['type', 'image_url']);
const knownOfImage = new Set(['url', 'detail']);
const details = new Set<unknown>(['low', 'auto', 'high']);

/** An image, by string or object as it came; a detail that Mistral does not know is reported and left out. */
export function toImageChunk(part: JsonObject, path: string, call: ProviderCall): JsonObject {
  reportUnknownKeys(part, knownOfPart, path, call);
  const image = part['image_url'];
  if (typeof image === 'string') return { type: 'image_url', image_url: image };
  if (!isJsonObject(image) || typeof image['url'] !== 'string') {
    throw invalidParameter(`${path}.image_url`, `\`${path}.image_url\` must be a URL or an object with a url`);
  }
  reportUnknownKeys(image, knownOfImage, `${path}.image_url`, call);
  const { url, detail } = image;
  if (detail === undefined || detail === null) return { type: 'image_url', image_url: { url } };
  if (details.has(detail)) return { type: 'image_url', image_url: { url, detail } };
  call.drop(`${path}.image_url.detail`, 'the provider knows low, auto and high');
  return { type: 'image_url', image_url: { url } };
}
