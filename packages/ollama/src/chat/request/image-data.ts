import { invalidParameter, isJsonObject, unsupportedParameter } from '@ai-proxy/core';
import type { JsonValue, ProviderCall } from '@ai-proxy/core';
import { reportUnknownKeys } from '../../requests/closed-object.ts';
import { toBase64 } from './base64.ts';
import { imageTypes, isRemote } from './remote-images.ts';

const knownOfImage = new Set(['url', 'detail']);

/** A data URL may leave its type out, and some misspell it. */
const typesOfDataURLs = new Set(['', 'image/jpg', ...imageTypes]);

/** A picture in base64 without a prefix, which is the only form that Ollama takes. */
export function toImageData(image: JsonValue | undefined, path: string, call: ProviderCall): string {
  if (typeof image === 'string') return dataOfUrl(image, path, call);
  if (!isJsonObject(image) || typeof image['url'] !== 'string') {
    throw invalidParameter(path, `\`${path}\` must be a data URL or an object with a url`);
  }
  reportUnknownKeys(image, knownOfImage, path, call);
  const { url, detail } = image;
  if (detail !== undefined && detail !== null && detail !== 'auto') call.drop(`${path}.detail`, 'the provider knows one detail only');
  return dataOfUrl(url, `${path}.url`, call);
}

function dataOfUrl(url: string, path: string, call: ProviderCall): string {
  if (isRemote(url)) return dataOfRemote(url, path, call);
  // Only the head is searched: what follows may be megabytes.
  const comma = url.slice(0, 256).indexOf(',');
  const head = /^data:([^;,]*)(?:;[^;,]*)*;base64$/i.exec(comma < 0 ? '' : url.slice(0, comma));
  if (!head) throw invalidParameter(path, `\`${path}\` must be a data URL in base64: data:image/png;base64,…`);
  const type = (head[1] ?? '').toLowerCase();
  if (!typesOfDataURLs.has(type)) {
    throw unsupportedParameter(path, `\`${path}\`: Ollama reads images of the types image/jpeg, image/png and image/webp, not ${type}`);
  }
  return url.slice(comma + 1);
}

function dataOfRemote(url: string, path: string, { fetched }: ProviderCall): string {
  const file = fetched?.get(url);
  if (file) return toBase64(file.bytes);
  throw unsupportedParameter(
    path,
    `\`${path}\`: Ollama fetches no images; send the image itself as a data URL (data:image/png;base64,…), or ask the operator to let the proxy fetch them (\`remoteFiles\`)`,
  );
}
