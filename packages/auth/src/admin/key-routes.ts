import { invalidParameter, privateJson, readQuery } from '@ai-proxy/core';
import type { HttpReply, HttpRequest, KeyRecord, KeyStore, Ledger } from '@ai-proxy/core';
import { createSortedId } from '../key/create-key-id.ts';
import { createKey, hashKey, isForeignKey, isWellFormed, maskKey } from '../key/key-text.ts';
import { durationFrom } from '../span/budget-span.ts';
import type { GuardedStore } from '../store/guarded-store.ts';
import type { Actor } from './actor.ts';
import type { KeyChanges } from './key-changes.ts';
import { bodies, keyFieldNames } from './key-fields.ts';
import { narrowTo } from './narrow.ts';
import { readBody } from './read-body.ts';
import { shownOf } from './to-fields.ts';
import { withFields } from './to-record.ts';
import { spendOf } from './usage.ts';
import type { UsageOptions } from './usage.ts';

export interface KeyRoutesOptions {
  readonly store: KeyStore;
  readonly guard: GuardedStore;
  readonly changes: KeyChanges;
  readonly usage: UsageOptions;
  readonly ledger: Ledger | undefined;
  readonly acceptForeignKeys: boolean;
  readonly now: () => number;
}

/** `query` is the text behind the question mark, `inPath` the key that the path names. */
export type KeyRoute = (actor: Actor, request: HttpRequest, query: string, inPath: string) => Promise<HttpReply>;

/** The routes below `/key`, by their names. */
export function createKeyRoutes({
  store,
  guard,
  changes,
  usage,
  acceptForeignKeys,
  now,
}: KeyRoutesOptions): Readonly<Record<string, KeyRoute>> {
  const fit = (actor: Actor, record: KeyRecord): KeyRecord => (actor.key ? narrowTo(actor.key, record) : record);

  const block =
    (blocked: boolean): KeyRoute =>
    async (actor, request) => {
      const { key } = await readBody(request, bodies.one, ['key']);
      const record = await changes.change(actor, key, blocked ? 'block' : 'unblock', (before) => ({
        ...before,
        blocked,
        updatedAt: now(),
      }));
      return privateJson(shownOf(record));
    };

  return {
    async generate(actor, request) {
      const { key: own, ...fields } = await readBody(request, bodies.generate, [...keyFieldNames, 'key']);
      const text = own ?? createKey();
      checkOwnKey(own ?? undefined, actor, acceptForeignKeys);
      const at = now();
      const record = fit(actor, withFields(await emptyRecord(text, actor, at), fields, at));
      await changes.put(actor, record);
      return privateJson({ key: text, ...shownOf(record) });
    },
    async info(actor, _request, query) {
      const parameters = readQuery(query, ['key', 'token_id']);
      const named = parameters.text('key') ?? parameters.text('token_id') ?? '';
      if (named === '') throw invalidParameter('key', 'Say which key: GET /key/info?key=…, by the key itself or by its "token_id".');
      const record = await changes.find(actor, named);
      return privateJson({ key: record.id, info: { ...shownOf(record), spend: await spendOf(record, usage) } });
    },
    async update(actor, request) {
      const { key, ...fields } = await readBody(request, bodies.update, [...keyFieldNames, 'key']);
      return privateJson(shownOf(await changes.change(actor, key, 'update', (before) => fit(actor, withFields(before, fields, now())))));
    },
    async delete(actor, request) {
      const { keys, key_aliases: aliases } = await readBody(request, bodies.delete, ['keys', 'key_aliases']);
      // All of them are looked for before the first is gone: a mistake in one name deletes none.
      const records = [
        ...(await Promise.all((keys ?? []).map(async (one) => changes.find(actor, one)))),
        ...(await Promise.all((aliases ?? []).map(async (one) => changes.findByAlias(actor, one)))),
      ];
      const deleted: string[] = [];
      for (const record of records) if (await changes.delete(actor, record)) deleted.push(record.id);
      return privateJson({ deleted_keys: deleted });
    },
    block: block(true),
    unblock: block(false),
    async list(actor, _request, query) {
      const parameters = readQuery(query, ['user_id', 'team_id', 'key_alias', 'parent', 'size', 'cursor', 'return_full_object']);
      const { text } = parameters;
      const filter = {
        ...named('owner', text('user_id')),
        ...named('team', text('team_id')),
        ...named('alias', text('key_alias')),
        ...named('parent', actor.key ? actor.key.id : text('parent')),
      };
      const page = await guard.ask(async () => store.list(filter, text('cursor'), parameters.whole('size')));
      const isFull = parameters.choice('return_full_object', ['true', 'false']) === 'true';
      return privateJson({ keys: page.keys.map((record) => (isFull ? shownOf(record) : record.id)), next_cursor: page.next ?? null });
    },
    async regenerate(actor, request, _query, inPath) {
      const { key, grace_period: grace, ...fields } = await readBody(request, bodies.regenerate, [...keyFieldNames, 'key', 'grace_period']);
      const which = inPath === '' ? key : inPath;
      if (which === undefined || which === null) throw invalidParameter('key', 'Say which key, in the path or as "key".');
      const text = createKey();
      const hash = await hashKey(text);
      const at = now();
      const until = grace === undefined || grace === null ? at : (durationFrom(grace, at) ?? at);
      const record = await changes.change(actor, which, 'regenerate', (before) => ({
        ...fit(actor, withFields(before, fields, at)),
        hash,
        masked: maskKey(text),
        // Those of earlier rotations keep the time that they were given.
        earlier: [...before.earlier, { hash: before.hash, until }].filter((one) => one.until > at).slice(-10),
      }));
      return privateJson({ key: text, ...shownOf(record) });
    },
    async audit(actor, _request, query) {
      const { text } = readQuery(query, ['key', 'by', 'cursor']);
      const filter = { ...named('key', text('key')), ...named('by', actor.key ? actor.key.id : text('by')) };
      const page = await guard.ask(async () => store.audit(filter, text('cursor')));
      return privateJson({
        changes: page.changes.map(({ at, ...one }) => ({ ...one, at: new Date(at).toISOString() })),
        next_cursor: page.next ?? null,
      });
    },
  };
}

const named = <Name extends string>(name: Name, value: string | undefined): Partial<Record<Name, string>> =>
  value === undefined ? {} : ({ [name]: value } as Record<Name, string>);

function checkOwnKey(own: string | undefined, actor: Actor, acceptForeignKeys: boolean): void {
  if (own === undefined) return;
  if (actor.key) throw invalidParameter('key', 'Keys below yours are made here. Leave "key" out.');
  if (isWellFormed(own) || (acceptForeignKeys && isForeignKey(own))) return;
  throw invalidParameter(
    'key',
    acceptForeignKeys
      ? 'A key of your own begins with "sk-" and has 20 to 200 further letters, digits, ".", "-" or "_".'
      : 'A key of your own has to be one that this gateway could have made. The operator can let others in with acceptForeignKeys: true.',
  );
}

async function emptyRecord(key: string, actor: Actor, at: number): Promise<KeyRecord> {
  return {
    id: createSortedId('key', at),
    hash: await hashKey(key),
    earlier: [],
    masked: maskKey(key),
    alias: undefined,
    owner: undefined,
    team: undefined,
    parent: undefined,
    models: [],
    modelAliases: {},
    operations: [],
    routes: [],
    expiresAt: undefined,
    blocked: false,
    tags: [],
    metadata: {},
    maxOutputTokens: undefined,
    limits: {},
    endUserLimits: {},
    managesKeys: false,
    createdAt: at,
    updatedAt: at,
    createdBy: actor.name,
    version: 1,
  };
}
