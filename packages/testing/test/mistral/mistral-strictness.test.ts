import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw, startMistralSimulator } from '../../src/index.ts';
import type { MistralSimulator, RawVerdict } from '../../src/index.ts';

let simulator: MistralSimulator;
beforeAll(async () => (simulator = await startMistralSimulator({ adminKey: 'admin' })));
afterAll(() => simulator.close());

const user = { role: 'user', content: 'hi' };
const base = { model: 'mistral-small-latest', messages: [user] };

async function ask(path: string, body: unknown, headers: Record<string, string> = {}): Promise<RawVerdict> {
  return sendRaw({
    port: simulator.port,
    path,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { authorization: `Bearer ${simulator.apiKey}`, 'content-type': 'application/json', ...headers },
  });
}

interface Issues {
  readonly message: {
    readonly detail: readonly {
      readonly type: string;
      readonly loc: readonly (string | number)[];
      readonly msg: string;
      readonly input: unknown;
    }[];
  };
}

async function issuesOf(path: string, body: unknown): Promise<Issues['message']['detail']> {
  const verdict = await ask(path, body);
  expect(verdict.status).toBe(422);
  const parsed = JSON.parse(verdict.text) as Issues;
  expect(parsed).toMatchObject({ object: 'error', type: 'invalid_request_error', param: null });
  return parsed.message.detail;
}

const chat = '/v1/chat/completions';
const call = (id: string, more: object = {}): object => ({ id, type: 'function', function: { name: 'f', arguments: '{}' }, ...more });
const tool = (more: object = {}, functionMore: object = {}): object => ({
  type: 'function',
  function: { name: 'f', parameters: {}, ...functionMore },
  ...more,
});
const withMessage = (...messages: object[]): object => ({ ...base, messages });
const withPart = (part: object): object => withMessage({ role: 'user', content: [part] });

describe('closed schemas', () => {
  const extras: [title: string, body: object, loc: (string | number)[]][] = [
    ['the request', { ...base, stream_options: { include_usage: true } }, ['stream_options']],
    ['the request, by an OpenAI name', { ...base, max_completion_tokens: 1 }, ['max_completion_tokens']],
    ['the request, by another OpenAI name', { ...base, seed: 1 }, ['seed']],
    ['a user message', withMessage({ ...user, name: 'Ann' }), ['messages', 0, 'user', 'name']],
    ['a system message', withMessage({ role: 'system', content: 's', name: 'n' }, user), ['messages', 0, 'system', 'name']],
    [
      'an assistant message',
      withMessage(user, { role: 'assistant', content: 'a', refusal: null }, user),
      ['messages', 1, 'assistant', 'refusal'],
    ],
    [
      'an assistant with reasoning',
      withMessage(user, { role: 'assistant', content: 'a', reasoning_content: 'r' }, user),
      ['messages', 1, 'assistant', 'reasoning_content'],
    ],
    [
      'a text part',
      withPart({ type: 'text', text: 'x', cache_control: {} }),
      ['messages', 0, 'user', 'content', 0, 'text', 'cache_control'],
    ],
    [
      'an image',
      withPart({ type: 'image_url', image_url: { url: 'u', size: 1 } }),
      ['messages', 0, 'user', 'content', 0, 'image_url', 'image_url', 'size'],
    ],
    ['a tool', { ...base, tools: [tool({ strict: true })] }, ['tools', 0, 'function', 'strict']],
    ['a function', { ...base, tools: [tool({}, { extra: 1 })] }, ['tools', 0, 'function', 'function', 'extra']],
    [
      'a tool choice',
      { ...base, tools: [tool()], tool_choice: { type: 'function', function: { name: 'f', x: 1 } } },
      ['tool_choice', 'function', 'x'],
    ],
    ['a response format', { ...base, response_format: { type: 'json_object', schema: {} } }, ['response_format', 'schema']],
    [
      'a JSON schema',
      { ...base, response_format: { type: 'json_schema', json_schema: { name: 'n', schema: {}, more: 1 } } },
      ['response_format', 'json_schema', 'more'],
    ],
    ['a prediction', { ...base, prediction: { type: 'content', content: 'x', y: 1 } }, ['prediction', 'y']],
    [
      'a tool call',
      withMessage(
        user,
        { role: 'assistant', tool_calls: [call('abcdefghi', { extra: 1 })] },
        { role: 'tool', tool_call_id: 'abcdefghi', content: '' },
      ),
      ['messages', 1, 'assistant', 'tool_calls', 0, 'extra'],
    ],
  ];
  it.each(extras)('refuse one key too many in %s', async (_, body, loc) => {
    const detail = await issuesOf(chat, body);
    expect(detail).toEqual([
      { type: 'extra_forbidden', loc: ['body', ...loc], msg: 'Extra inputs are not permitted', input: detail[0]?.input },
    ]);
  });

  const others: [path: string, body: object, key: string][] = [
    ['/v1/fim/completions', { model: 'codestral-latest', prompt: 'x', n: 1 }, 'n'],
    ['/v1/fim/completions', { model: 'codestral-latest', prompt: 'x', echo: true }, 'echo'],
    ['/v1/agents/completions', { agent_id: 'a', messages: [user], temperature: 1 }, 'temperature'],
    ['/v1/agents/completions', { agent_id: 'a', messages: [user], model: 'm' }, 'model'],
    ['/v1/embeddings', { model: 'mistral-embed', input: 'x', dimensions: 4 }, 'dimensions'],
    ['/v1/embeddings', { model: 'mistral-embed', input: 'x', user: 'u' }, 'user'],
    ['/v1/moderations', { model: 'mistral-moderation-latest', input: 'x', user: 'u' }, 'user'],
    ['/v1/ocr', { model: 'mistral-ocr-latest', document: { type: 'document_url', document_url: 'u' }, stream: true }, 'stream'],
    ['/v1/conversations', { inputs: 'x', messages: [] }, 'messages'],
  ];
  it.each(others)('refuse at %s what it does not have: %o', async (path, body, key) => {
    const detail = await issuesOf(path, body);
    expect(detail.map((issue) => [issue.type, issue.loc])).toEqual([['extra_forbidden', ['body', key]]]);
  });

  it('let pass what the server takes although its public schema lacks it', async () => {
    expect((await ask(chat, { ...base, document_image_limit: 3, document_page_limit: 4 })).status).toBe(200);
  });
});

describe('ranges and types', () => {
  const wrong: [body: object, type: string, loc: (string | number)[]][] = [
    [{ temperature: 1.6 }, 'less_than_equal', ['temperature']],
    [{ temperature: -0.1 }, 'greater_than_equal', ['temperature']],
    [{ top_p: 0 }, 'greater_than', ['top_p']],
    [{ top_p: 1.1 }, 'less_than_equal', ['top_p']],
    [{ max_tokens: -1 }, 'greater_than_equal', ['max_tokens']],
    [{ max_tokens: 1.5 }, 'int_from_float', ['max_tokens']],
    [{ random_seed: -1 }, 'greater_than_equal', ['random_seed']],
    [{ presence_penalty: 2.1 }, 'less_than_equal', ['presence_penalty']],
    [{ frequency_penalty: -2.1 }, 'greater_than_equal', ['frequency_penalty']],
    [{ n: 0 }, 'greater_than_equal', ['n']],
    [{ parallel_tool_calls: null }, 'bool_type', ['parallel_tool_calls']],
    [{ stream: 'yes' }, 'bool_type', ['stream']],
    [{ service_tier: 'default' }, 'literal_error', ['service_tier']],
    [{ reasoning_effort: 'max' }, 'literal_error', ['reasoning_effort']],
    [{ prompt_mode: 'other' }, 'literal_error', ['prompt_mode']],
    [{ tool_choice: 'some' }, 'literal_error', ['tool_choice']],
    [{ prediction: { type: 'content', content: [] } }, 'string_type', ['prediction', 'content']],
    [{ tools: [{ type: 'function', function: { name: 'f' } }] }, 'missing', ['tools', 0, 'function', 'function', 'parameters']],
    [{ tools: [tool({}, { description: null })] }, 'string_type', ['tools', 0, 'function', 'function', 'description']],
    [{ tools: [tool({}, { strict: null })] }, 'bool_type', ['tools', 0, 'function', 'function', 'strict']],
    [{ tools: [{ type: 'custom', custom: {} }] }, 'union_tag_invalid', ['tools', 0]],
    [{ tools: Array.from({ length: 129 }, () => tool()) }, 'too_long', ['tools']],
    [{ stop: [1] }, 'string_type', ['stop', 0]],
    [{ messages: 'hi' }, 'list_type', ['messages']],
    [{ messages: [{ role: 'developer', content: 'x' }] }, 'union_tag_invalid', ['messages', 0]],
    [{ messages: [{ role: 'function', name: 'f', content: 'x' }] }, 'union_tag_invalid', ['messages', 0]],
    [
      { messages: [{ role: 'system', content: [{ type: 'image_url', image_url: 'u' }] }, user] },
      'union_tag_invalid',
      ['messages', 0, 'system', 'content', 0],
    ],
    [
      withPart({ type: 'input_audio', input_audio: { data: 'x', format: 'wav' } }),
      'string_type',
      ['messages', 0, 'user', 'content', 0, 'input_audio', 'input_audio'],
    ],
    [
      withPart({ type: 'image_url', image_url: { url: 'u', detail: 'original' } }),
      'literal_error',
      ['messages', 0, 'user', 'content', 0, 'image_url', 'image_url', 'detail'],
    ],
    [withPart({ type: 'file', file: { file_id: 'x' } }), 'missing', ['messages', 0, 'user', 'content', 0, 'file', 'file_id']],
    [withPart({ type: 'refusal', refusal: 'x' }), 'union_tag_invalid', ['messages', 0, 'user', 'content', 0]],
  ];
  it.each(wrong)('refuse %j with %s', async (body, type, loc) => {
    const detail = await issuesOf(chat, { ...base, ...body });
    expect(detail[0]).toMatchObject({ type, loc: ['body', ...loc] });
  });

  it.each([
    { temperature: 1.5, top_p: 1, max_tokens: 0, n: 1, presence_penalty: -2, frequency_penalty: 2, random_seed: 0 },
    {
      temperature: null,
      top_p: null,
      max_tokens: null,
      stop: null,
      n: null,
      tools: null,
      metadata: null,
      service_tier: null,
      reasoning_effort: null,
    },
    { tool_choice: 'any', tools: [tool()], parallel_tool_calls: false },
    { tools: [{ type: 'web_search' }, { type: 'document_library', library_ids: ['l'] }, { type: 'connector', connector_id: 'c' }] },
    withPart({ type: 'image_url', image_url: 'data:image/png;base64,AA==' }),
    withPart({ type: 'input_audio', input_audio: 'AA==' }),
    withPart({ type: 'document_url', document_url: 'https://example.com/a.pdf', document_name: 'a' }),
    withMessage(
      user,
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 't' }], closed: true },
          { type: 'text', text: 'x' },
        ],
      },
      user,
    ),
  ])('take %j', async (body) => {
    expect((await ask(chat, { ...base, ...body })).status).toBe(200);
  });

  it('name what is missing', async () => {
    expect((await issuesOf(chat, {})).map((issue) => [issue.type, issue.loc.join('.')])).toEqual([
      ['missing', 'body.messages'],
      ['missing', 'body.model'],
    ]);
  });

  it('refuse token arrays as input of embeddings', async () => {
    expect((await issuesOf('/v1/embeddings', { model: 'mistral-embed', input: [1, 2] }))[0]?.loc).toEqual(['body', 'input', 0]);
  });

  it('refuse sizes for a model that has one', async () => {
    expect((await ask('/v1/embeddings', { model: 'mistral-embed', input: 'x', output_dimension: 8 })).status).toBe(400);
    expect((await ask('/v1/embeddings', { model: 'codestral-embed', input: 'x', output_dimension: 3073 })).status).toBe(400);
  });
});

describe('the order of messages', () => {
  const assistant = { role: 'assistant', content: 'a' };
  const caller = { role: 'assistant', tool_calls: [call('abcdefghi')] };
  const result = { role: 'tool', tool_call_id: 'abcdefghi', content: 'r' };
  const order = ['invalid_request_message_order', '3230'];
  const id = ['invalid_function_call', '3280'];
  const rows: [title: string, messages: object[], message: string, code: string[]][] = [
    ['an assistant first', [assistant, user], 'Expected first role System or User but got assistant', order],
    [
      'an assistant last',
      [user, assistant],
      'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
      order,
    ],
    [
      'a prefix before the end',
      [user, { ...assistant, prefix: true }, user],
      'Only the last assistant message can have prefix True',
      order,
    ],
    ['a user after a tool', [user, caller, result, user], "Unexpected role 'user' after role 'tool'", order],
    [
      'a system after an assistant',
      [user, assistant, { role: 'system', content: 's' }, user],
      "Unexpected role 'system' after role 'assistant'",
      order,
    ],
    ['a tool after a user', [user, result], "Unexpected role 'tool' after role 'user'", order],
    ['a call without its result', [user, caller, user], 'Not the same number of function calls and responses', order],
    [
      'a result too many',
      [user, caller, result, { ...result, tool_call_id: 'ABCDEFGHI' }],
      'Not the same number of function calls and responses',
      order,
    ],
    [
      'a result of another call',
      [user, caller, { ...result, tool_call_id: 'ABCDEFGHI' }],
      'Unexpected tool call id ABCDEFGHI in tool results',
      order,
    ],
    [
      'two calls of one id',
      [user, { role: 'assistant', tool_calls: [call('abcdefghi'), call('abcdefghi')] }, result, result],
      'Duplicate tool call id in assistant message',
      order,
    ],
    ['no messages', [], 'Conversation must have at least one message', order],
    [
      'an empty assistant',
      [user, { role: 'assistant', content: '' }, user],
      'Assistant message must have either content or tool_calls, but not none.',
      ['invalid_request_assistant_message', '3240'],
    ],
    [
      "OpenAI's ids",
      [user, { role: 'assistant', tool_calls: [call('call_abc123')] }, { ...result, tool_call_id: 'call_abc123' }],
      'Tool call id was call_abc123 but must be a-z, A-Z, 0-9, with a length of 9.',
      id,
    ],
    ['a result without an id', [user, caller, { role: 'tool', content: 'r' }], 'Tool call id has to be defined.', id],
  ];
  it.each(rows)('refuses %s', async (_, messages, message, [type, code]) => {
    const verdict = await ask(chat, { ...base, messages });
    expect(verdict.status).toBe(400);
    expect(JSON.parse(verdict.text)).toMatchObject({ object: 'error', message, type, param: null, code });
  });

  it.each([
    [[{ role: 'system', content: 's' }, user]],
    [[user, { role: 'system', content: 's' }, user]],
    [[user, { role: 'assistant', content: 'a', prefix: true }]],
    [[user, caller, result]],
    [[user, caller, result, assistant, user]],
    [[user, { ...caller, content: '' }, result]],
    [[user, { ...caller, content: 'beside' }, result]],
    [[user, user]],
  ])('takes %j', async (messages) => {
    expect((await ask(chat, { ...base, messages })).status).toBe(200);
  });

  it('refuses content beside tool calls where the tokenizer is old', async () => {
    const messages = [user, { ...caller, content: 'beside' }, result];
    expect((await ask(chat, { model: 'open-mistral-nemo', messages })).status).toBe(400);
  });

  it('lets a user follow a tool where the deployment is new', async () => {
    await using fresh = await startMistralSimulator({ userAfterTool: true });
    const body = JSON.stringify({ ...base, messages: [user, caller, result, user] });
    const headers = { authorization: `Bearer ${fresh.apiKey}`, 'content-type': 'application/json' };
    expect((await sendRaw({ port: fresh.port, path: chat, body, headers })).status).toBe(200);
  });

  it('refuses the name of a function that is none', async () => {
    const verdict = await ask(chat, { ...base, tools: [tool({}, { name: 'a b' })] });
    expect([verdict.status, (JSON.parse(verdict.text) as { code: string }).code]).toEqual([400, '3280']);
  });
});

describe('models, keys and paths', () => {
  it.each([
    [chat, { ...base, model: 'gpt-4o' }],
    [chat, { ...base, model: 'mistral-embed' }],
    ['/v1/fim/completions', { model: 'mistral-small-latest', prompt: 'x' }],
    ['/v1/embeddings', { model: 'mistral-small-latest', input: 'x' }],
  ])('refuses at %s a model that cannot do it: %j', async (path, body) => {
    const verdict = await ask(path, body);
    expect(verdict.status).toBe(400);
    expect(JSON.parse(verdict.text)).toMatchObject({ type: 'invalid_model', code: '1500', message: `Invalid model: ${body.model}` });
  });

  it('refuses an effort of reasoning from a model that has none', async () => {
    expect((await ask(chat, { ...base, model: 'mistral-large-latest', reasoning_effort: 'high' })).status).toBe(400);
    expect((await ask(chat, { ...base, reasoning_effort: 'high' })).text).toContain('"thinking"');
    expect((await ask(chat, { ...base, reasoning_effort: 'none' })).text).not.toContain('"thinking"');
  });

  it.each([['Bearer wrong'], ['Basic abc'], [undefined]])('refuses the credential %s', async (authorization) => {
    const verdict = await sendRaw({
      port: simulator.port,
      path: '/v1/models',
      ...(authorization === undefined ? {} : { headers: { authorization } }),
    });
    expect([verdict.status, verdict.text]).toEqual([401, '{"detail":"Unauthorized"}']);
  });

  it('does not know other paths', async () => {
    for (const path of ['/v1/responses', '/chat/completions', '/', '/v1/chat/completions/']) {
      const verdict = await ask(path, base);
      expect([verdict.status, verdict.text]).toEqual([404, '{"detail":"Not Found"}']);
    }
  });

  it('says which method a path has', async () => {
    const verdict = await sendRaw({ port: simulator.port, path: chat, headers: { authorization: `Bearer ${simulator.apiKey}` } });
    expect([verdict.status, verdict.headers.allow]).toEqual([405, 'POST']);
  });

  it('shuts administration to all but the key of the administrator', async () => {
    const path = '/v1/admin/users';
    expect((await sendRaw({ port: simulator.port, path, headers: { authorization: `Bearer ${simulator.apiKey}` } })).status).toBe(403);
    expect((await sendRaw({ port: simulator.port, path, headers: { authorization: 'Bearer admin' } })).status).toBe(200);
  });

  it('refuses a body that is no JSON, by its type or by its text', async () => {
    const broken = await ask(chat, '{"model":');
    expect([broken.status, (JSON.parse(broken.text) as { detail: { type: string }[] }).detail[0]?.type]).toEqual([422, 'json_invalid']);
    expect((await ask(chat, base, { 'content-type': 'text/plain' })).status).toBe(422);
    expect((await ask(chat, '')).status).toBe(422);
  });

  it('wants multipart for uploads', async () => {
    const verdict = await ask('/v1/files', { file: 'x' });
    expect([verdict.status, verdict.text]).toEqual([
      422,
      '{"detail":[{"type":"missing","loc":["body","file"],"msg":"Field required","input":null}]}',
    ]);
  });

  it('blocks by a guardrail only where one is asked for', async () => {
    const messages = [{ role: 'user', content: 'blocked content' }];
    expect((await ask(chat, { ...base, messages })).status).toBe(200);
    const verdict = await ask(chat, { ...base, messages, guardrails: [{ block_on_error: true }] });
    expect([verdict.status, verdict.text]).toEqual([
      403,
      expect.stringContaining('"error":{"message":"Content blocked by guardrail","status":403}'),
    ]);
  });

  it('shows only chat and FIM on the host of Codestral, and refuses as its gateway does', async () => {
    await using codestral = await startMistralSimulator({ surface: 'codestral', apiKey: 'other' });
    const headers = { authorization: 'Bearer wrong', 'content-type': 'application/json' };
    const refused = await sendRaw({ port: codestral.port, path: chat, body: '{}', headers });
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      401,
      { message: 'Unauthorized', request_id: expect.stringMatching(/^[0-9a-f]{32}$/u) as string },
    ]);
    expect((await sendRaw({ port: codestral.port, path: '/v1/embeddings', body: '{}', headers })).status).toBe(404);
  });
});

describe('the form of answers', () => {
  it('has the headers of the layers in front of the API', async () => {
    const { headers, rawHeaders } = await ask(chat, base);
    expect(headers['mistral-correlation-id']).toMatch(/^[0-9a-f-]{36}$/u);
    expect(headers['x-ratelimit-limit-req-minute']).toBe('300');
    expect(headers['x-ai-proxy-simulated']).toBe('mistral');
    expect(rawHeaders.filter(([name]) => name === 'set-cookie')).toHaveLength(2);
  });

  it('is exactly the recorded one for a tool call', async () => {
    const verdict = await ask(chat, { ...base, tools: [tool()], tool_choice: 'any' });
    const body = JSON.parse(verdict.text) as { id: string; choices: { message: { tool_calls: { id: string }[] } }[] };
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/u) as string,
      object: 'chat.completion',
      created: expect.any(Number) as number,
      model: 'mistral-small-latest',
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            tool_calls: [{ id: expect.stringMatching(/^[a-zA-Z0-9]{9}$/u) as string, function: { name: 'f', arguments: '{}' } }],
          },
        },
      ],
    });
  });

  it('is exactly the recorded one for a stream', async () => {
    const verdict = await ask(chat, { ...base, stream: true, max_tokens: 2 });
    const events = verdict.text.trimEnd().split('\n\n');
    expect(verdict.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(events.at(-1)).toBe('data: [DONE]');
    const chunks = events.slice(0, -1).map((event) => JSON.parse(event.replace('data: ', '')) as { choices: object[]; usage?: object });
    expect(chunks.map((entry) => [entry.choices, entry.usage])).toEqual([
      [[{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null, logprobs: null }], undefined],
      [[{ index: 0, delta: { content: 'This' }, finish_reason: null }], undefined],
      [[{ index: 0, delta: { content: ' is' }, finish_reason: null }], undefined],
      [[{ index: 0, delta: { content: '' }, finish_reason: 'length' }], { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }],
    ]);
  });

  it('streams a tool call whole, with its finish and usage in the same chunk', async () => {
    const verdict = await ask(chat, { ...base, stream: true, tools: [tool()], tool_choice: 'any' });
    const [, second = ''] = verdict.text.split('\n\n');
    expect(JSON.parse(second.replace('data: ', ''))).toMatchObject({
      choices: [{ delta: { content: null, tool_calls: [{ function: { name: 'f' } }] }, finish_reason: 'tool_calls' }],
      usage: { prompt_tokens: 1 },
    });
    expect(second).not.toContain('"type"');
  });

  it('streams a relayed model in fragments with empty names', async () => {
    const verdict = await ask(chat, {
      ...base,
      model: 'zai-glm-4-6',
      stream: true,
      tools: [tool({}, { parameters: { properties: { city: {} } } })],
      tool_choice: 'any',
    });
    expect(verdict.text).toContain('"usage":null');
    expect(verdict.text).toContain('"id":"chatcmpl-tool-');
    expect(verdict.text).toContain('"name":""');
    expect(verdict.text).toContain('"finish_reason":"stop"');
  });

  it('gives embeddings as base64 of little-endian floats', async () => {
    const [floats, packed] = await Promise.all(
      ['float', 'base64'].map(async (encoding_format) => {
        const { text } = await ask('/v1/embeddings', { model: 'mistral-embed', input: 'x', encoding_format });
        return (JSON.parse(text) as { data: { embedding: number[] | string }[] }).data[0]?.embedding;
      }),
    );
    const bytes = Buffer.from(String(packed), 'base64');
    expect(Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4))).toEqual(floats);
  });
});
