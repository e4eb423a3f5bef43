import { invalidParameter } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import { toContentChunks } from './content-parts.ts';

/** A string, nothing, or content parts. */
export function toContent(content: JsonValue | undefined, path: string, call: ProviderCall): string | JsonObject[] | null {
  if (content === undefined || content === null) return null;
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return toContentChunks(content, path, call);
  throw invalidParameter(path, `\`${path}\` must be a string or a list of content parts`);
}
