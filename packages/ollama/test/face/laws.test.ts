import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, UpstreamRequest } from '@ai-proxy/core';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { createAnswerEncoder } from '../../src/face/answers/answer-encoder.ts';
import type { AnswerForm } from '../../src/face/answers/answer-line.ts';
import { ollama, ollamaFace } from '../../src/index.ts';
import { decodeStream, slicesAt } from '../decode-stream.ts';
import type { DecodedStream } from '../decode-stream.ts';
import { providerCall } from '../provider-call.ts';
import { faceCall, handClock } from './face-call.ts';

const provider = ollama({ name: 'law', baseURL: 'http://127.0.0.1:1', reasoningFields: 'reasoning_content' });
const created = 1_700_000_000;
const head = { id: 'chatcmpl-0-1', object: 'chat.completion.chunk', created, model: 'fast' };

/** Text as models and attackers write it: every code unit, line ends and marks of framing among them. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('\n', '\r', '\u2028', '\u2029', '\u0085', '\0', '\ufeff', '"', '\\', '{', '"done":true', '\u{1f600}'),
  }),
);

/** What goes by UTF-8 has no half characters; in JSON they would be escaped, and come out equal. */
const json: fc.Arbitrary<JsonValue> = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);
const object: fc.Arbitrary<JsonObject> = fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), json, {
  maxKeys: 4,
  noNullPrototype: true,
});

interface SaidCall {
  readonly id: string;
  readonly name: string;
  readonly args: JsonObject;
  /** Where the text of the arguments is cut. */
  readonly cuts: readonly number[];
}

interface SaidAnswer {
  readonly pieces: readonly { readonly kind: 'content' | 'reasoning_content'; readonly text: string }[];
  readonly calls: readonly SaidCall[];
  readonly cut: boolean;
  readonly usage: { readonly prompt: number; readonly completion: number };
}

const saidAnswer: fc.Arbitrary<SaidAnswer> = fc.record({
  pieces: fc.array(fc.record({ kind: fc.constantFrom('content', 'reasoning_content'), text }), { maxLength: 5 }),
  calls: fc.uniqueArray(
    fc.record({
      id: fc.stringMatching(/^[a-z0-9]{1,9}$/u),
      name: fc.stringMatching(/^[a-z_]{1,12}$/u),
      args: object,
      cuts: fc.array(fc.nat(200), { maxLength: 3 }),
    }),
    { maxLength: 3, selector: ({ id }) => id },
  ),
  cut: fc.boolean(),
  usage: fc.record({ prompt: fc.nat(1e6), completion: fc.nat(1e6) }),
});

function chunksOf({ pieces, calls, cut, usage }: SaidAnswer): JsonObject[] {
  const deltas: JsonObject[] = [{ role: 'assistant', content: '' }, ...pieces.map((piece) => ({ [piece.kind]: piece.text }))];
  calls.forEach(({ id, name }, index) => deltas.push({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }));
  calls.forEach(({ args, cuts }, index) => {
    const written = JSON.stringify(args);
    const places = [0, ...cuts.map((at) => at % (written.length + 1)).toSorted((a, b) => a - b), written.length];
    places
      .slice(1)
      .forEach((end, part) => deltas.push({ tool_calls: [{ index, function: { arguments: written.slice(places[part], end) } }] }));
  });
  const reason = cut ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop';
  return [
    ...deltas.map((delta) => ({ ...head, choices: [{ index: 0, delta, finish_reason: null }] })),
    { ...head, choices: [{ index: 0, delta: {}, finish_reason: reason }] },
    {
      ...head,
      choices: [],
      usage: { prompt_tokens: usage.prompt, completion_tokens: usage.completion, total_tokens: usage.prompt + usage.completion },
    },
  ];
}

function encode(chunks: readonly JsonObject[], form: AnswerForm): string {
  const encoder = createAnswerEncoder(faceCall(), form, handClock());
  return chunks.map((chunk) => encoder.chunk(chunk)).join('') + encoder.end();
}

function decode(bytes: readonly Uint8Array[], operation: 'chat' | 'fim'): DecodedStream {
  const decoder = provider.operations[operation]?.stream?.createDecoder(providerCall({ operation, stream: true }));
  if (decoder === undefined) throw new Error('the provider cannot stream');
  return decodeStream(decoder, bytes);
}

interface Summary {
  readonly content: string;
  readonly thinking: string;
  readonly finish: JsonValue;
  readonly usage: JsonValue;
  readonly ids: ReadonlySet<unknown>;
  readonly calls: readonly unknown[];
}

/** All that chunks say in the end, whatever pieces it came in. */
function summary(chunks: readonly JsonObject[]): Summary {
  const said = { content: '', thinking: '', finish: null as JsonValue, usage: null as JsonValue, ids: new Set<unknown>() };
  const calls = new Map<JsonValue, { id: JsonValue; name: JsonValue; written: string }>();
  for (const chunk of chunks) {
    said.ids.add(JSON.stringify([chunk['id'], chunk['created'], chunk['model']]));
    if (chunk['usage'] !== undefined) said.usage = chunk['usage'];
    const choice = Array.isArray(chunk['choices']) ? chunk['choices'][0] : undefined;
    if (!isJsonObject(choice)) continue;
    said.finish = choice['finish_reason'] ?? said.finish;
    const delta = isJsonObject(choice['delta']) ? choice['delta'] : {};
    if (typeof delta['content'] === 'string') said.content += delta['content'];
    if (typeof delta['reasoning_content'] === 'string') said.thinking += delta['reasoning_content'];
    for (const fragment of Array.isArray(delta['tool_calls']) ? delta['tool_calls'].filter(isJsonObject) : []) {
      const called = fragment['function'] as JsonObject;
      const known = calls.get(fragment['index'] ?? null) ?? { id: fragment['id'] ?? null, name: called['name'] ?? null, written: '' };
      if (typeof called['arguments'] === 'string') known.written += called['arguments'];
      calls.set(fragment['index'] ?? null, known);
    }
  }
  return {
    ...said,
    calls: [...calls].map(([index, { id, name, written }]) => ({ index, id, name, args: JSON.parse(written) as unknown })),
  };
}

describe('an answer that goes out as Ollama writes it and is read again', () => {
  it.each(['chat', 'generate'] as const)('has lost nothing on the way through /api/%s, however it is sliced', (form) => {
    fc.assert(
      fc.property(saidAnswer, fc.array(fc.nat(2000), { maxLength: 12 }), (answer, cuts) => {
        const chunks = chunksOf(answer);
        const bytes = new TextEncoder().encode(encode(chunks, form));
        const read = decode(slicesAt(bytes, cuts), form === 'chat' ? 'chat' : 'fim');
        expect(read.complete).toBe(true);
        expect(summary(read.chunks)).toEqual(summary(chunks));
      }),
    );
  });

  it('has lost nothing as a whole', () => {
    fc.assert(
      fc.property(saidAnswer, ({ pieces, calls, cut, usage }) => {
        const content = pieces
          .filter(({ kind }) => kind === 'content')
          .map((piece) => piece.text)
          .join('');
        const thinking = pieces
          .filter(({ kind }) => kind !== 'content')
          .map((piece) => piece.text)
          .join('');
        const message: JsonObject = {
          role: 'assistant',
          content: content === '' && calls.length > 0 ? null : content,
          refusal: null,
          ...(thinking === '' ? {} : { reasoning_content: thinking }),
          ...(calls.length === 0
            ? {}
            : {
                tool_calls: calls.map(({ id, name, args }) => ({
                  id,
                  type: 'function',
                  function: { name, arguments: JSON.stringify(args) },
                })),
              }),
        };
        const completion = {
          ...head,
          object: 'chat.completion',
          choices: [{ index: 0, message, logprobs: null, finish_reason: cut ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop' }],
          usage: { prompt_tokens: usage.prompt, completion_tokens: usage.completion, total_tokens: usage.prompt + usage.completion },
        };
        const written = createAnswerEncoder(faceCall(), 'chat', handClock()).value(completion);
        const read = provider.operations.chat?.response(JSON.parse(written), providerCall());
        expect(sorted(read)).toEqual(sorted(completion));
      }),
    );
  });

  it('is lines, of which each is JSON and no text makes two, and only the last is done', () => {
    fc.assert(
      fc.property(saidAnswer, fc.array(text, { maxLength: 3 }), (answer, broken) => {
        const garbled = broken.map((written, index) => ({
          ...head,
          choices: [
            { index: 0, delta: { tool_calls: [{ index: 10 + index, id: `g${index}`, function: { name: 'f', arguments: written } }] } },
          ],
        }));
        const lines = encode([...garbled, ...chunksOf(answer)], 'chat').split('\n');
        expect(lines.pop()).toBe('');
        expect(lines.map((line) => (JSON.parse(line) as JsonObject)['done'])).toEqual([...lines.slice(1).map(() => false), true]);
        expect(lines.every((line) => !line.includes('\r'))).toBe(true);
      }),
    );
  });
});

function textOf(chunks: readonly JsonObject[]): unknown {
  const { content, thinking } = summary(chunks);
  return { content, thinking };
}

const golden = new URL('../golden/', import.meta.url);
const recordings = readdirSync(golden).filter((file) => file.endsWith('.ndjson') && !file.startsWith('generate'));

describe.each(recordings)('the recorded answer %s of an Ollama behind the proxy', (file) => {
  it('reaches a client of Ollama in front of it with all that it says', () => {
    const read = decode([new Uint8Array(readFileSync(new URL(file, golden)))], 'chat');
    // A stream without its end is never ended here; what it said until then must still be all there.
    const model = read.chunks[0]?.['model'];
    const encoder = createAnswerEncoder(faceCall('chat', typeof model === 'string' ? model : 'm'), 'chat', handClock());
    const written = read.chunks.map((chunk) => encoder.chunk(chunk)).join('') + (read.complete ? encoder.end() : '');
    const again = decode([new TextEncoder().encode(written)], 'chat');
    expect(again.complete).toBe(read.complete);
    if (read.complete) expect(summary(again.chunks)).toEqual(summary(read.chunks));
    else expect(written).not.toContain('"done":true');
    expect(textOf(again.chunks)).toEqual(textOf(read.chunks));
  });
});

const word = fc.stringMatching(/^[a-z]{1,8}$/u);
const png = `iVBORw0KGgo${'A'.repeat(9)}`;

const askedMessage = fc.oneof(
  fc.record({ role: fc.constantFrom('system', 'user'), content: text }),
  fc.record({ role: fc.constant('user'), content: text, images: fc.constant([png]) }),
  fc.record(
    {
      role: fc.constant('assistant'),
      content: text,
      thinking: text.filter((said) => said !== ''),
      tool_calls: fc.array(fc.record({ id: fc.uuid(), function: fc.record({ name: word, arguments: object }) }), {
        minLength: 1,
        maxLength: 2,
      }),
    },
    { requiredKeys: ['role', 'content'] },
  ),
  fc.record({ role: fc.constant('tool'), content: text, tool_name: word, tool_call_id: fc.uuid() }),
);

const askedOptions = fc.record(
  {
    num_predict: fc.integer({ min: 1, max: 1e6 }),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    top_p: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.nat(),
    stop: fc.array(text, { minLength: 1, maxLength: 3 }),
    presence_penalty: fc.integer({ min: -2, max: 2 }),
    frequency_penalty: fc.integer({ min: -2, max: 2 }),
    top_k: fc.nat(100),
    min_p: fc.double({ min: 0, max: 1, noNaN: true }),
    repeat_penalty: fc.double({ min: 0, max: 2, noNaN: true }),
    num_ctx: fc.nat(1e6),
    num_keep: fc.nat(100),
    typical_p: fc.double({ min: 0, max: 1, noNaN: true }),
    use_mmap: fc.boolean(),
    num_thread: fc.nat(64),
  },
  { requiredKeys: ['num_predict'] },
);

const shared = {
  format: fc.oneof(fc.constant('json'), object),
  think: fc.constantFrom(true, false, 'low', 'medium', 'high', 'max'),
  keep_alive: fc.oneof(fc.constant('10m'), fc.integer({ min: -1, max: 3600 })),
  truncate: fc.boolean(),
  shift: fc.boolean(),
  options: askedOptions,
};

/** What reaches an Ollama behind the proxy of a request that a client of Ollama has made. */
function passOn(
  route: string,
  request: JsonObject,
): { readonly path: string; readonly body: unknown; readonly dropped: readonly string[] } {
  const found = ollamaFace().match('POST', ['api', route]);
  if (found?.kind !== 'operation') throw new Error('no operation');
  const { operation, model, stream, input } = found.decode(request);
  const call = providerCall({ operation, model, stream });
  const sent = provider.operations[operation]?.request(input, call) as UpstreamRequest | undefined;
  if (sent === undefined) throw new Error('the provider has no such operation');
  const { path, body } = sent;
  return { path, body: sorted(body), dropped: call.dropped };
}

/** Keys in one order, and no zeros below zero: JSON has neither. */
function sorted(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) =>
      isJsonObject(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
    ),
  );
}

describe('a request of a client of Ollama to an Ollama behind the proxy', () => {
  it('arrives as it was by /api/chat', () => {
    const tool = fc.record({
      type: fc.constant('function'),
      function: fc.record({ name: word, description: text, parameters: fc.constant({ type: 'object', properties: {} }) }),
    });
    const request = fc.record(
      {
        model: word,
        messages: fc.array(askedMessage, { minLength: 1, maxLength: 5 }),
        stream: fc.boolean(),
        tools: fc.array(tool, { minLength: 1, maxLength: 2 }),
        logprobs: fc.constant(true),
        top_logprobs: fc.nat(20),
        ...shared,
      },
      { requiredKeys: ['model', 'messages', 'stream'] },
    );
    fc.assert(
      fc.property(request, (asked) => {
        const { logprobs, top_logprobs: alternatives, ...rest } = asked;
        const meant = logprobs ? { ...rest, logprobs, top_logprobs: alternatives ?? 0 } : rest;
        expect(passOn('chat', asked as JsonObject)).toEqual({ path: '/api/chat', body: sorted(meant), dropped: [] });
      }),
    );
  });

  it('arrives as it was by /api/generate, where it fills in or goes on', () => {
    const { format: _format, ...fields } = shared;
    const request = fc.record(
      { model: word, prompt: text.filter((said) => said !== ''), stream: fc.boolean(), ...fields },
      { requiredKeys: ['model', 'prompt', 'stream'] },
    );
    fc.assert(
      fc.property(
        request,
        text.filter((said) => said !== ''),
        fc.boolean(),
        (asked, suffix, raw) => {
          const whole = raw ? { ...asked, raw: true } : { ...asked, suffix };
          expect(passOn('generate', whole as JsonObject)).toEqual({ path: '/api/generate', body: sorted(whole), dropped: [] });
        },
      ),
    );
  });

  it('arrives as it was by /api/embed', () => {
    const request = fc.record(
      {
        model: word,
        input: fc.array(text, { minLength: 1, maxLength: 3 }),
        truncate: fc.boolean(),
        dimensions: fc.integer({ min: 1, max: 4096 }),
        keep_alive: shared.keep_alive,
        options: askedOptions,
      },
      { requiredKeys: ['model', 'input'] },
    );
    fc.assert(
      fc.property(request, (asked) => {
        expect(passOn('embed', asked as JsonObject)).toEqual({ path: '/api/embed', body: sorted(asked), dropped: [] });
      }),
    );
  });
});

const corpora = process.env['CORPORA'];
const naughtyStrings = `${corpora}/naughty-strings/strings.json`;
const isThere = corpora !== undefined && existsSync(naughtyStrings);

test.skipIf(!isThere)(`naughty strings come out equal, one line each${isThere ? '' : ' (skipped: CORPORA is not set)'}`, () => {
  const strings = JSON.parse(readFileSync(naughtyStrings, 'utf8')) as string[];
  expect(strings.length).toBeGreaterThan(100);
  const said = strings.filter((content) => content !== '');
  const chunks = said.map((content) => ({ ...head, choices: [{ index: 0, delta: { content }, finish_reason: null }] }));
  const lines = encode(chunks, 'generate').split('\n').slice(0, -2);
  expect(lines.map((line) => (JSON.parse(line) as JsonObject)['response'])).toEqual(said);

  for (const content of strings) {
    const args = { text: content };
    const calls = [{ id: 'a', name: 'f', args, cuts: [3, 20] }];
    const answer = { pieces: [], calls, cut: false, usage: { prompt: 0, completion: 0 } };
    const written = encode(chunksOf(answer), 'chat').split('\n');
    expect(written).toHaveLength(3);
    expect(JSON.parse(written[0] ?? '')).toMatchObject({ message: { tool_calls: [{ function: { arguments: args } }] } });
  }
});
