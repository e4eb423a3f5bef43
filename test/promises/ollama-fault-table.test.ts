// Everything that an Ollama can do wrong, on every kind of route, and what a caller sees of it.
// STORM=1 repeats the table ten times.

import { ollamaFaultCases, sendRaw, startOllamaSimulator } from '@ai-proxy/testing';
import type { OllamaFaultCase, OllamaSimulator, RawVerdict } from '@ai-proxy/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canaryHeaders, providerKey } from './fixtures/canaries.ts';
import { faultMount, faultMounts, faultPrompt, markedFault, runFaultTable, twoTools } from './fixtures/fault-table.ts';
import type { FaultMode, FaultSeen } from './fixtures/fault-table.ts';
import { judgeStream, judgeWhole } from './fixtures/judge.ts';
import type { Judgement } from './fixtures/judge.ts';
import { startProxy } from './fixtures/start-proxy.ts';
import type { RunningProxy } from './fixtures/start-proxy.ts';
import { startTap } from './fixtures/start-tap.ts';
import type { Tap } from './fixtures/start-tap.ts';

const rounds = process.env['STORM'] === '1' ? 10 : 1;

interface Mode extends FaultMode {
  readonly route: 'translated' | 'native';
  /** What the request says of streaming; Ollama streams where nothing is said. */
  readonly says?: boolean;
}

const modes: readonly Mode[] = [
  { name: 'translated, stream', route: 'translated', stream: true, says: true },
  { name: 'translated, early stream', route: 'translated', stream: true, says: true, early: true },
  { name: 'translated, whole', route: 'translated', stream: false },
  { name: 'native, stream', route: 'native', stream: true, says: true },
  { name: 'native, stream by default', route: 'native', stream: true },
  { name: 'native, early stream', route: 'native', stream: true, says: true, early: true },
  { name: 'native, whole', route: 'native', stream: false, says: false },
];

const slowModel = 'mistral-small3.2:24b';

let provider: OllamaSimulator;
let tap: Tap;
let proxy: RunningProxy;

beforeAll(async () => {
  provider = await startOllamaSimulator({ apiKey: providerKey });
  tap = await startTap(provider.port);
  const forever = { fault: markedFault(ollamaFaultCases), faultTimes: Infinity, chunks: 4 };
  provider.behave(forever);
  provider.behave({ ...forever, latencyMs: 150 }, slowModel);
  const upstreams = [{ name: 'ollama', kind: 'ollama', url: tap.url, apiKey: providerKey }] as const;
  proxy = await startProxy({ binding: 'express', upstreams, others: faultMounts });
}, 60_000);

afterAll(async () => {
  await proxy.stop();
  await tap.close();
  await provider.close();
});

async function ask(mode: Mode, mark: string, row: OllamaFaultCase): Promise<RawVerdict> {
  const name = mode.early ? slowModel : 'llama3.2';
  const translated = mode.route === 'translated';
  return sendRaw({
    port: proxy.port,
    timeoutMs: 60_000,
    path: `${faultMount(mode, row)}${translated ? '/v1/chat/completions' : '/ollama/api/chat'}`,
    headers: [['content-type', 'application/json'], ...canaryHeaders],
    body: JSON.stringify({
      model: translated ? `ollama/${name}` : name,
      messages: [{ role: 'user', content: faultPrompt(mark, row) }],
      ...(row.tools ? { tools: twoTools } : {}),
      ...(mode.says === undefined ? {} : { stream: mode.says }),
    }),
  });
}

function judge(mode: Mode, seen: FaultSeen): Judgement {
  const evidence = { dialect: mode.route === 'translated' ? 'openai' : 'ollama', ...seen } as const;
  return mode.stream ? judgeStream(evidence) : judgeWhole(evidence);
}

describe('every fault of an Ollama', () => {
  it(
    'reaches the caller as the right answer, as an error in his dialect, or as an error line and a cut',
    { timeout: 600_000 },
    async () => {
      const title = 'Faults of an Ollama and what the caller sees';
      const { totals, complaints } = await runFaultTable({
        title,
        cases: ollamaFaultCases,
        modes,
        rounds,
        provider,
        tap,
        proxy,
        ask,
        judge,
      });
      expect(complaints).toEqual([]);
      expect(Object.entries(totals).filter(([, count]) => count !== 0)).toEqual([]);
    },
  );
});
