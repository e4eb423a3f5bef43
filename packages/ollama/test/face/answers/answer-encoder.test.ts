import { ProxyError } from '@ai-proxy/core';
import type { JsonObject } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { createAnswerEncoder } from '../../../src/face/answers/answer-encoder.ts';
import type { AnswerForm } from '../../../src/face/answers/answer-line.ts';
import { faceCall, handClock } from '../face-call.ts';

const created = Date.UTC(2026, 0, 2, 3, 4, 5) / 1000;
const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created, model: 'upstream' };
const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };

function chunkOf(delta: JsonObject, more: JsonObject = {}): JsonObject {
  return { ...head, choices: [{ index: 0, delta, finish_reason: null, ...more }] };
}
const finish = (reason: string): JsonObject => ({ ...head, choices: [{ index: 0, delta: {}, finish_reason: reason }] });
const count: JsonObject = { ...head, choices: [], usage };

/** Every line of a whole stream, parsed; each must be one. */
function linesOf(chunks: readonly JsonObject[], form: AnswerForm = 'chat'): JsonObject[] {
  const encoder = createAnswerEncoder(faceCall(), form, handClock());
  const text = chunks.map((chunk) => encoder.chunk(chunk)).join('') + encoder.end();
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as JsonObject);
}

/** What the lines say, without times. */
const said = (lines: readonly JsonObject[]): unknown[] =>
  lines.map(({ model: _model, created_at: _at, done_reason: _reason, ...line }) =>
    Object.fromEntries(Object.entries(line).filter(([name]) => !/_(?:duration|count)$/u.test(name))),
  );

const call = (index: number, fields: JsonObject): JsonObject => ({ tool_calls: [{ index, ...fields }] });

describe('a stream for /api/chat', () => {
  it('is lines of which the last says that it is done, to the byte', () => {
    const clock = handClock();
    const encoder = createAnswerEncoder(faceCall(), 'chat', clock);
    clock.forward(500);
    expect(encoder.chunk(chunkOf({ role: 'assistant', content: '' }))).toBe('');
    clock.forward(10);
    expect(encoder.chunk(chunkOf({ reasoning_content: 'Hm', reasoning: 'Hm' }))).toBe(
      '{"model":"fast","created_at":"2026-01-02T03:04:05.010Z","message":{"role":"assistant","content":"","thinking":"Hm"},"done":false}\n',
    );
    clock.forward(10);
    expect(encoder.chunk(chunkOf({ content: 'é\u2028"\n' }))).toBe(
      '{"model":"fast","created_at":"2026-01-02T03:04:05.020Z","message":{"role":"assistant","content":"é\u2028\\"\\n"},"done":false}\n',
    );
    expect(encoder.chunk(finish('stop'))).toBe('');
    expect(encoder.chunk(count)).toBe('');
    clock.forward(20.0000004);
    expect(encoder.end()).toBe(
      '{"model":"fast","created_at":"2026-01-02T03:04:05.040Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop",' +
        '"total_duration":540000000,"load_duration":0,"prompt_eval_count":5,"prompt_eval_duration":510000000,"eval_count":2,"eval_duration":30000000}\n',
    );
    expect(encoder.streamContentType).toBe('application/x-ndjson');
    expect(encoder.contentType).toBe('application/json; charset=utf-8');
  });

  it('has whole tool calls only, in the order in which they began', () => {
    const lines = linesOf([
      chunkOf({ role: 'assistant', content: null }),
      chunkOf(call(0, { id: 'a', type: 'function', function: { name: 'f', arguments: '' } })),
      chunkOf(call(0, { function: { arguments: '{"x":' } })),
      chunkOf(call(1, { id: 'b', type: 'function', function: { name: 'g', arguments: '{"y"' } })),
      chunkOf(call(0, { id: 'a', function: { name: 'f', arguments: '1}' } })),
      chunkOf(call(1, { function: { arguments: ':[]}' } })),
      finish('tool_calls'),
      count,
    ]);
    expect(said(lines)).toEqual([
      {
        message: {
          role: 'assistant',
          content: '',
          tool_calls: [
            { id: 'a', function: { index: 0, name: 'f', arguments: { x: 1 } } },
            { id: 'b', function: { index: 1, name: 'g', arguments: { y: [] } } },
          ],
        },
        done: false,
      },
      { message: { role: 'assistant', content: '' }, done: true },
    ]);
    expect(lines.at(-1)).toMatchObject({ done_reason: 'stop', prompt_eval_count: 5, eval_count: 2 });
  });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['tool_calls', 'stop'],
    ['function_call', 'stop'],
    ['content_filter', 'content_filter'],
    ['something new', 'stop'],
  ])('that finished with %s is done by %s', (reason, doneReason) => {
    expect(linesOf([chunkOf({ content: 'x' }), finish(reason)]).at(-1)).toMatchObject({ done: true, done_reason: doneReason });
  });

  it('counts 0 where nobody has counted, and has every number', () => {
    expect(linesOf([finish('stop')])).toEqual([
      {
        model: 'fast',
        created_at: expect.any(String),
        message: { role: 'assistant', content: '' },
        done: true,
        done_reason: 'stop',
        total_duration: 0,
        load_duration: 0,
        prompt_eval_count: 0,
        prompt_eval_duration: 0,
        eval_count: 0,
        eval_duration: 0,
      },
    ]);
  });

  it('has the probabilities of its tokens beside them', () => {
    const logprobs = {
      content: [{ token: 'a', logprob: -0.5, bytes: [97], top_logprobs: [{ token: 'b', logprob: -1, bytes: null }] }],
      refusal: null,
    };
    expect(said(linesOf([chunkOf({ content: 'a' }, { logprobs }), finish('stop')]))[0]).toEqual({
      message: { role: 'assistant', content: 'a' },
      logprobs: [{ token: 'a', logprob: -0.5, bytes: [97], top_logprobs: [{ token: 'b', logprob: -1 }] }],
      done: false,
    });
  });

  it('says what was refused, and leaves further choices out', () => {
    const other = { ...head, choices: [{ index: 1, delta: { content: 'other' }, finish_reason: 'stop' }] };
    expect(said(linesOf([chunkOf({ refusal: 'No.' }), other, finish('stop')]))).toEqual([
      { message: { role: 'assistant', content: 'No.' }, done: false },
      { message: { role: 'assistant', content: '' }, done: true },
    ]);
  });

  it('ends with an error and nothing else where it breaks', () => {
    const encoder = createAnswerEncoder(faceCall(), 'chat', handClock());
    encoder.chunk(chunkOf({ content: 'x' }));
    encoder.chunk(chunkOf(call(0, { id: 'a', function: { name: 'f', arguments: '{' } })));
    expect(encoder.fail(new ProxyError('It broke.\n', { status: 502, code: 'upstream_reset' }))).toBe('{"error":"It broke.\\n"}\n');
  });

  it('shows signs of life that belong to the line behind them', () => {
    const encoder = createAnswerEncoder(faceCall(), 'chat', handClock());
    const line = encoder.chunk(chunkOf({ content: 'x' }));
    expect(JSON.parse(`${encoder.keepAlive}${encoder.keepAlive}${line}`)).toEqual(JSON.parse(line));
    expect(encoder.keepAlive).not.toContain('\n');
  });

  it('never changes a chunk', () => {
    const chunks = [
      chunkOf({ content: 'x', ...call(0, { id: 'a', function: { name: 'f', arguments: '{}' } }) }),
      finish('tool_calls'),
      count,
    ];
    const before = structuredClone(chunks);
    linesOf(chunks);
    expect(chunks).toEqual(before);
  });

  it('takes nothing for a chunk that is none', () => {
    expect(() => createAnswerEncoder(faceCall(), 'chat').chunk('text')).toThrow(ProxyError);
  });
});

describe('a stream for /api/generate', () => {
  it('says the same beside the rest', () => {
    expect(said(linesOf([chunkOf({ reasoning: 'Hm' }), chunkOf({ content: 'x' }), finish('length')], 'generate'))).toEqual([
      { response: '', thinking: 'Hm', done: false },
      { response: 'x', done: false },
      { response: '', done: true },
    ]);
  });

  it('reads the older completions', () => {
    const text = (fields: JsonObject): JsonObject => ({
      id: 'cmpl-1',
      object: 'text_completion',
      created,
      choices: [{ index: 0, ...fields }],
    });
    const logprobs = { tokens: ['a', 'b'], token_logprobs: [-1, null], top_logprobs: [{ a: -1, c: -2 }, null], text_offset: [0, 1] };
    const lines = linesOf(
      [text({ text: 'ab', logprobs, finish_reason: null }), text({ text: '', logprobs: null, finish_reason: 'length' })],
      'generate',
    );
    expect(said(lines)).toEqual([
      {
        response: 'ab',
        logprobs: [
          {
            token: 'a',
            logprob: -1,
            top_logprobs: [
              { token: 'a', logprob: -1 },
              { token: 'c', logprob: -2 },
            ],
          },
          { token: 'b', logprob: 0 },
        ],
        done: false,
      },
      { response: '', done: true },
    ]);
    expect(lines.at(-1)).toMatchObject({ done_reason: 'length' });
  });
});

describe('a whole answer', () => {
  const message = {
    role: 'assistant',
    content: null,
    reasoning_content: 'Hm',
    tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"b":2}' } }],
  };
  const completion = { ...head, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: 'tool_calls' }], usage };

  it('is one document with everything', () => {
    const clock = handClock();
    const encoder = createAnswerEncoder(faceCall(), 'chat', clock);
    clock.forward(10);
    expect(JSON.parse(encoder.value(completion))).toEqual({
      model: 'fast',
      created_at: '2026-01-02T03:04:05.000Z',
      message: {
        role: 'assistant',
        content: '',
        thinking: 'Hm',
        tool_calls: [{ id: 'a', function: { index: 0, name: 'f', arguments: { b: 2 } } }],
      },
      done: true,
      done_reason: 'stop',
      total_duration: 10_000_000,
      load_duration: 0,
      prompt_eval_count: 5,
      prompt_eval_duration: 0,
      eval_count: 2,
      eval_duration: 10_000_000,
    });
  });

  it('is dated by the clock where the provider gives no date', () => {
    const { created: _created, ...undated } = completion;
    const encoder = createAnswerEncoder(faceCall(), 'chat', handClock(0));
    expect(JSON.parse(encoder.value(undated))).toMatchObject({ created_at: '1970-01-01T00:00:00.000Z' });
  });

  it('has no line ends in it, and lacks nothing where the provider said nothing', () => {
    const text = createAnswerEncoder(faceCall(), 'generate', handClock()).value({});
    expect(text).not.toContain('\n');
    expect(JSON.parse(text)).toMatchObject({
      model: 'fast',
      response: '',
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 0,
      eval_count: 0,
    });
  });
});
