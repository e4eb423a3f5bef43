// How far the estimates of a call's consumption are from what was stated: over models that were recorded, and over the golden recordings.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOfTexts, createFrameReader } from '@ai-proxy/core';
import type { NativeSurface, Usage } from '@ai-proxy/core';
import { mistral, openaiCompatible } from '@ai-proxy/mistral';
import { ollama } from '@ai-proxy/ollama';
import { describe, expect, it } from 'vitest';
import { tokensOfBytes } from '../../packages/core/src/metering/estimate.ts';
import { estimateInput } from '../../packages/core/src/metering/estimate-input.ts';
import { printTable } from '../promises/fixtures/print-table.ts';
import { recordedAnswers, recordedQuestions } from './recorded-usage.ts';

interface Compared {
  readonly what: string;
  readonly stated: number;
  readonly estimated: number;
}

const percent = (estimated: number, stated: number): string => {
  const error = Math.round((estimated / stated - 1) * 100);
  return `${error > 0 ? '+' : ''}${error}%`;
};

const sumOf = (compared: readonly Compared[]): Compared => ({
  what: 'all together',
  stated: compared.reduce((sum, { stated }) => sum + stated, 0),
  estimated: compared.reduce((sum, { estimated }) => sum + estimated, 0),
});

function print(title: string, compared: readonly Compared[]): void {
  printTable(
    title,
    [...compared, sumOf(compared)].map(({ what, stated, estimated }) => ({ what, stated, estimated, error: percent(estimated, stated) })),
  );
}

const errorOf = ({ stated, estimated }: Compared): number => Math.abs(estimated / stated - 1);

describe('estimates beside what models were recorded to consume', () => {
  it('of what comes out are right over all, and within a factor of three for each', () => {
    const compared = recordedAnswers.map(({ what, model, bytes, tokens }) => ({
      what: `${what}, ${model}`,
      stated: tokens,
      estimated: tokensOfBytes(bytes),
    }));
    print('Tokens out, of models that were recorded', compared);
    expect(errorOf(sumOf(compared))).toBeLessThan(0.1);
    expect(compared.filter(({ stated, estimated }) => estimated > 3 * stated || stated > 3 * estimated)).toEqual([]);
  });

  it('of what goes in are right over all, and within a factor of three for each', () => {
    const compared = recordedQuestions.map(({ what, model, bytes, tokens }) => ({
      what: `${what}, ${model}`,
      stated: tokens,
      estimated: estimateInput({ messages: [{ role: 'user', content: 'x'.repeat(bytes) }] }).inputTokens ?? 0,
    }));
    print('Tokens in, of models that were recorded', compared);
    expect(errorOf(sumOf(compared))).toBeLessThan(0.1);
    expect(compared.filter(({ stated, estimated }) => estimated > 3 * stated || stated > 3 * estimated)).toEqual([]);
  });
});

/** Recordings that are named after their operation; the others are of chat. */
const operations: ReadonlySet<string> = new Set([
  'agents',
  'fim',
  'conversations',
  'generate',
  'completions',
  'responses',
  'messages',
  'infill',
]);

describe('estimates over the golden recordings', () => {
  it('count the same text in a whole answer and in its stream, and never none where some was said', () => {
    const surfaces: Readonly<Record<string, NativeSurface | undefined>> = {
      mistral: mistral({ apiKey: 'k' }).native,
      ollama: ollama({ baseURL: 'http://127.0.0.1:11434' }).native,
      compatible: openaiCompatible({ name: 'gguf', baseURL: 'http://127.0.0.1:8080/v1' }).native,
    };
    const compared: Compared[] = [];
    const bytesBySubject = new Map<string, number>();
    for (const [folder, surface] of Object.entries(surfaces)) {
      if (!surface) throw new Error(`${folder} has no native surface`);
      const root = join(import.meta.dirname, 'golden', folder);
      for (const file of readdirSync(root)) {
        const [subject = '', kind = ''] = file.split('.');
        if (subject === 'speech') continue;
        const operation = operations.has(subject) ? subject : 'chat';
        const { usage, bytes } = read(surface, operation, kind, readFileSync(join(root, file)));
        if (!usage?.outputTokens) continue;
        compared.push({ what: `${folder}/${file}`, stated: usage.outputTokens, estimated: tokensOfBytes(bytes) });
        expect([file, bytes > 0]).toEqual([file, true]);
        const before = bytesBySubject.get(`${folder}/${subject}`);
        expect([file, bytes]).toEqual([file, before ?? bytes]);
        bytesBySubject.set(`${folder}/${subject}`, bytes);
      }
    }
    print("Tokens out, of the golden recordings (a simulator's token is a word, and llama-server's was a guess)", compared);
    expect(compared.length).toBeGreaterThan(12);
  });
});

function read(surface: NativeSurface, operation: string, kind: string, content: Uint8Array): { usage: Usage | undefined; bytes: number } {
  if (kind === 'json') {
    const body: unknown = JSON.parse(new TextDecoder().decode(content));
    return { usage: surface.readUsage(operation, body), bytes: bytesOfTexts(body) };
  }
  const reader = createFrameReader(kind === 'sse' ? 'sse' : 'ndjson', { maxFrameBytes: 1 << 20 });
  const watcher = surface.createWatcher(operation);
  let usage: Usage | undefined;
  const frames = [...(reader.push(content)?.frames ?? []), ...(reader.end().batch?.frames ?? [])];
  for (const frame of frames) usage = watcher.see(frame).usage ?? usage;
  return { usage, bytes: watcher.outputBytes?.() ?? 0 };
}
