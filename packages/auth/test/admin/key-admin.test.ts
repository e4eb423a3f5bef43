import { createProxy, memoryCounter, memoryKeyStore, memoryLedger, ProxyError } from '@ai-proxy/core';
import type { HttpRequest, KeyStore } from '@ai-proxy/core';
import { madeUpReceipt } from '@ai-proxy/testing';
import { describe, expect, it } from 'vitest';
import { makeRequest } from '../../../core/test/fixtures/make-request.ts';
import { testProvider } from '../../../core/test/fixtures/test-provider.ts';
import { createKey, hashKey, keyAdmin, keys } from '../../src/index.ts';
import type { KeyAdminOptions } from '../../src/index.ts';
import { asked, chat, makeGateway } from '../fixtures/make-gateway.ts';

const masterKey = 'sk-master-0123456789';
const start = Date.UTC(2026, 4, 4, 12);

/** The fields that tests read further; whatever else an answer has. */
interface Body {
  readonly key: string;
  readonly token_id: string;
  readonly keys: readonly (string & { readonly team_id?: string })[];
  readonly next_cursor: string | null;
  readonly changes: readonly { readonly action: string; readonly by: string; readonly after: object }[];
  readonly info: Record<string, unknown>;
  readonly [field: string]: unknown;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: Body;
}

const none: Body = { key: '', token_id: '', keys: [], next_cursor: null, changes: [], info: {} };

function openAdmin(options: Partial<KeyAdminOptions> = {}) {
  const store: KeyStore = options.store ?? memoryKeyStore();
  let time = start;
  const handle = keyAdmin({ masterKey, now: () => time, ...options, store });
  const send = async (request: HttpRequest): Promise<Answer> => {
    try {
      const reply = await handle(request);
      if (!reply) return { status: 0, headers: {}, body: none };
      return {
        status: reply.status,
        headers: reply.headers,
        body: typeof reply.body === 'string' ? (JSON.parse(reply.body) as Body) : none,
      };
    } catch (error) {
      if (!(error instanceof ProxyError)) throw error;
      return { status: error.status, headers: {}, body: { ...none, code: error.code, message: error.message, param: error.param } };
    }
  };
  const with_ = (key: string | undefined) => ({
    'content-type': 'application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  });
  return {
    store,
    pass: (milliseconds: number) => void (time += milliseconds),
    post: (path: string, body: unknown = {}, key: string | undefined = masterKey) => send(makeRequest(path, body, { headers: with_(key) })),
    get: (path: string, key: string | undefined = masterKey) => send(makeRequest(path, undefined, { headers: with_(key) })),
    send,
  };
}

describe('key administration', () => {
  it('makes a key of nothing, as LiteLLM’s page shows it, and the key opens the proxy', async () => {
    const gateway = await makeGateway();
    const admin = openAdmin({ store: gateway.store });
    const made = await admin.post('/key/generate', {});
    expect(made.status).toBe(200);
    expect(made.headers['cache-control']).toBe('no-store');
    expect(made.body.key).toMatch(/^sk-[\w-]{48}$/);
    expect(made.body).toMatchObject({
      key_name: `sk-...${made.body.key.slice(-4)}`,
      expires: null,
      max_budget: null,
      models: [],
      user_id: null,
      blocked: false,
    });
    expect((await gateway.ask(chat(made.body.key))).status).toBe(200);
    expect(gateway.receipts[0]?.key).toBe(made.body.token_id);
    const stored = JSON.stringify([(await gateway.store.list()).keys, (await gateway.store.audit()).changes]);
    expect(stored).not.toContain(made.body.key);
    expect(JSON.stringify((await gateway.store.audit()).changes)).not.toContain(await hashKey(made.body.key));
  });

  const fields = {
    key_alias: 'ci',
    user_id: 'ada@example.com',
    team_id: 'research',
    models: ['fast', 'mistral/*'],
    aliases: { 'gpt-4o': 'mistral/mistral-large-latest' },
    max_budget: 12.5,
    budget_duration: '1mo',
    budget_timezone: 'Europe/Paris',
    soft_budget: 10,
    budget_limits: [{ max_budget: 0.000001, soft_budget: null, budget_duration: '1d', budget_timezone: null }],
    rpm_limit: 60,
    tpm_limit: 100_000,
    max_parallel_requests: 4,
    model_max_budget: { fast: { max_budget: 1, soft_budget: null, budget_duration: '1d', budget_timezone: null } },
    model_rpm_limit: { fast: 5 },
    model_tpm_limit: { 'mistral/*': 7 },
    end_user_limits: {
      max_budget: 1,
      soft_budget: null,
      budget_duration: null,
      budget_timezone: null,
      budget_limits: null,
      rpm_limit: 3,
      tpm_limit: null,
      max_parallel_requests: null,
    },
    metadata: { note: 'für später', list: [1, null] },
    tags: ['night'],
    allowed_routes: ['/v1/*'],
    allowed_operations: ['chat'],
    max_output_tokens: 1000,
    blocked: false,
    can_manage_keys: true,
  };

  it('gives back every field that it was given', async () => {
    const { post, get } = openAdmin();
    const made = await post('/key/generate', { ...fields, duration: '30d' });
    expect(made.body).toMatchObject({ ...fields, expires: new Date(start + 30 * 86_400_000).toISOString() });
    for (const named of [made.body.key, made.body.token_id]) {
      const { body } = await get(`/key/info?key=${encodeURIComponent(named)}`);
      expect(body).toMatchObject({ key: made.body.token_id, info: { ...fields, spend: null } });
      expect(JSON.stringify(body)).not.toContain(made.body.key);
    }
  });

  it('changes what is named, takes away what is null, and leaves the rest', async () => {
    const { post, get } = openAdmin();
    const { key } = (await post('/key/generate', { ...fields, duration: '30d' })).body;
    await post('/key/update', { key, max_budget: 1, rpm_limit: null, models: [], duration: '-1', key_alias: 'other', budget_limits: [] });
    const { info } = (await get(`/key/info?key=${key}`)).body;
    expect(info).toMatchObject({
      ...fields,
      max_budget: 1,
      rpm_limit: null,
      models: [],
      expires: null,
      key_alias: 'other',
      budget_limits: null,
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a field that nobody knows', { max_budgett: 5 }, 'max_budgett'],
    ['a budget below nothing', { max_budget: -1 }, 'max_budget'],
    ['a budget that is no number', { max_budget: '5' }, 'max_budget'],
    ['a duration that is none', { duration: 'soon' }, 'duration'],
    ['a time zone that is none', { budget_timezone: 'Mars/Olympus' }, 'budget_timezone'],
    ['a broken limit', { rpm_limit: 1.5 }, 'rpm_limit'],
    ['a header in an alias', { key_alias: 'a\r\nx-evil: 1' }, 'key_alias'],
    ['a NUL in an owner', { user_id: 'a\0b' }, 'user_id'],
    ['half of a character', { team_id: '\ud800' }, 'team_id'],
    ['an alias without end', { key_alias: 'x'.repeat(257) }, 'key_alias'],
    ['a tag of the gateway’s own', { tags: ['under:key_1'] }, 'tags.0'],
    ['models that are no list', { models: 'all' }, 'models'],
    ['a key of one’s own that is too short', { key: 'sk-1234' }, 'key'],
    ['a key of one’s own that was made elsewhere', { key: 'sk-litellm-0123456789abcdef' }, 'key'],
  ])('refuses %s', async (_what, body, param) => {
    const { post, store } = openAdmin();
    const answer = await post('/key/generate', body);
    expect([answer.status, answer.body['code'], answer.body['param']]).toEqual([400, 'invalid_parameter', param]);
    expect((await store.list()).keys).toEqual([]);
  });

  it('names a field that is near to what was written', async () => {
    expect((await openAdmin().post('/key/generate', { max_budgett: 5 })).body['message']).toContain('did you mean "max_budget"?');
  });

  it.each(["'; drop table keys; --", 'a" or "1"="1', '{{7*7}}', '<script>', '../../etc/passwd', '%00', '*'])(
    'keeps the text %s as text',
    async (text) => {
      const { post, get } = openAdmin();
      const { body } = await post('/key/generate', {
        key_alias: text,
        user_id: text,
        team_id: text,
        tags: [text],
        metadata: { [text]: text },
      });
      expect((await get(`/key/list?user_id=${encodeURIComponent(text)}`)).body.keys).toEqual([body.token_id]);
      expect((await get(`/key/info?key=${encodeURIComponent(body.token_id)}`)).body.info).toMatchObject({
        key_alias: text,
        metadata: { [text]: text },
      });
    },
  );

  it('refuses an alias that is taken, and names no key that is not there', async () => {
    const { post, get } = openAdmin();
    await post('/key/generate', { key_alias: 'ci' });
    expect(await post('/key/generate', { key_alias: 'ci' })).toMatchObject({
      status: 409,
      body: { code: 'key_conflict', param: 'key_alias' },
    });
    for (const answer of [
      await get('/key/info?key=key_9'),
      await post('/key/update', { key: createKey() }),
      await post('/key/block', { key: 'x' }),
      await post('/key/nobody/regenerate'),
    ]) {
      expect([answer.status, answer.body['code']]).toEqual([404, 'key_not_found']);
    }
  });

  it('deletes by key, by id and by alias, all or none', async () => {
    const { post, get } = openAdmin();
    const [one, two, three] = [
      await post('/key/generate'),
      await post('/key/generate'),
      await post('/key/generate', { key_alias: 'three' }),
    ];
    expect((await post('/key/delete', { keys: [one.body.key, 'key_9'] })).status).toBe(404);
    expect((await get('/key/list')).body.keys).toHaveLength(3);
    const deleted = await post('/key/delete', { keys: [one.body.key, two.body.token_id], key_aliases: ['three'] });
    expect(deleted.body).toEqual({ deleted_keys: [one, two, three].map(({ body }) => body.token_id) });
    expect((await get('/key/list')).body).toEqual({ keys: [], next_cursor: null });
    expect((await post('/key/delete', {})).status).toBe(400);
  });

  it('blocks and lets in again', async () => {
    const gateway = await makeGateway();
    const admin = openAdmin({ store: gateway.store });
    const { key } = (await admin.post('/key/generate')).body;
    const states: number[] = [];
    for (const path of ['/key/block', '/key/unblock']) {
      expect((await admin.post(path, { key })).body['blocked']).toBe(path === '/key/block');
      gateway.pass(2000);
      states.push((await gateway.ask(chat(key))).status);
    }
    expect(states).toEqual([401, 200]);
  });

  it('replaces a key, with a time of grace for the old one where it is asked', async () => {
    const gateway = await makeGateway();
    const admin = openAdmin({ store: gateway.store });
    const { key, token_id: id } = (await admin.post('/key/generate', { max_budget: 5 })).body;
    const next = (await admin.post(`/key/${key}/regenerate`, { grace_period: '1h', max_budget: 7 })).body;
    expect([next.token_id, next['max_budget'], next.key === key]).toEqual([id, 7, false]);
    const ask = async (one: string): Promise<number> => (await gateway.ask(chat(one, { model: 'test/small' }))).status;
    expect([await ask(key), await ask(next.key)]).toEqual([200, 200]);
    gateway.pass(3_600_000);
    admin.pass(3_600_000);
    expect([await ask(key), await ask(next.key)]).toEqual([401, 200]);
    const last = (await admin.post('/key/regenerate', { key: next.key })).body;
    gateway.pass(2000);
    expect([await ask(next.key), await ask(last.key)]).toEqual([401, 200]);
  });

  it.each([
    ['/key/list?user=me', '"user"'],
    ['/key/list?page=2', '"page"'],
    ['/key/list?size=ten', '"size"'],
    ['/key/list?return_full_object=yes', '"return_full_object"'],
    ['/key/audit?key_id=1', '"key_id"'],
  ])('refuses %s: a filter that is passed over would mean everything', async (path, named) => {
    const answer = await openAdmin().get(path);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(named);
  });

  it('lists page by page', async () => {
    const { post, get } = openAdmin();
    const ids: string[] = [];
    for (let number = 0; number < 7; number += 1)
      ids.push((await post('/key/generate', { team_id: number % 2 ? 'a' : 'b' })).body.token_id);
    const seen: string[] = [];
    let cursor: string | null = '';
    do {
      const page: Answer = await get(`/key/list?size=3${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
      seen.push(...page.body.keys);
      cursor = page.body.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(ids.toSorted());
    const full = await get('/key/list?team_id=a&return_full_object=true');
    expect(full.body.keys.map((one) => one.team_id)).toEqual(['a', 'a', 'a']);
  });

  it('keeps an account of every change: who, what, before and after, and no secret', async () => {
    const { post, get } = openAdmin();
    const { key, token_id: id } = (await post('/key/generate', { key_alias: 'ci', max_budget: 5 })).body;
    await post('/key/update', { key, max_budget: 6 });
    await post('/key/block', { key });
    const next = (await post(`/key/${id}/regenerate`)).body;
    await post('/key/delete', { keys: [id] });
    const { changes } = (await get(`/key/audit?key=${id}`)).body;
    expect(changes.map(({ action, by }) => [action, by])).toEqual(
      ['delete', 'regenerate', 'block', 'update', 'generate'].map((action) => [action, 'operator']),
    );
    expect(changes[3]).toMatchObject({ before: { max_budget: 5 }, after: { max_budget: 6 }, at: new Date(start).toISOString() });
    expect(Object.keys(changes[2]?.after ?? {})).toEqual(['blocked']);
    for (const secret of [key, next.key, await hashKey(key), await hashKey(next.key)])
      expect(JSON.stringify(changes)).not.toContain(secret);
  });

  it('lets two change one key at once, and loses neither change', async () => {
    const { post, get } = openAdmin();
    const { key } = (await post('/key/generate')).body;
    await Promise.all([
      post('/key/update', { key, rpm_limit: 5 }),
      post('/key/update', { key, tpm_limit: 7 }),
      post('/key/update', { key, max_budget: 9 }),
    ]);
    expect((await get(`/key/info?key=${key}`)).body.info).toMatchObject({ rpm_limit: 5, tpm_limit: 7, max_budget: 9 });
  });

  it.each<[string, string, string]>([
    ['nothing', 'GET', '/key'],
    ['nothing', 'GET', '/keys/list'],
    ['nothing', 'POST', '/key/generate/more'],
    ['nothing', 'POST', '/key/a/b/regenerate'],
    ['nothing', 'GET', '/v1/key/list'],
  ])('has %s at %s %s', async (_what, method, path) => {
    expect(
      (await openAdmin().send(makeRequest(path, undefined, { method, headers: { authorization: `Bearer ${masterKey}` } }))).status,
    ).toBe(0);
  });

  it('says which method a path takes', async () => {
    expect(await openAdmin().get('/key/generate')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });
});

describe('who may administer', () => {
  const routes: [string, string][] = [
    ['POST', '/key/generate'],
    ['GET', '/key/info?key=key_1'],
    ['POST', '/key/update'],
    ['POST', '/key/delete'],
    ['POST', '/key/block'],
    ['POST', '/key/unblock'],
    ['GET', '/key/list'],
    ['POST', '/key/x/regenerate'],
    ['POST', '/key/regenerate'],
    ['GET', '/key/audit'],
    ['GET', '/me/usage'],
  ];

  it.each(routes)('%s %s is refused to nobody, to a wrong master key and to a wrong key, whatever the method', async (method, target) => {
    const { send, store } = openAdmin();
    for (const credential of [undefined, 'sk-wrong', createKey(), `${masterKey}0`, masterKey.slice(0, -1)]) {
      for (const one of [method, 'DELETE']) {
        if (one === 'DELETE' && target === '/me/usage') continue;
        const answer = await send(
          makeRequest(target, method === 'POST' ? {} : undefined, {
            method: one,
            headers: { 'content-type': 'application/json', ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }) },
          }),
        );
        expect(answer.status).toBe(401);
      }
    }
    expect((await store.audit()).changes).toEqual([]);
  });

  it('nobody, where there is no master key', async () => {
    const { get } = openAdmin({ masterKey: '' });
    expect((await get('/key/list', 'anything')).status).toBe(503);
  });

  it('not the holder of a plain key', async () => {
    const { post, get } = openAdmin();
    const { key } = (await post('/key/generate')).body;
    for (const answer of [
      await post('/key/generate', {}, key),
      await get('/key/list', key),
      await post('/key/update', { key, max_budget: null }, key),
    ]) {
      expect([answer.status, answer.body['code']]).toEqual([403, 'right_missing']);
    }
  });

  it('is not asked at the proxy itself: nothing of it is mounted there', async () => {
    const gateway = await makeGateway();
    const proxy = createProxy({ providers: [testProvider(gateway.upstream.url)], policies: [keys({ store: gateway.store })] });
    for (const [method, target] of routes) expect(await proxy.handle(makeRequest(target, undefined, { method }))).toBeUndefined();
  });

  describe('below one’s own key', () => {
    async function boss(fields: Record<string, unknown> = {}) {
      const admin = openAdmin();
      const { key, token_id: id } = (
        await admin.post('/key/generate', {
          can_manage_keys: true,
          user_id: 'ada',
          team_id: 'research',
          models: ['test/*'],
          allowed_operations: ['chat', 'embed*'],
          duration: '1d',
          ...fields,
        })
      ).body;
      return { ...admin, key, id };
    }

    it('keys inherit what they do not say', async () => {
      const { post, key, id } = await boss();
      const { status, body } = await post('/key/generate', {}, key);
      expect([status, body]).toMatchObject([
        200,
        {
          parent: id,
          user_id: 'ada',
          team_id: 'research',
          models: ['test/*'],
          allowed_operations: ['chat', 'embed*'],
          expires: new Date(start + 86_400_000).toISOString(),
          created_by: id,
        },
      ]);
    });

    it.each<[Record<string, unknown>, string]>([
      [{ models: ['*'] }, 'models'],
      [{ models: ['test/small', 'other/x'] }, 'models'],
      [{ allowed_operations: ['ocr'] }, 'allowed_operations'],
      [{ duration: '2d' }, 'duration'],
      [{ user_id: 'bob' }, 'user_id'],
      [{ team_id: 'sales' }, 'team_id'],
      [{ can_manage_keys: true }, 'can_manage_keys'],
    ])('%j is refused, made new and by a change', async (fields, param) => {
      const { post, key } = await boss();
      expect(await post('/key/generate', fields, key)).toMatchObject({ status: 403, body: { code: 'right_missing', param } });
      const child = (await post('/key/generate', {}, key)).body;
      expect(await post('/key/update', { key: child.key, ...fields }, key)).toMatchObject({ status: 403, body: { param } });
      expect(await post('/key/regenerate', { key: child.key, ...fields }, key)).toMatchObject({ status: 403, body: { param } });
    });

    it('only one’s own are seen and changed', async () => {
      const { post, get, key, id } = await boss();
      const other = (await post('/key/generate')).body;
      const own = (await post('/key/generate', { key_alias: 'own' }, key)).body;
      for (const named of [other.key, other.token_id, key, id]) {
        const answers = [
          await get(`/key/info?key=${named}`, key),
          await post('/key/update', { key: named, max_budget: null }, key),
          await post('/key/block', { key: named }, key),
          await post('/key/delete', { keys: [named] }, key),
          await post(`/key/${named}/regenerate`, {}, key),
        ];
        expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
      }
      expect((await get(`/key/list?parent=x&user_id=ada`, key)).body.keys).toEqual([own.token_id]);
      expect((await get('/key/audit', key)).body.changes.map(({ by }) => by)).toEqual([id]);
      expect((await post('/key/block', { key: own.token_id }, key)).body['blocked']).toBe(true);
    });

    it('keys end with the key above them', async () => {
      const gateway = await makeGateway();
      const admin = openAdmin({ store: gateway.store });
      const top = (await admin.post('/key/generate', { can_manage_keys: true })).body;
      const child = (await admin.post('/key/generate', {}, top.key)).body;
      expect((await gateway.ask(chat(child.key))).status).toBe(200);
      await admin.post('/key/block', { key: top.key });
      gateway.pass(2000);
      admin.pass(2000);
      expect([(await gateway.ask(chat(child.key))).status, (await admin.post('/key/generate', {}, top.key)).status]).toEqual([401, 401]);
    });
  });
});

describe('GET /me/usage', () => {
  it('tells the holder of a key what is used of it, and nobody else', async () => {
    const counter = memoryCounter();
    const gateway = await makeGateway({ counter });
    const ledger = memoryLedger();
    const admin = openAdmin({ store: gateway.store, counter, ledger });
    const { key, token_id: id } = (
      await admin.post('/key/generate', { key_alias: 'ci', max_budget: 1, budget_duration: '1mo', rpm_limit: 10, max_parallel_requests: 2 })
    ).body;
    await ledger.record([madeUpReceipt('1', { key: id, cost: { micros: 1_500_000, price: { source: 'x', rates: {} } } })]);
    await gateway.ask(chat(key));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { status, body } = await admin.get('/me/usage', key);
    expect([status, body]).toMatchObject([
      200,
      {
        key_alias: 'ci',
        spend: 1.5,
        limits: [
          { of: 'requests', limit: 10, used: 1 },
          { of: 'parallel', limit: 2, used: 0, resets_at: null },
          { of: 'dollars', limit: 1, used: 0.000043, every: '1mo', resets_at: '2026-06-01T00:00:00.000Z' },
        ],
      },
    ]);
    expect(JSON.stringify(body)).not.toContain(key);
    expect((await admin.get('/me/usage', masterKey)).status).toBe(401);
    expect(asked(gateway.upstream)).toBe(1);
  });
});
