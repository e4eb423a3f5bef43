import { createProxy, stageOrder } from '@ai-proxy/core';
import type { Receipt } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { startMistralSimulator } from '@ai-proxy/testing';
import { describe, expect, it } from 'vitest';
import { checkedTable, codeInColumn } from './documents.ts';

describe('docs/policies.md', () => {
  it('has the stages in their order', () => {
    expect(codeInColumn(checkedTable('docs/policies.md', 'stages'), 0)).toEqual(stageOrder);
  });

  it('names every field of a receipt', async () => {
    await using simulator = await startMistralSimulator();
    const receipts: Receipt[] = [];
    const proxy = createProxy({
      providers: [mistral({ baseURL: simulator.url, apiKey: simulator.apiKey })],
      onReceipt: (receipt) => receipts.push(receipt),
    });
    const body = JSON.stringify({ model: 'mistral-small-latest', messages: [{ role: 'user', content: 'Hello' }] });
    const answer = await proxy.fetch('http://proxy/v1/chat/completions', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(200);
    const documented = codeInColumn(checkedTable('docs/policies.md', 'receipt'), 0);
    expect(documented.toSorted()).toEqual(Object.keys(receipts[0] ?? {}).toSorted());
    await proxy.close();
  });
});
