import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeOpenaiRequest } from '../../../src/faces/openai/decode-request.ts';
import { requestShapes } from '../../../src/faces/openai/request-shapes.ts';
import { ProxyError } from '../../../src/index.ts';
import type { CanonicalOperation, JsonObject, JsonValue } from '../../../src/index.ts';

const user = { role: 'user', content: 'hi' };

const smallest: Record<CanonicalOperation, JsonObject> = {
  chat: { model: 'm', messages: [user] },
  completions: { model: 'm', prompt: 'once' },
  fim: { model: 'm', prompt: 'once' },
  embeddings: { model: 'm', input: 'text' },
  moderations: { model: 'm', input: 'text' },
};

const operations: CanonicalOperation[] = ['chat', 'completions', 'fim', 'embeddings', 'moderations'];

/** The input of the request, or the error that says why there is none. */
function outcomeOf(operation: CanonicalOperation, body: JsonValue): JsonObject | ProxyError {
  try {
    return decodeOpenaiRequest(operation, body).input;
  } catch (error) {
    if (error instanceof ProxyError) return error;
    throw error;
  }
}

function faultOf(operation: CanonicalOperation, body: JsonValue): ProxyError {
  const outcome = outcomeOf(operation, body);
  if (outcome instanceof ProxyError) return outcome;
  throw new Error('The body was accepted.');
}

describe.each(operations)('%s', (operation) => {
  test('the smallest body is accepted and goes on as the same object', () => {
    const body = { ...smallest[operation], unknown_field: { stays: [1, null] } };
    const request = decodeOpenaiRequest(operation, body);
    expect(request).toEqual({ model: 'm', stream: false, input: body });
    expect(request.input).toBe(body);
  });

  test.each([[[]], ['text'], [5], [null], [true]])('a body that is %j is refused', (body) => {
    expect(faultOf(operation, body)).toMatchObject({ status: 400, code: 'invalid_body', param: null, source: 'caller' });
  });

  test.each([[undefined], [null], ['']])('a model that is %j is asked for', (model) => {
    const { model: _model, ...rest } = smallest[operation];
    const error = faultOf(operation, model === undefined ? rest : { ...rest, model });
    expect(error).toMatchObject({ status: 400, code: 'model_required', param: 'model', type: 'invalid_request_error', source: 'caller' });
    expect(error.message).toContain('The request names no model: add "model", for example');
  });

  test.each([[5], [true], [{}], [['m']], ['m'.repeat(257)]])('a model that is %j is refused', (model) => {
    expect(faultOf(operation, { ...smallest[operation], model })).toMatchObject({ status: 400, code: 'invalid_parameter', param: 'model' });
  });

  test('a model of 256 characters is accepted', () => {
    expect(decodeOpenaiRequest(operation, { ...smallest[operation], model: 'm'.repeat(256) }).model).toBe('m'.repeat(256));
  });

  test('a body whose question is missing names the field', () => {
    const field = operation === 'chat' ? 'messages' : operation === 'completions' || operation === 'fim' ? 'prompt' : 'input';
    const error = faultOf(operation, { model: 'm' });
    expect(error).toMatchObject({ status: 400, code: 'invalid_parameter', param: field });
    expect(error.message).toContain('it is missing');
  });

  test('never fails with anything but a ProxyError of the caller’s', () => {
    const keys = fc.constantFrom(
      'model',
      'messages',
      'prompt',
      'input',
      'stream',
      'tools',
      'n',
      'stop',
      'role',
      'content',
      'type',
      '__proto__',
    );
    const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<JsonValue>('user', 'text', null, true, 1, -1, 0.5),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(keys, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (body) => {
        const outcome = outcomeOf(operation, body);
        const isFault = outcome instanceof ProxyError && outcome.status === 400 && outcome.source === 'caller';
        expect(isFault || outcome === body).toBe(true);
      }),
    );
  });
});

describe('fields of a chat request', () => {
  const wrong: [field: string, value: JsonValue, param?: string][] = [
    ['messages', null],
    ['messages', 'hi'],
    ['messages', []],
    ['messages', {}],
    ['messages', [5], 'messages[0]'],
    ['messages', [user, null], 'messages[1]'],
    ['messages', [user, user, { content: 'x' }], 'messages[2].role'],
    ['messages', [user, { role: 'bot', content: 'x' }], 'messages[1].role'],
    ['messages', [{ role: null, content: 'x' }], 'messages[0].role'],
    ['messages', [{ role: 'user', content: 5 }], 'messages[0].content'],
    ['messages', [{ role: 'user', content: {} }], 'messages[0].content'],
    ['messages', [{ role: 'user', content: ['x'] }], 'messages[0].content[0]'],
    ['messages', [{ role: 'user', content: [{ type: 'text', text: 'x' }, { text: 'x' }] }], 'messages[0].content[1].type'],
    ['messages', [{ role: 'assistant', tool_calls: {} }], 'messages[0].tool_calls'],
    ['messages', [{ role: 'assistant', tool_calls: [{}, 'x'] }], 'messages[0].tool_calls[1]'],
    ['tools', {}],
    ['tools', ['x'], 'tools[0]'],
    ['stream', 'true'],
    ['stream', 1],
    ['stream_options', true],
    ['stream_options', []],
    ['stop', 5],
    ['stop', ['a', 5]],
    ['temperature', '0.5'],
    ['temperature', Number('1e999')],
    ['top_p', '1'],
    ['seed', '1'],
    ['presence_penalty', {}],
    ['frequency_penalty', []],
    ['n', 0],
    ['n', -1],
    ['n', 1.5],
    ['n', '2'],
    ['max_tokens', -1],
    ['max_tokens', '100'],
    ['max_tokens', 0.5],
    ['max_completion_tokens', -1],
    ['max_completion_tokens', 1e300],
  ];

  test.each(wrong)('%s: %j is refused', (field, value, param = field) => {
    const error = faultOf('chat', { ...smallest.chat, [field]: value });
    expect(error).toMatchObject({ status: 400, code: 'invalid_parameter', param, source: 'caller', type: 'invalid_request_error' });
    expect(error.message.startsWith(`"${param}" must `)).toBe(true);
  });

  const right: [field: string, value: JsonValue][] = [
    ['messages', ['system', 'developer', 'user', 'assistant', 'tool', 'function'].map((role) => ({ role, content: 'x' }))],
    [
      'messages',
      [{ role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] }],
    ],
    ['messages', [{ role: 'assistant', tool_calls: null }]],
    ['messages', [{ role: 'user', content: [] }]],
    ['messages', [{ role: 'user', content: [{ type: 'whatever', more: 1 }], name: 'me', unknown: {} }]],
    ['tools', []],
    ['tools', [{ type: 'function', function: { name: 'f' } }]],
    ['tools', null],
    ['stream', null],
    ['stream', false],
    ['stream_options', null],
    ['stream_options', { include_usage: true }],
    ['stop', null],
    ['stop', 'END'],
    ['stop', []],
    ['stop', ['a', 'b']],
    ['temperature', 0],
    ['temperature', null],
    ['top_p', 0.1],
    ['seed', -(2 ** 60)],
    ['n', 1],
    ['n', null],
    ['max_tokens', 0],
    ['max_completion_tokens', 32_000],
    ['presence_penalty', -2],
    ['frequency_penalty', 2],
    ['response_format', 'of any kind'],
    ['prompt', 'an unknown field here'],
  ];

  test.each(right)('%s: %j is accepted and stays', (field, value) => {
    const body = { ...smallest.chat, [field]: value };
    expect(decodeOpenaiRequest('chat', body).input).toEqual(body);
  });

  test('the message says what it must be and what it is', () => {
    expect(faultOf('chat', { model: 'm', messages: [{ role: 'bot' }] }).message).toBe(
      '"messages[0].role" must be one of system, developer, user, assistant, tool, function; it is "bot".',
    );
    expect(faultOf('chat', { model: 'm', messages: [{}] }).message).toContain('; it is missing.');
    expect(faultOf('chat', { model: 'm', messages: [] }).message).toBe('"messages" must not be empty; it is an empty array.');
    expect(faultOf('chat', { model: 'm', messages: [user], n: -3 }).message).toBe('"n" must be a whole number, 1 or greater; it is -3.');
  });

  test('content of the caller’s is not repeated in a message', () => {
    const secret = 'a private text that is long enough to be content';
    expect(faultOf('chat', { model: 'm', messages: secret }).message).toBe('"messages" must be an array; it is a longer string.');
  });

  test('a million bad messages make one fault', () => {
    const messages = Array.from({ length: 1_000_000 }, () => 0);
    expect(faultOf('chat', { model: 'm', messages }).param).toBe('messages[0]');
    expect(requestShapes.chat.safeParse({ messages }).error?.issues).toHaveLength(1);
  });
});

describe('fields of the other requests', () => {
  const wrong: [operation: CanonicalOperation, field: string, value: JsonValue][] = [
    ['completions', 'prompt', 5],
    ['completions', 'prompt', []],
    ['completions', 'prompt', ['a', 5]],
    ['completions', 'prompt', [[1], 'a']],
    ['completions', 'prompt', [[1], []]],
    ['completions', 'prompt', [1.5]],
    ['completions', 'suffix', 5],
    ['completions', 'max_tokens', -1],
    ['completions', 'stream', 'yes'],
    ['fim', 'prompt', ['a']],
    ['fim', 'suffix', ['a']],
    ['fim', 'stop', 5],
    ['embeddings', 'input', 5],
    ['embeddings', 'input', []],
    ['embeddings', 'input', [{}]],
    ['embeddings', 'input', [-1]],
    ['embeddings', 'input', [[1, 'a']]],
    ['embeddings', 'encoding_format', 'int8'],
    ['embeddings', 'encoding_format', 5],
    ['embeddings', 'dimensions', 0],
    ['embeddings', 'dimensions', 1.5],
    ['embeddings', 'dimensions', '512'],
    ['moderations', 'input', 5],
    ['moderations', 'input', {}],
  ];

  test.each(wrong)('%s: %s %j is refused', (operation, field, value) => {
    expect(faultOf(operation, { ...smallest[operation], [field]: value })).toMatchObject({
      status: 400,
      code: 'invalid_parameter',
      param: field,
      source: 'caller',
    });
  });

  const right: [operation: CanonicalOperation, field: string, value: JsonValue][] = [
    ['completions', 'prompt', ''],
    ['completions', 'prompt', ['a', 'b']],
    ['completions', 'prompt', [1, 2, 3]],
    ['completions', 'prompt', [[1], [2, 3]]],
    ['completions', 'suffix', null],
    ['completions', 'suffix', 'end'],
    ['fim', 'suffix', 'end'],
    ['fim', 'suffix', null],
    ['embeddings', 'input', ['a', 'b']],
    ['embeddings', 'input', [1, 2, 3]],
    ['embeddings', 'input', [[1], [2, 3]]],
    ['embeddings', 'encoding_format', 'float'],
    ['embeddings', 'encoding_format', 'base64'],
    ['embeddings', 'encoding_format', null],
    ['embeddings', 'dimensions', 1],
    ['embeddings', 'dimensions', null],
    ['moderations', 'input', ['a', 'b']],
    ['moderations', 'input', [{ type: 'text', text: 'a' }]],
  ];

  test.each(right)('%s: %s %j is accepted', (operation, field, value) => {
    const body = { ...smallest[operation], [field]: value };
    expect(decodeOpenaiRequest(operation, body).input).toBe(body);
  });

  test.each([
    ['chat', true],
    ['completions', true],
    ['fim', true],
    ['embeddings', false],
    ['moderations', false],
  ] as const)('stream: true of %s gives a stream: %j', (operation, streams) => {
    expect(decodeOpenaiRequest(operation, { ...smallest[operation], stream: true }).stream).toBe(streams);
  });
});

describe('a body on the wrong path', () => {
  test.each([
    ['completions', smallest.chat, 'prompt', 'POST /v1/chat/completions'],
    ['fim', smallest.chat, 'prompt', 'POST /v1/chat/completions'],
    ['embeddings', smallest.chat, 'input', 'POST /v1/chat/completions'],
    ['moderations', smallest.chat, 'input', 'POST /v1/chat/completions'],
    ['chat', smallest.completions, 'messages', 'POST /v1/completions'],
    ['embeddings', smallest.completions, 'input', 'POST /v1/completions'],
    ['chat', smallest.embeddings, 'messages', 'POST /v1/embeddings'],
    ['fim', smallest.embeddings, 'prompt', 'POST /v1/embeddings'],
  ] as const)('%s given %j is told where it belongs', (operation, body, param, home) => {
    const error = faultOf(operation, body);
    expect(error).toMatchObject({ status: 400, code: 'invalid_parameter', param, source: 'caller' });
    expect(error.message).toContain(home);
  });
});
