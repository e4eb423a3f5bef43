import { describe, expect, it } from 'vitest';
import { faultOf } from '../src/check-answer.ts';
import { ollamaLines, ollamaPieces } from '../src/ollama-answers.ts';
import { streamEvents, usage, wholeAnswer } from '../src/upstream-answers.ts';

const stream = streamEvents.join('');

describe('bytes that must be the upstream’s', () => {
  it.each([
    ['json', wholeAnswer],
    ['stream', stream],
  ] as const)('accepts a %s as it was sent', (answer, text) => {
    expect(faultOf({ status: 200, text }, { upstream: 'mistral', answer, keepsBytes: true })).toBe(undefined);
  });

  it.each([
    ['json', wholeAnswer.replace('"stop"', '"stop" ')],
    ['stream', stream.slice(0, -1)],
    ['stream', `${stream}: ping\n\n`],
  ] as const)('refuses a %s that differs anywhere', (answer, text) => {
    expect(faultOf({ status: 200, text }, { upstream: 'mistral', answer, keepsBytes: true })).toContain('not the upstream');
  });
});

describe('translated answers', () => {
  it.each([
    ['json', JSON.stringify({ system_fingerprint: null, ...(JSON.parse(wholeAnswer) as object) })],
    ['stream', `: ping\n\n${stream}`],
  ] as const)('accepts a %s that says the same otherwise', (answer, text) => {
    expect(faultOf({ status: 200, text }, { upstream: 'mistral', answer, keepsBytes: false })).toBe(undefined);
  });

  it.each([
    ['a status that is none', 'json', 502, wholeAnswer, 'status 502'],
    ['another text', 'json', 200, wholeAnswer.replace('Bregenz', 'Lindau'), 'another answer'],
    ['no usage', 'json', 200, wholeAnswer.replace('"usage"', '"used"'), 'no usage'],
    ['no finish', 'json', 200, wholeAnswer.replace('"stop"', 'null'), 'no reason to finish'],
    ['no JSON', 'json', 200, wholeAnswer.slice(0, -1), 'SyntaxError'],
    ['no end mark', 'stream', 200, stream.replace('data: [DONE]\n\n', ''), 'no end mark'],
    ['a lost event', 'stream', 200, stream.replace(streamEvents[40] ?? '', ''), 'characters of content'],
    ['a lost event without content', 'stream', 200, stream.replace(streamEvents[0] ?? '', ''), 'events'],
    ['no finish', 'stream', 200, stream.replace('"stop"', 'null'), 'no reason to finish'],
    ['another usage', 'stream', 200, stream.replace('"total_tokens":510', '"total_tokens":0'), 'no usage'],
  ] as const)('refuses %s (%s)', (_, answer, status, text, fault) => {
    expect(faultOf({ status, text }, { upstream: 'mistral', answer, keepsBytes: false })).toContain(fault);
  });
});

describe('answers of Ollama', () => {
  const lines = ollamaLines.join('');
  const event = (output: object): string => `data: ${JSON.stringify({ object: 'chat.completion.chunk', ...output })}\n\n`;
  const events = [
    ...ollamaPieces.map((content) => event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
    event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
    event({ choices: [], usage }),
    'data: [DONE]\n\n',
  ];
  const translated = events.join('');

  it('are 100 lines, each with its time in nanoseconds, and only the last is the end', () => {
    const parsed = ollamaLines.map((line) => JSON.parse(line) as { created_at: string; done: boolean });
    expect(parsed.map(({ done }) => done)).toEqual([...Array.from({ length: 99 }, () => false), true]);
    for (const { created_at } of parsed) expect(created_at).toMatch(/^2026-03-14T20:15:07\.\d{9}Z$/);
    expect(lines.split('\n')).toHaveLength(101);
  });

  it.each([
    ['copied', lines, true],
    ['translated', translated, false],
  ] as const)('are accepted %s', (_, text, keepsBytes) => {
    expect(faultOf({ status: 200, text }, { upstream: 'ollama', answer: 'stream', keepsBytes })).toBe(undefined);
  });

  it.each([
    ['a lost line', lines.replace(ollamaLines[40] ?? '', ''), true, 'not the upstream'],
    ['the stream of another upstream', stream, true, 'not the upstream'],
    ['a text that was not translated', lines, false, 'no end mark'],
    ['the text of another upstream', stream, false, 'characters of content'],
    ['a lost event', translated.replace(events[40] ?? '', ''), false, 'characters of content'],
    [
      'joined events',
      translated.replace(
        events.slice(0, 2).join(''),
        event({ choices: [{ index: 0, delta: { content: ollamaPieces.slice(0, 2).join('') }, finish_reason: null }] }),
      ),
      false,
      'joined',
    ],
    ['no usage', translated.replace('"usage"', '"used"'), false, 'no usage'],
  ] as const)('are refused with %s', (_, text, keepsBytes, fault) => {
    expect(faultOf({ status: 200, text }, { upstream: 'ollama', answer: 'stream', keepsBytes })).toContain(fault);
  });
});
