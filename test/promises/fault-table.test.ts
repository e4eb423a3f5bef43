// Everything that a provider can do wrong, on every kind of route, and what a caller sees of it.
// STORM=1 repeats the table ten times.

import { faultCases, sendRaw, startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator, OllamaFaultCase, RawVerdict } from '@ai-proxy/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canaryHeaders, providerKey } from './fixtures/canaries.ts';
import { faultMount, faultMounts, faultPrompt, markedFault, runFaultTable, twoTools } from './fixtures/fault-table.ts';
import type { FaultMode, FaultSeen } from './fixtures/fault-table.ts';
import { judgeRelay, judgeStream, judgeWhole } from './fixtures/judge.ts';
import type { Judgement } from './fixtures/judge.ts';
import { startProxy } from './fixtures/start-proxy.ts';
import type { RunningProxy } from './fixtures/start-proxy.ts';
import { startTap } from './fixtures/start-tap.ts';
import type { Tap } from './fixtures/start-tap.ts';

const rounds = process.env['STORM'] === '1' ? 10 : 1;

const modes: readonly FaultMode[] = [
  { name: 'translated, stream', route: 'translated', stream: true },
  { name: 'translated, early stream', route: 'translated', stream: true, early: true },
  { name: 'translated, whole', route: 'translated', stream: false },
  { name: 'native, stream', route: 'native', stream: true },
  { name: 'native, early stream', route: 'native', stream: true, early: true },
  { name: 'native, whole', route: 'native', stream: false },
  { name: 'download', route: 'relay', stream: false },
];

const file = Buffer.from('A file, as somebody has uploaded it: é, and more. '.repeat(8));

let provider: MistralSimulator;
let tap: Tap;
let proxy: RunningProxy;
let fileId = '';

beforeAll(async () => {
  provider = await startMistralSimulator({ apiKey: providerKey });
  tap = await startTap(provider.port);
  const forever = { fault: markedFault(faultCases), faultTimes: Infinity, chunks: 4 };
  provider.behave(forever);
  provider.behave({ ...forever, latencyMs: 150 }, 'mistral-medium-latest');

  const upstreams = [{ name: 'mistral', url: tap.url, apiKey: providerKey }];
  proxy = await startProxy({ binding: 'express', upstreams, others: faultMounts });

  const form = new FormData();
  form.set('purpose', 'ocr');
  form.set('file', new Blob([file]), 'notes.txt');
  const uploaded = await fetch(`http://127.0.0.1:${proxy.port}/ai/mistral/v1/files`, { method: 'POST', body: form });
  fileId = ((await uploaded.json()) as { id: string }).id;
  await proxy.receipt(() => true);
}, 60_000);

afterAll(async () => {
  await proxy.stop();
  await tap.close();
  await provider.close();
});

async function ask(mode: FaultMode, mark: string, row: OllamaFaultCase): Promise<RawVerdict> {
  const mount = faultMount(mode, row);
  const call = { port: proxy.port, timeoutMs: 60_000 };
  if (mode.route === 'relay')
    return sendRaw({ ...call, path: `${mount}/mistral/v1/files/${fileId}/content?${mark}`, headers: [...canaryHeaders] });
  const name = mode.early ? 'mistral-medium-latest' : 'mistral-small-latest';
  const translated = mode.route === 'translated';
  return sendRaw({
    ...call,
    path: `${mount}${translated ? '' : '/mistral'}/v1/chat/completions`,
    headers: [['content-type', 'application/json'], ...canaryHeaders],
    body: JSON.stringify({
      model: translated ? `mistral/${name}` : name,
      messages: [{ role: 'user', content: faultPrompt(mark, row) }],
      ...(row.tools ? { tools: twoTools } : {}),
      ...(mode.stream ? { stream: true } : {}),
    }),
  });
}

function judge(mode: FaultMode, seen: FaultSeen): Judgement {
  const evidence = { dialect: mode.route === 'translated' ? 'openai' : 'mistral', ...seen } as const;
  if (mode.route === 'relay') return judgeRelay(evidence);
  return mode.stream ? judgeStream(evidence) : judgeWhole(evidence);
}

describe('every fault of a provider', () => {
  it(
    'reaches the caller as the right answer, as an error in his dialect, or as an error event and a cut',
    { timeout: 600_000 },
    async () => {
      const title = 'Faults of a provider and what the caller sees';
      const { totals, complaints } = await runFaultTable({ title, cases: faultCases, modes, rounds, provider, tap, proxy, ask, judge });
      expect(complaints).toEqual([]);
      expect(Object.entries(totals).filter(([, count]) => count !== 0)).toEqual([]);
    },
  );
});
