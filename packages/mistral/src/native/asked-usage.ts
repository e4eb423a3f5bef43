import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, Usage } from '@ai-proxy/core';

/** What a request consumes as far as it tells by itself. */
export function estimateUsage(operation: string, request: JsonObject): Usage | undefined {
  switch (operation) {
    case 'speech':
      return spokenCharacters(request);
    case 'ocr': {
      const pages = askedPages(request);
      return pages === undefined ? undefined : withAnnotations(pages, request);
    }
    default:
      return undefined;
  }
}

/** The characters that are to be spoken; a pair of surrogates is one. */
export function spokenCharacters({ input }: JsonObject): Usage | undefined {
  if (typeof input !== 'string') return undefined;
  let characters = 0;
  for (const _ of input) characters += 1;
  return { characters };
}

/** Pages of a document of which something was to be extracted cost more than pages that are only read. */
export function withAnnotations(pages: number, request: JsonObject): Usage {
  const isAnnotated = asksFor(request['bbox_annotation_format']) || asksFor(request['document_annotation_format']);
  return isAnnotated ? { pages, annotatedPages: pages } : { pages };
}

const asksFor = (format: JsonValue | undefined): boolean => isJsonObject(format) && format['type'] !== 'text';

/** How many pages are to be read, where the request names them: a list, or a text such as `0-5,7`. A picture is a page. */
function askedPages({ pages, document }: JsonObject): number | undefined {
  if (isJsonObject(document) && document['type'] === 'image_url') return 1;
  if (Array.isArray(pages)) return new Set(pages).size;
  if (typeof pages !== 'string') return undefined;
  let count = 0;
  for (const range of pages.split(',')) {
    const [, from, to = from] = /^\s*(\d{1,6})(?:\s*-\s*(\d{1,6}))?\s*$/.exec(range) ?? [];
    const pagesOfRange = Number(to) - Number(from) + 1;
    if (!(pagesOfRange > 0)) return undefined;
    count += pagesOfRange;
  }
  return count;
}
