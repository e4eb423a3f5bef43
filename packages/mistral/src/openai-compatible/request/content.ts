import { isJsonObject, unsupportedParameter } from '@ai-proxy/core';
import type { JsonValue } from '@ai-proxy/core';
/** Content parts in the one spelling that these servers read; parts that they are not known to refuse go up as they came. */
export function toCompatibleContent(content: JsonValue | undefined, path: string): JsonValue {
  if (content === undefined || content === null) return null;
  return Array.isArray(content) ? content.map((part, index) => toCompatiblePart(part, `${path}[${index}]`)) : content;
}

function toCompatiblePart(part: JsonValue, path: string): JsonValue {
  if (!isJsonObject(part)) return part;
  switch (part['type']) {
    case 'image_url':
      return typeof part['image_url'] === 'string' ? { type: 'image_url', image_url: { url: part['image_url'] } } : part;
    case 'refusal':
      return { type: 'text', text: part['refusal'] ?? '' };
    case 'file':
      throw unsupportedParameter(`${path}.type`, `this server takes no files in messages (\`${path}\`); send the text, or an image`);
    default:
      return part;
  }
}
