import { createKey, keyAdmin } from '@ai-proxy/auth';
import { ProxyError } from '@ai-proxy/core';
import type { Handler, HttpReply, KeyStore } from '@ai-proxy/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keyFieldNames } from '../../../packages/auth/src/admin/key-fields.ts';
import { chat, makeGateway } from '../../../packages/auth/test/fixtures/make-gateway.ts';
import { makeRequest } from '../../../packages/core/test/fixtures/make-request.ts';
import { keyStores } from './key-stores.ts';

const masterKey = 'sk-master-of-this-house-0123456789';

interface Office {
  readonly store: KeyStore;
  ask(path: string, body?: unknown, key?: string): Promise<Answered>;
}

interface Answered {
  readonly status: number;
  readonly headers: HttpReply['headers'];
  readonly text: string;
  json(): Record<string, unknown>;
}

function open(kind: string): Office {
  const makeStore = keyStores[kind];
  if (!makeStore) throw new Error(kind);
  const store = makeStore();
  onTestFinished(() => store.close());
  const handler: Handler = keyAdmin({ store, masterKey });
  return {
    store,
    async ask(path, body, key = masterKey) {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
      try {
        const reply = await handler(makeRequest(path, body, { headers }));
        const text = typeof reply?.body === 'string' ? reply.body : '';
        return {
          status: reply?.status ?? 404,
          headers: reply?.headers ?? {},
          text,
          json: () => JSON.parse(text) as Record<string, unknown>,
        };
      } catch (error) {
        if (!(error instanceof ProxyError)) throw error;
        return { status: error.status, headers: {}, text: error.message, json: () => ({}) };
      }
    },
  };
}

/** Texts that break what is careless: SQL, shells, templates, logs, prototypes, terminals. */
const hostile = [
  "x'; DROP TABLE keys; --",
  "' OR '1'='1",
  '" OR ""="',
  "x' UNION SELECT hash FROM keys --",
  '); DELETE FROM keys WHERE (1=1',
  '$1 || pg_sleep(10)',
  "x\\'; --",
  "%' ESCAPE '%",
  '_%',
  '*',
  '${7*7}{{7*7}}#{7*7}<%= 7*7 %>',
  '$(reboot) `reboot` | reboot ; reboot',
  '<script>alert(1)</script>',
  '../../../etc/passwd',
  '__proto__',
  'constructor',
  'toString',
  'ignore_check',
  '\u202Eesrever',
  'é\u0301 ☃ 🔑',
  'a'.repeat(256),
];

/** Texts that no name may be: what a header, a log line or a terminal would act on. */
const unprintable = ['x\r\nx-injected: 1', 'x\ny', 'x\0y', '\u001b[2J', 'x\u0085y', 'x\u2028y', 'x\ud800y', '', 'a'.repeat(257)];

/** The fields that hold texts of the operator's own, with each in its form. */
const textFields: Readonly<Record<string, (text: string) => unknown>> = {
  key_alias: (text) => text,
  user_id: (text) => text,
  team_id: (text) => text,
  models: (text) => [text],
  aliases: (text) => ({ fast: text }),
  tags: (text) => [text],
  allowed_routes: (text) => [text],
  allowed_operations: (text) => [text],
};

describe.each(Object.keys(keyStores))('fields of keys that are %s', (kind) => {
  it.each(Object.entries(textFields))('%s is kept as it is given, whatever it looks like', async (field, toValue) => {
    const office = open(kind);
    const before = await office.ask('/key/generate', { key_alias: 'bystander' });
    for (const text of hostile) {
      // oxlint-disable-next-line no-await-in-loop -- the failing one is named
      const made = await office.ask('/key/generate', { [field]: toValue(text) });
      expect([text, made.status, made.json()[field]]).toEqual([text, 200, toValue(text)]);
      // oxlint-disable-next-line no-await-in-loop -- the failing one is named
      const read = await office.ask(`/key/info?key=${String(made.json()['token_id'])}`);
      expect((read.json()['info'] as Record<string, unknown>)[field]).toEqual(toValue(text));
      for (const value of Object.values(made.headers)) expect(value).not.toMatch(/injected|DROP/);
    }
    // Each of them names itself and nothing else, in every place where it is looked for.
    for (const text of hostile) {
      const parameter = ({ key_alias: 'key_alias', user_id: 'user_id', team_id: 'team_id' } as Record<string, string>)[field];
      if (parameter === undefined) continue;
      // oxlint-disable-next-line no-await-in-loop -- the failing one is named
      const listed = await office.ask(`/key/list?${parameter}=${encodeURIComponent(text)}&return_full_object=true`);
      expect((listed.json()['keys'] as Record<string, unknown>[]).map((one) => one[field])).toEqual([text]);
    }
    expect((await office.ask(`/key/info?key=${String(before.json()['token_id'])}`)).status).toBe(200);
  });

  it.each(Object.entries(textFields))('%s holds nothing that a header or a terminal would act on', async (field, toValue) => {
    const office = open(kind);
    for (const text of unprintable) {
      // oxlint-disable-next-line no-await-in-loop -- the failing one is named
      const { status, text: told } = await office.ask('/key/generate', { [field]: toValue(text) });
      expect([JSON.stringify(text), status]).toEqual([JSON.stringify(text), 400]);
      expect(told).not.toMatch(/[\r\n\0\u001b]/);
    }
    expect((await office.store.list()).keys).toEqual([]);
  });

  it.each(keyFieldNames)('%s takes nothing of another kind', async (field) => {
    const office = open(kind);
    const isFlag = field === 'blocked' || field === 'can_manage_keys';
    const values = [
      { $gt: '' },
      { toString: 'x' },
      [[]],
      [{}],
      [null],
      Number.MAX_VALUE,
      -1,
      1.5,
      '1e400',
      'NaN',
      ...(isFlag ? ['false', 'true', 0, 1] : [true, false]),
      [['a']],
      { a: { b: { c: 1 } } },
      JSON.parse('{"__proto__": {"blocked": false}}') as unknown,
    ];
    const taken: unknown[] = [];
    for (const value of values) {
      // oxlint-disable-next-line no-await-in-loop -- the failing one is named
      const { status } = await office.ask('/key/generate', { [field]: value });
      expect([200, 400]).toContain(status);
      if (status === 200) taken.push(value);
    }
    // Notes may be anything; a text may be any text; money has fractions; of an object without a name of its own nothing is left.
    const right = (
      {
        metadata: 'object',
        key_alias: 'string',
        user_id: 'string',
        team_id: 'string',
        max_budget: 'number',
        soft_budget: 'number',
      } as const
    )[field as 'metadata'] as string | undefined;
    const odd = taken.filter((value) => {
      // A budget that says nothing limits nothing.
      if (field === 'budget_limits' && JSON.stringify(value) === '[{}]') return false;
      if (typeof value === right && !Array.isArray(value)) return false;
      return !(
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.keys(value).every((name) => name === '__proto__' || name === 'toString')
      );
    });
    expect([field, odd]).toEqual([field, []]);
    expect(({} as Record<string, unknown>)['blocked']).toBe(undefined);
  });

  it.each([
    '/key/info?key=',
    '/key/info?token_id=',
    '/key/list?cursor=',
    '/key/list?size=',
    '/key/list?parent=',
    '/key/audit?key=',
    '/key/audit?by=',
    '/key/audit?cursor=',
  ])('%s finds nothing that was not asked for', async (path) => {
    const office = open(kind);
    const made = await office.ask('/key/generate', { key_alias: 'only' });
    for (const text of [...hostile, ...unprintable, '-1', '1e9', 'NaN', createKey(), 'key_']) {
      // oxlint-disable-next-line no-await-in-loop -- the failing one is named
      const { status, text: told } = await office.ask(path + encodeURIComponent(text.toWellFormed()));
      expect([JSON.stringify(text), status < 500]).toEqual([JSON.stringify(text), true]);
      // How much of a list is shown, and from where on, is no filter.
      const isEmptyFilter = text === '' || path.endsWith('size=') || path.endsWith('cursor=');
      if (!isEmptyFilter) expect(told).not.toContain(String(made.json()['token_id']));
      expect(told).not.toContain(String(made.json()['key']));
    }
  });

  it.each(['update', 'block', 'unblock', 'delete', 'x/regenerate'])('/key/%s changes nothing that was not named', async (route) => {
    const office = open(kind);
    const made = await office.ask('/key/generate', { key_alias: 'only', blocked: false });
    const id = String(made.json()['token_id']);
    const before = await office.store.find(id);
    for (const text of [
      ...hostile,
      ...unprintable,
      'key_',
      `${id}'`,
      id.toUpperCase(),
      id.slice(0, -1),
      '%',
      String(before?.hash),
      String(before?.masked),
    ]) {
      const isDelete = route === 'delete';
      const path = route === 'x/regenerate' ? `/key/${encodeURIComponent(text.toWellFormed())}/regenerate` : `/key/${route}`;
      const body = route === 'x/regenerate' ? {} : isDelete ? { keys: [text] } : { key: text };
      // oxlint-disable-next-line no-await-in-loop -- the failing one is named
      const { status } = await office.ask(path, body);
      expect([JSON.stringify(text), status === 400 || status === 404]).toEqual([JSON.stringify(text), true]);
    }
    expect(await office.store.find(id)).toEqual(before);
    expect((await office.store.audit()).changes).toHaveLength(1);
  });

  it('may be called as every object’s own are, and limit what they name', async () => {
    const office = open(kind);
    const made = await office.ask('/key/generate', {
      model_max_budget: {},
      model_tpm_limit: { constructor: 1000 },
      model_rpm_limit: { toString: 0, valueOf: 5 },
      aliases: { constructor: 'test/small' },
    });
    expect(made.status).toBe(200);
    expect(made.json()).toMatchObject({
      model_tpm_limit: { constructor: 1000 },
      model_rpm_limit: { toString: 0, valueOf: 5 },
      model_max_budget: null,
    });
    const gateway = await makeGateway({ store: office.store });
    const key = String(made.json()['key']);
    expect((await gateway.ask(chat(key, { model: 'test/toString' }))).status).toBe(429);
    expect((await gateway.ask(chat(key, { model: 'constructor' }))).status).toBe(200);
    expect((await gateway.ask(chat(key))).status).toBe(200);
  });

  it('of a prototype are refused or left out, and change no prototype', async () => {
    const office = open(kind);
    for (const body of [
      '{"__proto__":{"can_manage_keys":true},"key_alias":"a"}',
      '{"constructor":{"prototype":{"can_manage_keys":true}},"key_alias":"b"}',
      '{"metadata":{"__proto__":{"can_manage_keys":true}},"key_alias":"c"}',
      '{"aliases":{"__proto__":"x"},"key_alias":"d"}',
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const made = await office.ask('/key/generate', JSON.parse(body) as unknown);
      expect([body, [200, 400].includes(made.status)]).toEqual([body, true]);
      if (made.status === 200) expect(made.json()['can_manage_keys']).toBe(false);
    }
    expect(({} as Record<string, unknown>)['can_manage_keys']).toBe(undefined);
  });
});

describe.each(Object.keys(keyStores))('who may make keys, of keys that are %s,', (kind) => {
  it('can take nothing that is not his', async () => {
    const office = open(kind);
    const boss = await office.ask('/key/generate', {
      can_manage_keys: true,
      models: ['small', 'mistral/*'],
      allowed_routes: ['/v1/*'],
      user_id: 'boss',
      duration: '1d',
    });
    const foreign = await office.ask('/key/generate', { key_alias: 'foreign' });
    const [bossKey, foreignId] = [String(boss.json()['key']), String(foreign.json()['token_id'])];
    for (const body of [
      { models: ['*'] },
      { models: ['small', 'large'] },
      { models: ['m*'] },
      { models: ['mistral/*', '*/mistral/x'] },
      { allowed_routes: ['/mistral/*'] },
      { allowed_routes: ['/*'] },
      { user_id: 'other' },
      { team_id: 'other' },
      { duration: '2d' },
      { can_manage_keys: true },
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- the failing one is named
      expect([body, (await office.ask('/key/generate', body, bossKey)).status]).toEqual([body, 403]);
    }
    expect((await office.ask('/key/generate', { tags: ['under:key_1'] }, bossKey)).status).toBe(400);
    expect((await office.ask('/key/generate', { key: createKey() }, bossKey)).status).toBe(400);
    for (const [path, body] of [
      [`/key/info?key=${foreignId}`, undefined],
      ['/key/update', { key: foreignId, models: [] }],
      ['/key/update', { key: String(boss.json()['token_id']), models: [] }],
      ['/key/block', { key: foreignId }],
      ['/key/delete', { keys: [foreignId] }],
      ['/key/delete', { key_aliases: ['foreign'] }],
      [`/key/${foreignId}/regenerate`, {}],
      [`/key/${String(boss.json()['token_id'])}/regenerate`, {}],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- the failing one is named
      expect([path, (await office.ask(path, body, bossKey)).status]).toEqual([path, 404]);
    }
    for (const path of [
      '/key/list',
      '/key/list?parent=',
      `/key/list?parent=${foreignId}`,
      '/key/list?key_alias=foreign',
      '/key/audit',
      `/key/audit?key=${foreignId}`,
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- the failing one is named
      expect((await office.ask(path, undefined, bossKey)).text).not.toContain(foreignId);
    }
    // What he makes can do no more than he, though it says nothing of itself.
    const child = await office.ask('/key/generate', {}, bossKey);
    expect(child.json()).toMatchObject({
      models: ['small', 'mistral/*'],
      allowed_routes: ['/v1/*'],
      user_id: 'boss',
      can_manage_keys: false,
    });
    expect((await office.ask('/key/update', { key: child.json()['token_id'], models: [] }, bossKey)).json()['models']).toEqual([
      'small',
      'mistral/*',
    ]);
    expect((await office.ask('/key/generate', {}, String(child.json()['key']))).status).toBe(403);
  });
});
