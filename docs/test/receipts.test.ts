import { createProxy } from '@ai-proxy/core';
import type { NativeRoute, Receipt } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { ollama } from '@ai-proxy/ollama';
import { startMistralSimulator } from '@ai-proxy/testing';
import { describe, expect, it } from 'vitest';
import { consumptionOf } from '../../packages/core/src/provider/native-surface.ts';
import { estimators } from '../../packages/core/src/metering/estimate.ts';
import { checkedTable, codeIn, codeInColumn } from './documents.ts';

describe('docs/receipts.md', () => {
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
    const documented = codeInColumn(checkedTable('docs/receipts.md', 'receipt'), 0);
    expect(documented.toSorted()).toEqual(Object.keys(receipts[0] ?? {}).toSorted());
    await proxy.close();
  });

  it('names every route that consumes something, and in which kind of units', () => {
    const routes: readonly NativeRoute[] = [mistral({ apiKey: 'k' }), ollama()].flatMap(({ native }) => native?.routes ?? []);
    const consuming = new Map(routes.flatMap((route) => (consumptionOf(route) === 'nothing' ? [] : [[route.path, consumptionOf(route)]])));
    const documented = checkedTable('docs/receipts.md', 'units').flatMap(([paths, kind]) =>
      codeIn(paths).map((path) => [path, codeIn(kind)[0]]),
    );
    expect(new Map(documented as [string, string][])).toEqual(consuming);
  });

  it('names every estimator', () => {
    expect(codeInColumn(checkedTable('docs/receipts.md', 'estimators'), 0)).toEqual(estimators);
  });
});
