import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { APIError } from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOpenaiEncoder } from '../../../src/faces/openai/create-encoder.ts';
import { ProxyError } from '../../../src/index.ts';
import type { JsonObject } from '../../../src/index.ts';
import { makeCall } from './make-call.ts';
import { serveAnswers } from './serve-answer.ts';
import type { AnswerServer } from './serve-answer.ts';

let server: AnswerServer;
beforeAll(async () => {
  server = await serveAnswers();
});
afterAll(() => server.close());

const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'small' };
const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
const messages = [{ role: 'user' as const, content: 'hi' }];

/** Text as models and attackers write it: every code unit, line ends and marks of framing among them. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '\n',
      '\r',
      '\u2028',
      '\u2029',
      '\u0085',
      '\0',
      '\ufeff',
      ':',
      ' ',
      'data: ',
      '[DONE]',
      'event: error',
      '"',
      '\\',
      '\u{1f600}',
    ),
  }),
);

interface SaidTool {
  readonly id: string;
  readonly name: string;
  readonly fragments: readonly string[];
}

interface SaidChoice {
  readonly content: readonly string[];
  readonly tools: readonly SaidTool[];
  readonly finish: 'stop' | 'length' | 'tool_calls' | 'content_filter';
  /** Whether the provider says the role by itself. */
  readonly withRole: boolean;
}

const saidTool = fc.record({ id: fc.uuid(), name: fc.stringMatching(/^[a-z_]{1,12}$/u), fragments: fc.array(text, { maxLength: 4 }) });
const saidChoice: fc.Arbitrary<SaidChoice> = fc.record({
  content: fc.array(text, { maxLength: 5 }),
  tools: fc.array(saidTool, { maxLength: 3 }),
  finish: fc.constantFrom('stop', 'length', 'tool_calls', 'content_filter'),
  withRole: fc.boolean(),
});

/** The deltas of one choice, in an order that a provider may give them in: the fragments of its tools by turns. */
function deltasOf(choice: SaidChoice): JsonObject[] {
  const deltas: JsonObject[] = [choice.withRole ? { role: 'assistant' } : {}, ...choice.content.map((content) => ({ content }))];
  choice.tools.forEach(({ id, name }, index) =>
    deltas.push({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
  );
  const longest = Math.max(0, ...choice.tools.map((tool) => tool.fragments.length));
  for (let turn = 0; turn < longest; turn += 1) {
    choice.tools.forEach((tool, index) => {
      const fragment = tool.fragments[turn];
      if (fragment !== undefined) deltas.push({ tool_calls: [{ index, function: { arguments: fragment } }] });
    });
  }
  return deltas;
}

/** The chunks of all choices by turns, each choice in its own order. */
function chunksOf(choices: readonly SaidChoice[]): JsonObject[] {
  const lines = choices.map((choice, index) => [
    ...deltasOf(choice).map((delta) => ({ ...head, choices: [{ index, delta, finish_reason: null }] })),
    { ...head, choices: [{ index, delta: {}, finish_reason: choice.finish }] },
  ]);
  const longest = Math.max(...lines.map((line) => line.length));
  return Array.from({ length: longest }, (_, turn) => lines.flatMap((line) => line.slice(turn, turn + 1))).flat();
}

/** Cuts bytes at places that know nothing of events, lines or characters. */
function cut(stream: string, sizes: readonly number[]): Uint8Array[] {
  const bytes = new TextEncoder().encode(stream);
  const pieces: Uint8Array[] = [];
  for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
    const size = sizes[turn] ?? bytes.length;
    pieces.push(bytes.subarray(start, start + size));
    start += size;
  }
  return pieces;
}

function encodeStream(operation: 'chat' | 'completions', input: JsonObject, chunks: readonly JsonObject[]): string {
  const encoder = createOpenaiEncoder(makeCall(operation, input));
  return chunks.map((chunk) => encoder.chunk(chunk)).join('') + encoder.end();
}

const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 20 });

/** What a text becomes on its way over UTF-8 JSON: itself. Lone surrogates travel as escapes. */
function joined(fragments: readonly string[]): string {
  return fragments.join('');
}

describe('the real client', () => {
  test('accumulates to the message that was said, tools and several choices included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(saidChoice, { minLength: 1, maxLength: 3 }), sizes, fc.boolean(), async (choices, cuts, usageAsked) => {
        const options = usageAsked ? { stream_options: { include_usage: true } } : {};
        const stream = encodeStream('chat', options, [...chunksOf(choices), { ...head, choices: [], usage }]);
        server.answer = { contentType: 'text/event-stream; charset=utf-8', pieces: cut(stream, cuts) };
        const final = await server.client.chat.completions
          .stream({ model: 'm', messages, n: choices.length, ...options })
          .finalChatCompletion();
        expect(final).toMatchObject({ id: head.id, created: head.created, model: head.model, object: 'chat.completion' });
        expect(final.usage ?? undefined).toEqual(usageAsked ? usage : undefined);
        expect(final.choices).toHaveLength(choices.length);
        choices.forEach((choice, index) => {
          const seen = final.choices[index];
          expect(seen).toMatchObject({ index, finish_reason: choice.finish });
          expect(seen?.message.role).toBe('assistant');
          expect(seen?.message.content ?? '').toBe(joined(choice.content));
          expect(
            (seen?.message.tool_calls ?? []).map((call) =>
              call.type === 'function' ? { id: call.id, function: call.function.name, arguments: call.function.arguments } : call,
            ),
          ).toEqual(choice.tools.map((tool) => ({ id: tool.id, function: tool.name, arguments: joined(tool.fragments) })));
        });
      }),
      { numRuns: 60 },
    );
  });

  test('sees one event for every chunk, and reasoning as it came', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 6 }), sizes, async (fragments, cuts) => {
        const chunks = fragments.map((fragment) => ({
          ...head,
          choices: [{ index: 0, delta: { role: 'assistant', reasoning_content: fragment }, finish_reason: null }],
        }));
        server.answer = { contentType: 'text/event-stream', pieces: cut(encodeStream('chat', {}, chunks), cuts) };
        const seen: unknown[] = [];
        for await (const chunk of await server.client.chat.completions.create({ model: 'm', messages, stream: true })) seen.push(chunk);
        expect(seen).toEqual(chunks);
      }),
      { numRuns: 30 },
    );
  });

  test('reads streams of text completions, with the usage in a chunk of its own when asked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 6 }), sizes, fc.boolean(), async (fragments, cuts, usageAsked) => {
        const chunks: JsonObject[] = fragments.map((fragment) => ({ id: 'cmpl-1', choices: [{ text: fragment }] }));
        chunks.push({ choices: [{ index: 0, finish_reason: 'length' }] }, { choices: [], usage });
        const options = usageAsked ? { stream_options: { include_usage: true } } : {};
        server.answer = { contentType: 'text/event-stream', pieces: cut(encodeStream('completions', options, chunks), cuts) };
        const seen = [];
        for await (const chunk of await server.client.completions.create({ model: 'm', prompt: 'x', stream: true })) seen.push(chunk);
        expect(seen.map((chunk) => chunk.choices[0]?.text ?? '').join('')).toBe(joined(fragments));
        expect(new Set(seen.map((chunk) => `${chunk.id} ${chunk.created} ${chunk.model} ${chunk.object}`)).size).toBe(1);
        expect(seen.map((chunk) => chunk.usage)).toEqual(
          usageAsked ? [...fragments.map(() => null), null, usage] : [...fragments.map(() => undefined), undefined],
        );
        expect(seen.at(usageAsked ? -2 : -1)?.choices[0]?.finish_reason).toBe('length');
      }),
      { numRuns: 30 },
    );
  });

  test('throws the error of a stream that failed, after the chunks before it', async () => {
    const encoder = createOpenaiEncoder(makeCall('chat'));
    const chunk = { ...head, choices: [{ index: 0, delta: { role: 'assistant', content: 'Bon' }, finish_reason: null }] };
    const failure = new ProxyError('The provider broke the connection.', { status: 502, code: 'upstream_reset' });
    server.answer = { contentType: 'text/event-stream', pieces: [encoder.chunk(chunk), ': ping\n\n', encoder.fail(failure)] };
    const seen: unknown[] = [];
    const reason = await (async () => {
      for await (const part of await server.client.chat.completions.create({ model: 'm', messages, stream: true })) seen.push(part);
      return undefined;
    })().catch((error: unknown) => error);
    expect(seen).toEqual([chunk]);
    expect(reason).toBeInstanceOf(APIError);
    expect(reason).toMatchObject({ code: 'upstream_reset', type: 'api_error', param: null, message: failure.message });
  });

  test('ignores signs of life between events', async () => {
    const encoder = createOpenaiEncoder(makeCall('chat'));
    const alive = encoder.keepAlive ?? '';
    const chunks = chunksOf([{ content: ['a', 'b'], tools: [], finish: 'stop', withRole: true }]);
    server.answer = {
      contentType: 'text/event-stream',
      pieces: [alive, ...chunks.flatMap((chunk) => [encoder.chunk(chunk), alive]), encoder.end()],
    };
    const final = await server.client.chat.completions.stream({ model: 'm', messages }).finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe('ab');
  });

  test('reads a whole answer that lacked what clients require', async () => {
    const output = { choices: [{ message: { content: 'Hi' } }] };
    server.answer = { contentType: 'application/json', pieces: [createOpenaiEncoder(makeCall('chat'), () => 7).value(output)] };
    expect(await server.client.chat.completions.create({ model: 'm', messages })).toEqual({
      id: 'chatcmpl-call-1',
      object: 'chat.completion',
      created: 7,
      model: 'asked-model',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi', refusal: null }, logprobs: null, finish_reason: 'stop' }],
    });
  });
});

test('no text can make or end an event', () => {
  fc.assert(
    fc.property(text, (content) => {
      const encoder = createOpenaiEncoder(makeCall('chat'));
      const event = encoder.chunk({ ...head, choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }] });
      expect(event.slice(0, -2)).not.toMatch(/[\r\n\0]/u);
      expect(event.endsWith('\n\n')).toBe(true);
      expect(JSON.parse(event.slice(6))).toMatchObject({ choices: [{ delta: { content } }] });
    }),
  );
});

const corpora = process.env['CORPORA'];
const naughtyStrings = `${corpora}/naughty-strings/strings.json`;
const isThere = corpora !== undefined && existsSync(naughtyStrings);

test.skipIf(!isThere)(`naughty strings come out equal, one event each${isThere ? '' : ' (skipped: CORPORA is not set)'}`, async () => {
  const strings = JSON.parse(readFileSync(naughtyStrings, 'utf8')) as string[];
  expect(strings.length).toBeGreaterThan(100);
  const chunks = strings.map((content) => ({
    ...head,
    choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }],
  }));
  server.answer = { contentType: 'text/event-stream', pieces: cut(encodeStream('chat', {}, chunks), [1, 1, 1, 5, 100, 1000]) };
  const seen: unknown[] = [];
  for await (const chunk of await server.client.chat.completions.create({ model: 'm', messages, stream: true })) {
    seen.push(chunk.choices[0]?.delta.content);
  }
  expect(seen).toEqual(strings);

  for (const content of strings) {
    const tools = [{ id: 'a', name: 'f', fragments: [content] }];
    const stream = encodeStream('chat', {}, chunksOf([{ content: [content], tools, finish: 'tool_calls', withRole: true }]));
    expect(stream.split('\n\n').filter((event) => event !== '')).toHaveLength(6);
  }
});
