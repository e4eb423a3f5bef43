import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject } from '@ai-proxy/core';

/** How many pages a request for OCR can be about: those that it names, as a list or as `"0-5,7"`, or the one of a picture. Nothing where that is open. */
export function pagesAskedFor({ document, pages }: JsonObject): number | undefined {
  if (isJsonObject(document) && document['type'] === 'image_url') return 1;
  // A provider may take no page for all pages.
  if (Array.isArray(pages)) return pages.length === 0 ? undefined : pages.length;
  return typeof pages === 'string' ? countRanges(pages) : undefined;
}

function countRanges(text: string): number | undefined {
  let count = 0;
  for (const range of text.split(',')) {
    const [, first, last = first] = /^ *(\d{1,9})(?: *- *(\d{1,9}))? *$/.exec(range) ?? [];
    if (first === undefined) return undefined;
    // However a range that runs backwards is read, one page is the least.
    count += Math.max(0, Number(last) - Number(first)) + 1;
  }
  return count;
}
