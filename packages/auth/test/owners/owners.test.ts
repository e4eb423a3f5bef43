import { describe, expect, it } from 'vitest';
import type { ObjectOwners } from '../../src/index.ts';
import { memoryOwners } from '../../src/index.ts';
import type { AccountCaller, Answer } from './make-account.ts';
import { fileForm, form, makeAccount } from './make-account.ts';

const chat = { model: 'mistral-small-latest', messages: [{ role: 'user', content: 'hello' }] };
const job = {
  endpoint: '/v1/chat/completions',
  model: 'mistral-small-latest',
  requests: [{ custom_id: '0', body: { messages: chat.messages } }],
};
const conversation = { model: 'mistral-small-latest', inputs: 'hello' };

const makeFile = async (caller: AccountCaller): Promise<string> => caller.make('/v1/files', fileForm());
const entriesOf = (answer: Answer, field = 'data'): readonly Record<string, string>[] =>
  (answer.json?.[field] ?? []) as Record<string, string>[];
const idsOf = (entries: unknown): unknown => (entries as { id: string }[]).map(({ id }) => id);

describe('what callers make', () => {
  it.each([
    ['files', '/v1/files', 'data', async (caller: AccountCaller) => makeFile(caller)],
    ['jobs', '/v1/batch/jobs', 'data', async (caller: AccountCaller) => caller.make('/v1/batch/jobs', job)],
    ['agents', '/v1/agents', undefined, async (caller: AccountCaller) => caller.make('/v1/agents', { model: chat.model, name: 'x' })],
    [
      'agents by pages',
      '/v1/agents/pages',
      'data',
      async (caller: AccountCaller) => caller.make('/v1/agents', { model: chat.model, name: 'x' }),
    ],
    [
      'conversations',
      '/v1/conversations',
      undefined,
      async (caller: AccountCaller) => caller.make('/v1/conversations', conversation, 'conversation_id'),
    ],
    ['libraries', '/v1/libraries', 'data', async (caller: AccountCaller) => caller.make('/v1/libraries', { name: 'x' })],
    [
      'tunings',
      '/v1/fine_tuning/jobs',
      'data',
      async (caller: AccountCaller) =>
        caller.make('/v1/fine_tuning/jobs', {
          model: chat.model,
          training_files: [{ file_id: await makeFile(caller) }],
          hyperparameters: {},
        }),
    ],
  ] as const)('is listed to them and to nobody else: %s', async (_name, path, field, make) => {
    const account = await makeAccount();
    const [anna, bert, nobody] = [await account.caller(), await account.caller(), await account.caller()];
    await make(account.operator);
    const annas = [await make(anna), await make(anna)];
    const berts = [await make(bert)];
    const listTo = async (caller: AccountCaller): Promise<unknown> => {
      const { json } = await caller.ask('GET', path);
      return idsOf(field === undefined ? json : json?.[field]);
    };
    expect(await listTo(anna)).toEqual(annas);
    expect(await listTo(bert)).toEqual(berts);
    expect(await listTo(nobody)).toEqual([]);
    expect(((await listTo(account.operator)) as unknown[]).length).toBe(4);
  });

  it('is counted as theirs where a list says how many there are', async () => {
    const account = await makeAccount();
    const [anna, bert] = [await account.caller(), await account.caller()];
    for (const caller of [anna, anna, anna, bert, account.operator]) await makeFile(caller);
    const page = await anna.ask('GET', '/v1/files?page=1&page_size=2');
    // Pages are the provider's: one can come with fewer entries, or none.
    expect([page.json?.['total'], entriesOf(page).length]).toEqual([3, 1]);
    expect((await anna.ask('GET', '/v1/files?include_total=false')).json).not.toHaveProperty('total');
    await anna.make('/v1/libraries', { name: 'a' });
    await bert.make('/v1/libraries', { name: 'b' });
    expect((await anna.ask('GET', '/v1/libraries')).json?.['pagination']).toMatchObject({ total_items: 1, current_page: 0 });
  });

  it('keeps no length, tag or part of a list that was rewritten', async () => {
    const account = await makeAccount();
    const anna = await account.caller();
    await makeFile(account.operator);
    const list = await anna.ask('GET', '/v1/files', undefined, { range: 'bytes=0-1', 'if-none-match': '"x"' });
    expect([list.status, list.json?.['data'], list.headers.get('etag')]).toEqual([200, [], null]);
    const asked = account.upstream.requests.at(-1)?.headers;
    expect([asked?.['range'], asked?.['if-none-match']]).toEqual([undefined, undefined]);
    const head = await anna.ask('HEAD', '/v1/files');
    // Mistral knows no HEAD.
    expect([head.status, head.headers.get('content-length'), head.text]).toEqual([405, null, '']);
  });

  it('is shared by all keys of an owner, and by nobody without one', async () => {
    const account = await makeAccount();
    const [one, other] = [await account.caller({ owner: 'anna' }), await account.caller({ owner: 'anna' })];
    const file = await makeFile(one);
    expect((await other.ask('DELETE', `/v1/files/${file}`)).status).toBe(200);
    expect((await one.ask('GET', `/v1/files/${file}`)).status).toBe(404);
    expect(await account.owners.list('anna')).toEqual({ objects: [] });
  });

  it('can be shared by a team instead', async () => {
    const account = await makeAccount({ objectOwner: ({ caller }) => `team ${String(caller['team'])}` });
    const [one, other, stranger] = [
      await account.caller({ team: 'red' }),
      await account.caller({ team: 'red' }),
      await account.caller({ team: 'blue' }),
    ];
    const file = await makeFile(one);
    expect((await other.ask('GET', `/v1/files/${file}`)).status).toBe(200);
    expect((await stranger.ask('GET', `/v1/files/${file}`)).status).toBe(404);
  });

  it('can be noted as everybody’s, who may use it and not change it', async () => {
    const account = await makeAccount();
    const [anna, bert] = [await account.caller(), await account.caller()];
    const id = await account.operator.make('/v1/agents', { model: chat.model, name: 'for all' });
    expect((await anna.ask('GET', `/v1/agents/${id}`)).status).toBe(404);
    await account.owners.record([{ provider: 'mistral', kind: 'agent', id, owner: '*' }]);
    for (const caller of [anna, bert]) {
      expect((await caller.ask('GET', `/v1/agents/${id}`)).status).toBe(200);
      expect((await caller.ask('POST', '/v1/conversations', { agent_id: id, inputs: 'hello' })).status).toBe(200);
      expect((await caller.ask('GET', '/v1/agents')).json).toMatchObject([{ id }]);
      const refused = await caller.ask('DELETE', `/v1/agents/${id}`);
      expect([refused.status, refused.json?.['code']]).toEqual([403, 'route_not_allowed']);
    }
    expect((await account.operator.ask('GET', `/v1/agents/${id}`)).status).toBe(200);
  });

  it('is not to be made in the name of everybody', async () => {
    const account = await makeAccount();
    const caller = await account.caller({ owner: '*' });
    const refused = await caller.ask('POST', '/v1/files', fileForm());
    expect([refused.status, refused.json?.['code'], account.upstream.requests.length]).toEqual([403, 'route_closed', 0]);
  });

  it('belongs to callers whom the application knows as well', async () => {
    const account = await makeAccount();
    const ask = async (id: string, path: string): Promise<number> =>
      (await account.proxy.fetch(`http://proxy.example/mistral${path}`, { caller: { id } })).status;
    const anna = await account.caller({ owner: 'anna' });
    const file = await makeFile(anna);
    expect([await ask('anna', `/v1/files/${file}`), await ask('bert', `/v1/files/${file}`)]).toEqual([200, 404]);
  });

  it('is nobody’s where the operator has opened its group, and other groups stay closed', async () => {
    const account = await makeAccount({ stateful: ['files'] });
    const [anna, bert] = [await account.caller(), await account.caller()];
    const [file, agent] = [await makeFile(anna), await anna.make('/v1/agents', { model: chat.model, name: 'x' })];
    expect((await bert.ask('GET', `/v1/files/${file}`)).status).toBe(200);
    expect((await bert.ask('POST', '/v1/ocr', { model: 'mistral-ocr-latest', document: { type: 'file', file_id: file } })).status).toBe(
      200,
    );
    expect((await bert.ask('GET', `/v1/agents/${agent}`)).status).toBe(404);
    const owned = await account.owners.list(account.receipts.at(-1)?.caller?.id ?? '');
    expect(owned.objects.filter(({ kind }) => kind === 'file')).toEqual([]);
  });

  it('belongs to one of two accounts', async () => {
    const account = await makeAccount();
    const anna = await account.caller({ owner: 'anna' });
    const file = await makeFile(anna);
    expect(
      await account.owners.find([
        { provider: 'mistral', kind: 'file', id: file },
        { provider: 'mistral-eu', kind: 'file', id: file },
      ]),
    ).toEqual(['anna', undefined]);
  });

  it('is told apart when many make something at once', async () => {
    const account = await makeAccount();
    const callers = await Promise.all(Array.from({ length: 8 }, async () => account.caller()));
    const made = await Promise.all(callers.map(async (caller) => Promise.all(Array.from({ length: 5 }, async () => makeFile(caller)))));
    for (const [index, caller] of callers.entries()) {
      const listed = (await caller.ask('GET', '/v1/files')).json?.['data'];
      expect((idsOf(listed) as string[]).toSorted()).toEqual(made[index]?.toSorted());
      const others = made[(index + 1) % callers.length]?.[0];
      expect((await caller.ask('GET', `/v1/files/${others}`)).status).toBe(404);
    }
  });
});

describe('conversations', () => {
  it('are their maker’s before he hears of them, also as streams', async () => {
    const seen: string[] = [];
    const owners = memoryOwners();
    const recording: ObjectOwners = {
      ...owners,
      async record(objects) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        seen.push(...objects.map(({ kind }) => kind));
        return owners.record(objects);
      },
    };
    const account = await makeAccount({ objects: recording });
    const [anna, bert] = [await account.caller(), await account.caller()];
    const stream = await anna.ask('POST', '/v1/conversations', { ...conversation, stream: true });
    const id = /"conversation_id":"([^"]+)"/.exec(stream.text)?.[1];
    expect(seen).toEqual(['conversation']);
    expect(stream.text).toContain('conversation.response.done');
    expect((await anna.ask('POST', `/v1/conversations/${id}`, { inputs: 'and?', stream: true })).status).toBe(200);
    expect((await bert.ask('POST', `/v1/conversations/${id}`, { inputs: 'and?' })).status).toBe(404);
    // What goes on with one in another is another.
    const other = await anna.make(`/v1/conversations/${id}/restart`, { inputs: 'or', from_entry_id: 'x' }, 'conversation_id');
    expect([
      (await anna.ask('GET', `/v1/conversations/${other}`)).status,
      (await bert.ask('GET', `/v1/conversations/${other}`)).status,
    ]).toEqual([200, 404]);
  });

  it.each([false, true])('bring the files that their tools make to whoever speaks (stream: %s)', async (stream) => {
    const account = await makeAccount();
    const [anna, bert] = [await account.caller(), await account.caller()];
    const { text } = await anna.ask('POST', '/v1/conversations', { ...conversation, tools: [{ type: 'image_generation' }], stream });
    const file = /"file_id":"([^"]+)"/.exec(text)?.[1];
    expect((await anna.ask('GET', `/v1/files/${file}/content`)).text).toBe(`picture ${file}`);
    expect((await bert.ask('GET', `/v1/files/${file}/content`)).status).toBe(404);
  });

  it('break off where a stream begins whose owner cannot be noted', async () => {
    const owners = memoryOwners();
    const account = await makeAccount({ objects: { ...owners, record: async () => Promise.reject(new Error('disk full')) } });
    const anna = await account.caller();
    const id = /"conversation \\?"([^"\\]+)/;
    const answer = await anna.ask('POST', '/v1/conversations', { ...conversation, stream: true }).catch((error: unknown) => error);
    // An event that says so may have come before the end that is none.
    if (!(answer instanceof Error)) {
      expect((answer as { text: string }).text).toMatch(id);
      expect((answer as { text: string }).text).not.toContain('conversation.response.started');
    }
    expect(account.receipts.at(-1)?.code).toBe('store_unavailable');
  });
});

describe('jobs', () => {
  it('bring their results to whoever made them', async () => {
    const account = await makeAccount();
    const [anna, bert] = [await account.caller(), await account.caller()];
    const id = await anna.make('/v1/batch/jobs', job);
    for (let looked = 0; looked < 2; looked += 1) await anna.ask('GET', `/v1/batch/jobs/${id}`);
    const file = entriesOf(await anna.ask('GET', '/v1/batch/jobs'))[0]?.['output_file'];
    expect((await anna.ask('GET', `/v1/files/${file}/content`)).text).toContain('"custom_id":"0"');
    expect((await bert.ask('GET', `/v1/files/${file}/content`)).status).toBe(404);
    // By its address the results would come without an account of what they cost.
    const address = await anna.ask('GET', `/v1/files/${file}/url`);
    expect([address.status, address.json?.['code']]).toEqual([403, 'route_closed']);
  });

  it.each([
    ['/v1/ocr', (id: string) => ({ model: 'mistral-ocr-latest', document: { type: 'file', file_id: id } })],
    ['/v1/chat/completions', (id: string) => ({ messages: [{ role: 'user', content: [{ type: 'file', file_id: id }] }] })],
    ['/v1/chat/completions', (id: string) => ({ messages: [{ role: 'user', content: [{ type: 'file', 'fil\u0065_id': id }] }] })],
  ])('name in a file of requests only what is their maker’s: %s', async (endpoint, body) => {
    const account = await makeAccount();
    const [anna, bert] = [await account.caller(), await account.caller()];
    const [annas, berts] = [await makeFile(anna), await makeFile(bert)];
    const upload = async (id: string): Promise<string> =>
      bert.make('/v1/files', fileForm(`{"custom_id":"0","body":{"input":"x"}}\n${JSON.stringify({ custom_id: '1', body: body(id) })}`));
    const made = await bert.ask('POST', '/v1/batch/jobs', { endpoint, input_files: [await upload(berts)] });
    expect(made.status).toBe(200);
    const before = account.upstream.requests.length;
    const refused = await bert.ask('POST', '/v1/batch/jobs', { endpoint, input_files: [await upload(annas)] });
    expect([refused.status, refused.json?.['code']]).toEqual([404, 'object_not_found']);
    expect(account.upstream.requests.slice(before).map(({ method, path }) => `${method} ${path.replace(/[\da-f-]{36}/, 'ID')}`)).toEqual([
      'POST /v1/files',
      'GET /v1/files/ID/content',
    ]);
    expect(account.receipts.at(-1)).toMatchObject({ outcome: 'refused', code: 'object_not_found', operation: 'batch' });
  });

  it('take no file of requests that could be read in two ways', async () => {
    const account = await makeAccount();
    const anna = await account.caller();
    const file = await anna.make('/v1/files', fileForm('{"body":{"messages":[]}}\n{"body":{"x":NaN,"file_id":"y"}}\n'));
    const refused = await anna.ask('POST', '/v1/batch/jobs', { endpoint: '/v1/chat/completions', input_files: [file] });
    expect([refused.status, refused.json?.['message']]).toEqual([400, 'Line 2 of an input file is no JSON object.']);
    // Where requests name nothing, the file is not read.
    const before = account.upstream.requests.length;
    expect((await anna.ask('POST', '/v1/batch/jobs', { endpoint: '/v1/embeddings', input_files: [file] })).status).toBe(200);
    expect(account.upstream.requests.length - before).toBe(1);
  });
});

describe('what goes up', () => {
  it('is what was checked, where a name comes twice', async () => {
    const account = await makeAccount();
    const [anna, bert] = [await account.caller(), await account.caller()];
    const [annas, berts] = [await makeFile(anna), await makeFile(bert)];
    const twice = (one: string, other: string): string =>
      `{"model":"mistral-ocr-latest","document":{"type":"file","file_id":${JSON.stringify(one)},"fil\\u0065_id":${JSON.stringify(other)}}}`;
    const headers = { 'content-type': 'application/json' };
    expect((await bert.ask('POST', '/v1/ocr', twice(berts, annas), headers)).status).toBe(404);
    expect((await bert.ask('POST', '/v1/ocr', twice(annas, berts), headers)).status).toBe(200);
    expect(account.upstream.requests.at(-1)?.json).toEqual({ model: 'mistral-ocr-latest', document: { type: 'file', file_id: berts } });
  });

  it('is byte for byte what came, where it names nothing', async () => {
    const account = await makeAccount();
    const anna = await account.caller();
    const text = `{ "model":"mistral-small-latest",  "messages":[{"role":"user","content":"my file_id is x"}], "random_seed": 1e0 }`;
    expect((await anna.ask('POST', '/v1/chat/completions', text, { 'content-type': 'application/json' })).status).toBe(200);
    expect(new TextDecoder().decode(account.upstream.requests.at(-1)?.body)).toBe(text);
  });

  it('names no file of another in OpenAI’s dialect either', async () => {
    const account = await makeAccount();
    const [anna, bert] = [await account.caller({ owner: 'anna' }), await account.caller()];
    const file = await makeFile(anna);
    const ask = async (caller: AccountCaller): Promise<unknown> => {
      const content = [
        { type: 'file', file: { file_id: file } },
        { type: 'text', text: 'what is in it?' },
      ];
      const answer = await caller.ask('POST', '/../v1/chat/completions', {
        model: 'mistral/mistral-small-latest',
        messages: [{ role: 'user', content }],
      });
      return [answer.status, (answer.json?.['error'] as { code?: string } | undefined)?.code];
    };
    const before = account.upstream.requests.length;
    expect(await ask(bert)).toEqual([404, 'object_not_found']);
    expect(account.upstream.requests.length).toBe(before);
    expect((await ask(anna)) as unknown[]).not.toContain('object_not_found');
  });

  it('is a form whose file goes through untouched, however large, and whose fields are checked wherever they stand', async () => {
    const account = await makeAccount();
    const [anna, bert] = [await account.caller(), await account.caller()];
    const file = await makeFile(anna);
    const sound = 'sound '.repeat(200_000);
    const heard = await bert.ask('POST', '/v1/audio/transcriptions', form({ model: 'voxtral-mini-latest', file: new Blob([sound]) }));
    expect(heard.status).toBe(200);
    expect(new TextDecoder().decode(account.upstream.requests.at(-1)?.body)).toContain(sound);
    for (const stream of ['false', 'true']) {
      const own = await anna.ask('POST', '/v1/audio/transcriptions', form({ stream, model: 'voxtral-mini-latest', file_id: file }));
      expect([own.status, own.text.includes(`the simulated transcript of ${file}`) || own.text.includes('transcription.done')]).toEqual([
        200,
        true,
      ]);
      expect(own.headers.get('content-type')).toMatch(stream === 'true' ? /^text\/event-stream/ : /^application\/json/);
    }
    for (const fields of [
      { model: 'voxtral-mini-latest', file_id: file, file: new Blob([sound]) },
      { model: 'voxtral-mini-latest', file: new Blob([sound]), file_id: file },
    ]) {
      const before = account.upstream.requests.filter(({ bodyComplete }) => bodyComplete).length;
      const refused = await bert.ask('POST', '/v1/audio/transcriptions', form(fields));
      expect([refused.status, refused.json?.['code']]).toEqual([404, 'object_not_found']);
      expect(account.upstream.requests.filter(({ bodyComplete }) => bodyComplete).length).toBe(before);
      expect(account.receipts.at(-1)).toMatchObject({ outcome: 'refused', code: 'object_not_found' });
    }
  });

  const part = (head: string, body = 'x'): string => `--b\r\n${head}\r\n\r\n${body}\r\n`;
  const model = part('Content-Disposition: form-data; name="model"', 'voxtral-mini-latest');
  it.each([
    ['a name without quotes', `${model}${part('Content-Disposition: form-data; name=file_id')}--b--`],
    ['a name with an escape', `${model}${part('Content-Disposition: form-data; name="file\\_id"')}--b--`],
    ['a name in percent', `${model}${part('Content-Disposition: form-data; name="file%5fid"')}--b--`],
    ['a name in another charset', `${model}${part("Content-Disposition: form-data; name*=utf-8''file_id")}--b--`],
    ['two names', `${model}${part('Content-Disposition: form-data; name="x"; name="file_id"')}--b--`],
    [
      'two dispositions',
      `${model}${part('Content-Disposition: form-data; name="x"\r\nContent-Disposition: form-data; name="file_id"')}--b--`,
    ],
    ['a folded head', `${model}${part('Content-Disposition: form-data;\r\n name="file_id"')}--b--`],
    ['a head without a name', `${model}${part('Content-Type: text/plain')}--b--`],
    ['a head without an end', `${model}--b\r\nContent-Disposition: form-data; name="x"`],
    ['a boundary in a head', `${model}--b\r\nX: y\r\n--b\r\nContent-Disposition: form-data; name="file_id"\r\n\r\nx\r\n--b--`],
    ['bare line ends', `${model}--b\nContent-Disposition: form-data; name="file_id"\n\nx\n--b--`],
    ['a blank after a boundary', `${model}--b \r\nContent-Disposition: form-data; name="file_id"\r\n\r\nx\r\n--b--`],
    ['something before it', `preamble\r\n${model}--b--`],
    ['no end', model],
    ['a value that is too long', `${model}${part('Content-Disposition: form-data; name="file_id"', 'x'.repeat(2000))}--b--`],
  ])('is no form with %s', async (_name, body) => {
    const account = await makeAccount();
    const anna = await account.caller();
    const refused = await anna.ask('POST', '/v1/audio/transcriptions', body, { 'content-type': 'multipart/form-data; boundary=b' });
    expect([refused.status, refused.json?.['code']]).toEqual([400, 'invalid_body']);
    expect(account.upstream.requests.filter(({ bodyComplete }) => bodyComplete)).toEqual([]);
  });

  it.each([
    ['multipart/form-data', 415],
    ['multipart/form-data; boundary=b; charset=utf-16', 415],
    ['multipart/mixed; boundary=b', 415],
    ['application/x-www-form-urlencoded', 415],
  ])('is no form as %s', async (type, status) => {
    const account = await makeAccount();
    const anna = await account.caller();
    const refused = await anna.ask('POST', '/v1/audio/transcriptions', `${model}--b--`, { 'content-type': type });
    expect([refused.status, account.upstream.requests.length]).toEqual([status, 0]);
  });
});

describe('a store of owners that fails', () => {
  const failing = (how: Partial<ObjectOwners>): ObjectOwners => ({ ...memoryOwners(), ...how });
  const never = async (): Promise<never> => new Promise(() => undefined);
  const throws = async (): Promise<never> => Promise.reject(new Error('disk full'));

  it.each([
    ['throws', throws],
    ['never answers', never],
    ['answers nonsense', async () => ['x', 'y', 'z'] as never],
    ['answers nothing', async () => undefined as never],
  ])('closes what is somebody’s while it %s, and nothing goes up', async (_how, find) => {
    const account = await makeAccount({ objects: failing({ find }), patience: { timeout: 50 } });
    const anna = await account.caller();
    const answers = [];
    for (const [method, path, body] of [
      ['GET', '/v1/files/3f2b1c1e-0000-4000-8000-000000000000', undefined],
      ['POST', '/v1/files', fileForm()],
      ['POST', '/v1/conversations', conversation],
      ['POST', '/v1/ocr', { model: 'mistral-ocr-latest', document: { type: 'file', file_id: 'x' } }],
    ] as const) {
      const answer = await anna.ask(method, path, body);
      answers.push([answer.status, answer.json?.['code']]);
    }
    expect(answers).toEqual(answers.map(() => [503, 'store_unavailable']));
    expect(account.upstream.requests).toEqual([]);
    // What is nobody's own is not touched.
    expect((await anna.ask('POST', '/v1/chat/completions', chat)).status).toBe(200);
    // Of a list nobody can say whose it is.
    await makeFile(account.operator);
    const list = await anna.ask('GET', '/v1/files');
    expect([list.status, list.json?.['code']]).toEqual([503, 'store_unavailable']);
  });

  it.each([
    ['throws', throws],
    ['never answers', never],
  ])('says what was made where it %s only then, and notes it when it is back', async (_how, record) => {
    const owners = memoryOwners();
    let isAway = true;
    const account = await makeAccount({
      objects: { ...owners, record: async (objects) => (isAway ? record() : owners.record(objects)) },
      patience: { timeout: 50, probeAfter: 10, failures: 100 },
    });
    const [anna, bert] = [await account.caller(), await account.caller()];
    const answer = await anna.ask('POST', '/v1/files', fileForm());
    const id = entriesOf(await account.operator.ask('GET', '/v1/files'))[0]?.['id'] ?? '';
    expect([answer.status, answer.json?.['code'], answer.headers.get('retry-after')]).toEqual([503, 'store_unavailable', '5']);
    expect(answer.json?.['message']).toContain(`The provider has made file "${id}"`);
    expect(account.logs.find(({ message }) => message.startsWith('something was made at a provider'))?.fields).toMatchObject({
      objects: [{ id, kind: 'file' }],
    });
    expect(account.receipts.at(-1)).toMatchObject({ code: 'store_unavailable', status: 503 });
    isAway = false;
    await expect.poll(async () => (await anna.ask('GET', `/v1/files/${id}`)).status).toBe(200);
    expect((await bert.ask('GET', `/v1/files/${id}`)).status).toBe(404);
  });

  it('gives nobody what a provider says twice', async () => {
    const owners = memoryOwners();
    const account = await makeAccount({ objects: { ...owners, record: async (objects) => objects.map(() => 'somebody else') } });
    const anna = await account.caller();
    const answer = await anna.ask('POST', '/v1/files', fileForm());
    expect([answer.status, answer.json?.['code']]).toEqual([502, 'upstream_garbage']);
  });

  it('does not keep what is gone from being gone', async () => {
    const owners = memoryOwners();
    const account = await makeAccount({ objects: { ...owners, forget: throws } });
    const anna = await account.caller();
    const id = await makeFile(anna);
    expect((await anna.ask('DELETE', `/v1/files/${id}`)).status).toBe(200);
    expect(account.logs.some(({ message }) => message.startsWith('something is gone'))).toBe(true);
  });
});
