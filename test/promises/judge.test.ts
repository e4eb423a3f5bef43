import type { RawVerdict } from '@ai-proxy/testing';
import { describe, expect, it } from 'vitest';
import { judgeStream } from './fixtures/judge.ts';
import type { Evidence, Problem } from './fixtures/judge.ts';

const line = (content: string, done = false): string => `${JSON.stringify({ message: { role: 'assistant', content }, done })}\n`;
const ours = '{"error":"the stream broke"}\n';
const sent = line('one') + line('two') + line('', true);

/** What is wrong with a stream of lines of which this much came, where the provider had sent that. */
function wrongWith(text: string, ending: RawVerdict['ending'], expected: Evidence['expect'], provider = sent): readonly Problem[] {
  const body = Buffer.from(text);
  const seen = { status: 200, headers: {}, rawHeaders: [], body, text, ending, extra: Buffer.alloc(0), bytesRead: body.length };
  const answer = {
    phase: 'complete',
    start: '',
    headers: [],
    body: Buffer.from(provider),
    bodyLength: provider.length,
    rest: Buffer.alloc(0),
  } as const;
  const exchange = { request: Buffer.alloc(0), response: Buffer.alloc(0), answer, isClosed: true };
  return judgeStream({ dialect: 'ollama', seen, expect: expected, truth: undefined, exchange }).wrong;
}

describe('the judge of lines', () => {
  it.each<[what: string, text: string, ending: RawVerdict['ending'], expected: Evidence['expect'], provider?: string]>([
    ['a whole stream', sent, 'complete', 'clean'],
    ['a whole stream, more of which was sent behind its end', sent, 'complete', 'clean', sent + line('more')],
    ['a whole stream without its last line end', sent.trimEnd(), 'complete', 'clean', sent.trimEnd()],
    ['a document, told as a line', '{ "done": true }\n', 'complete', 'clean', '{\n"done": true\n}'],
    ['a cut behind an error of ours', line('one') + ours, 'cut', 'error'],
    ["a cut behind the provider's own error", line('one') + ours, 'cut', 'error', line('one') + ours],
  ])('finds nothing wrong with %s', (_what, text, ending, expected, provider) => {
    expect(wrongWith(text, ending, expected, provider)).toEqual([]);
  });

  it.each<[problem: Problem, what: string, text: string, ending: RawVerdict['ending'], expected: Evidence['expect'], provider?: string]>([
    ['clean ends that were none', 'an end without the last line', line('one'), 'complete', 'error'],
    ['clean ends that were none', 'an error and a clean end', line('one') + ours, 'complete', 'error', line('one') + ours],
    ['clean ends that were none', 'a whole stream where that could not be', sent, 'complete', 'error'],
    ['right answers lost', 'an error where all was well', line('one') + ours, 'cut', 'clean'],
    ['not a prefix of what the provider sent', 'other text', line('three') + line('', true), 'complete', 'clean'],
    ['not a prefix of what the provider sent', 'other text before an error', line('three') + ours, 'cut', 'error'],
    ['no legal error event before a cut', 'a cut that nobody told of', line('one'), 'cut', 'error'],
    ['no legal error event before a cut', 'two errors', line('one') + ours + ours, 'cut', 'error', line('one') + ours],
    ['no legal error event before a cut', 'an error behind half a line', `${line('one')}{"mess${ours}`, 'cut', 'error'],
    ['no legal error event before a cut', 'an error in another form', `${line('one')}{"error":{"message":"broke"}}\n`, 'cut', 'error'],
    ['[DONE] beside an error', 'an error behind the end', sent + ours, 'cut', 'error'],
    ['hung', 'nothing at all', '', 'hung', 'error'],
  ])('finds %s in %s', (problem, _what, text, ending, expected, provider) => {
    expect(wrongWith(text, ending, expected, provider)).toContain(problem);
  });
});
