import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, RemoteFile } from '@ai-proxy/core';

/** What Ollama can decode. */
export const imageTypes: readonly string[] = ['image/jpeg', 'image/png', 'image/webp'];

export const isRemote = (url: string): boolean => /^https?:/i.test(url);

/** The pictures that messages name by URL, in every place that names one. What cannot be read is passed over: who makes the request refuses it. */
export function remoteImages({ messages }: JsonObject): RemoteFile[] {
  return listOf(messages).flatMap((message, at) =>
    listOf(isJsonObject(message) ? message['content'] : undefined).flatMap((part, index) => {
      if (!isJsonObject(part) || part['type'] !== 'image_url') return [];
      return remoteImage(part['image_url'], `messages[${at}].content[${index}].image_url`);
    }),
  );
}

function remoteImage(image: JsonValue | undefined, path: string): RemoteFile[] {
  if (typeof image === 'string') return isRemote(image) ? [{ url: image, param: path, accept: imageTypes }] : [];
  const url = isJsonObject(image) ? image['url'] : undefined;
  return typeof url === 'string' && isRemote(url) ? [{ url, param: `${path}.url`, accept: imageTypes }] : [];
}

const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);
