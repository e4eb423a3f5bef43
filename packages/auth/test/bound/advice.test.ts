import type { Prices } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { makeAccount } from '../owners/make-account.ts';

const prices: Prices = { priceOf: () => ({ source: 'a test', rates: { perPage: 0.001, inputPerMillion: 1, outputPerMillion: 1 } }) };
const document = { type: 'document_url', document_url: 'https://example.com/a.pdf' };

describe('under a budget a request that nothing bounds', () => {
  it.each([
    ['/v1/ocr', { model: 'mistral-ocr-latest', document }, 'pages', 'Name the pages, such as "pages": [0, 1, 2]'],
    ['/v1/conversations', { inputs: 'Hello', model: 'mistral-small-latest' }, null, 'Ask the operator for a bound'],
  ])('to %s is told what would bound it, and goes nowhere', async (path, body, param, advice) => {
    const { caller, upstream } = await makeAccount({ proxy: { prices } });
    const poor = await caller({ limits: { budgets: [{ limit: 1_000_000 }] } });
    const refused = await poor.ask('POST', path, body);
    expect([refused.status, refused.json?.['code'], refused.json?.['param']]).toEqual([400, 'bound_required', param]);
    expect(refused.json?.['message']).toContain(advice);
    expect(upstream.requests.filter((request) => request.path === path)).toEqual([]);
  });

  it.each([[[0, 1]], ['0-1']])('to /v1/ocr goes on with the pages that it names: %j', async (pages) => {
    const { caller, upstream } = await makeAccount({ proxy: { prices } });
    const poor = await caller({ limits: { budgets: [{ limit: 1_000_000 }] } });
    expect((await poor.ask('POST', '/v1/ocr', { model: 'mistral-ocr-latest', document, pages })).status).toBe(200);
    expect(upstream.requests.filter((request) => request.path === '/v1/ocr')).toHaveLength(1);
  });
});
