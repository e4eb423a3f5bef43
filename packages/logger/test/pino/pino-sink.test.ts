import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pinoSink } from '../../src/pino/index.ts';
import type { PinoSinkOptions } from '../../src/pino/index.ts';
import { receipt } from '../receipts.ts';

function open(options: PinoSinkOptions = {}): {
  lines: () => Record<string, unknown>[];
  text: () => string;
  sink: ReturnType<typeof pinoSink>;
} {
  let text = '';
  const logger = pino({ base: null }, { write: (line: string) => void (text += line) });
  return {
    sink: pinoSink({ logger, ...options }),
    text: () => text,
    lines: () =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('the pino sink', () => {
  it('writes one flat line per call', () => {
    const { sink, lines } = open();
    sink.settled(receipt('c-1'), { messages: [{ role: 'user', content: 'a secret question' }] });
    expect(lines()).toEqual([
      expect.objectContaining({
        level: 30,
        msg: 'call',
        id: 'c-1',
        caller: 'app',
        key: 'key-1',
        team: 'engines',
        endUser: 'ada',
        modelServed: 'mistral-small-latest',
        inputTokens: 1000,
        cachedTokens: 400,
        cost: 0.00206,
        price: 'a table',
        outcome: 'ok',
        totalMs: 200,
        startedAt: '2026-11-20T12:00:00.000Z',
      }),
    ]);
  });

  it.each([
    ['ok', 30],
    ['caller_left', 30],
    ['refused', 30],
    ['upstream_reset', 40],
    ['internal_error', 40],
  ] as const)('writes %s at level %i', (outcome, level) => {
    const { sink, lines } = open();
    sink.settled(receipt('c-1', { outcome }), {});
    expect(lines()[0]?.['level']).toBe(level);
  });

  it('says that a cost is unknown', () => {
    const { sink, lines } = open();
    sink.settled(receipt('c-1', { cost: null }), {});
    expect(lines()[0]).toMatchObject({ cost: null });
  });

  it('writes no prompt unless it is told to, and then without secrets and cut', () => {
    const input = {
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: `my key is sk-${'a'.repeat(40)}, mail ada@example.com, card 4111 1111 1111 1111, ${'x'.repeat(500)}` },
          ],
        },
      ],
    };
    const silent = open();
    silent.sink.settled(receipt('c-1'), input);
    expect(silent.text()).not.toContain('Be brief');

    const { sink, lines } = open({ prompts: { maxCharacters: 100 } });
    sink.settled(receipt('c-1'), input);
    expect(lines()[0]?.['prompt']).toMatch(
      /^system:\nBe brief\.\nuser:\nmy key is \[key\], mail \[address\], card \[number\], x+… \(\d+ more\)$/,
    );
  });

  it.skipIf(!process.env['CORPORA'])('writes one line, and nothing that a terminal acts on, whatever callers say', () => {
    const strings = JSON.parse(readFileSync(join(process.env['CORPORA'] ?? '', 'naughty-strings/strings.json'), 'utf8')) as string[];
    for (const text of [...strings, '\u001b[2J\u0007', 'a\r\nb\u2028c']) {
      const { sink, text: written } = open({ prompts: { maxCharacters: 1000 } });
      sink.settled(receipt(text, { endUser: text, modelAsked: text, tags: [text], metadata: { [text]: text }, team: text }), {
        prompt: text,
      });
      expect(written().match(/\n/g)).toHaveLength(1);
      // eslint-disable-next-line no-control-regex -- what must not be there
      expect(written().trimEnd()).not.toMatch(/[\u0000-\u001f\u007f]/);
    }
  });

  it('never waits for an output that nobody reads: what does not fit is dropped and counted', { timeout: 60_000 }, async () => {
    const program = fileURLToPath(new URL('frozen-output.ts', import.meta.url));
    const child = spawn(process.execPath, ['--conditions=ai-proxy-source', program], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    let errors = '';
    child.stderr?.on('data', (chunk) => (errors += String(chunk)));
    const [report] = (await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [errors])])) as [
      { calls: number; dropped: number; heapGrowth: number },
    ];
    expect(report.calls).toBe(50_000);
    expect(report.dropped).toBeGreaterThan(10_000);
    expect(report.heapGrowth).toBeLessThan(64 * 1024 * 1024);
  });
});
