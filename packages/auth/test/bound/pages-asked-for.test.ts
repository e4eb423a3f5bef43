import type { JsonValue } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { pagesAskedFor } from '../../src/bound/pages-asked-for.ts';

describe('the pages of a document that a request names', () => {
  it.each<[JsonValue | undefined, number | undefined]>([
    [[0, 1, 7], 3],
    [[], undefined],
    ['3', 1],
    ['0-5,7', 7],
    [' 0 - 5 , 7 ', 7],
    ['5-5', 1],
    ['9-2', 1],
    ['', undefined],
    ['all', undefined],
    ['0-', undefined],
    ['0-5,', undefined],
    ['-1', undefined],
    ['1e9', undefined],
    [null, undefined],
    [undefined, undefined],
    [7, undefined],
  ])('%j are %j', (pages, count) => {
    const document = { type: 'document_url', document_url: 'https://example.com/a.pdf' };
    expect(pagesAskedFor({ document, ...(pages === undefined ? {} : { pages }) })).toBe(count);
  });

  it('are one where it is a picture', () => {
    expect(pagesAskedFor({ document: { type: 'image_url', image_url: 'https://example.com/a.png' } })).toBe(1);
  });
});
