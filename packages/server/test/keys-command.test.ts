import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { hashKey } from '@ai-proxy/auth';
import type { KeyStore } from '@ai-proxy/core';
import { redis as connect } from '@ai-proxy/redis';
import { openSql, sqlKeyStore } from '@ai-proxy/sql';
import { startPostgres, startRedis } from '@ai-proxy/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder, folderOfTest, removeFolder, runCommand } from './command-process.ts';
import type { Environment, Finished } from './command-process.ts';

/** What the store holds that the command worked on. */
async function inStore<Answer>(url: string, ask: (store: KeyStore) => Promise<Answer>): Promise<Answer> {
  const database = openSql(url);
  const store = sqlKeyStore(database);
  try {
    return await ask(store);
  } finally {
    await store.close();
    await database.close();
  }
}

describe('ai-proxy keys', { timeout: 60_000 }, () => {
  const folder = emptyFolder();
  const url = `sqlite:${join(folder, 'ai-proxy.db')}`;
  afterAll(() => removeFolder(folder));

  const keys = async (...args: readonly string[]): Promise<Finished> => runCommand(folder, ['keys', ...args]);
  const findByKey = async (key: string): ReturnType<KeyStore['findByHash']> =>
    inStore(url, async (store) => store.findByHash(await hashKey(key)));

  it('makes a key without a server, prints it once and alone, and keeps only its hash', async () => {
    const { code, stdout, stderr } = await keys('create');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^sk-[\w-]{48}\n$/);
    expect(stderr).toMatch(/^key_\w+: the key is shown this once, only its hash is kept\. It is kept in sqlite:ai-proxy\.db\.\n$/);
    expect(await findByKey(stdout.trim())).toMatchObject({ models: [], limits: {}, createdBy: userInfo().username });
    const { stdout: listed } = await keys('list', '--json');
    expect(listed).not.toContain(stdout.trim());
  });

  it('sets what the options say', async () => {
    const options =
      '--alias ci --owner ada --team red --models mistral/*,safe --operations=chat,ocr --routes /mistral/* --max-budget 2.5 --soft-budget 2 ' +
      '--budget-duration 1mo --budget-timezone Europe/Paris --rpm 60 --tpm 1000 --parallel 4 --max-output-tokens 256 --expires 30d --tags a,b ' +
      '--metadata {"cost_center":"42"} --json';
    const { code, stdout, stderr } = await keys('create', ...options.split(' '));
    expect([code, stderr]).toEqual([0, '']);
    const answer = JSON.parse(stdout) as { key: string; created_by: string };
    expect(answer.created_by).toBe(userInfo().username);
    const record = await findByKey(answer.key);
    expect(record).toMatchObject({
      alias: 'ci',
      owner: 'ada',
      team: 'red',
      models: ['mistral/*', 'safe'],
      operations: ['chat', 'ocr'],
      routes: ['/mistral/*'],
      limits: {
        budgets: [{ limit: 2_500_000, soft: 2_000_000, every: '1mo', timezone: 'Europe/Paris' }],
        requestsPerMinute: 60,
        tokensPerMinute: 1000,
        parallel: 4,
      },
      maxOutputTokens: 256,
      tags: ['a', 'b'],
      metadata: { cost_center: '42' },
    });
    expect((record?.expiresAt ?? 0) - (record?.createdAt ?? 0)).toBe(30 * 86_400_000);
  });

  it('lists keys as a table, by owner and team, and as JSON', async () => {
    const { stdout } = await keys('list', '--owner', 'ada');
    const [head, row, ...rest] = stdout.trim().split('\n');
    expect(head?.split(/ {2,}/)).toEqual([
      'alias',
      'id',
      'key',
      'owner',
      'team',
      'models',
      'dollars',
      'rpm',
      'tpm',
      'parallel',
      'expires',
      'state',
    ]);
    expect(row).toMatch(/^ci +key_\w+ +sk-\.\.\.\S{4} +ada +red +mistral\/\*,safe +2\.5\/1mo +60 +1000 +4 +\d{4}-\d\d-\d\d +good$/);
    expect(rest).toEqual([]);
    expect((await keys('list', '--team', 'blue')).stdout).toBe('No keys.\n');
    expect(JSON.parse((await keys('list', '--alias', 'ci', '--json')).stdout)).toMatchObject([{ key_alias: 'ci', max_budget: 2.5 }]);
    expect((await keys('list', '--limit', '1')).stdout.trim().split('\n').at(-1)).toBe('There are more: --limit shows them.');
  });

  it('rotates a key, and lets the old one open for a while', async () => {
    const before = (await keys('create', '--alias', 'turning', '--rpm', '5')).stdout.trim();
    const { code, stdout, stderr } = await keys('rotate', 'turning', '--grace-period', '24h');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^turning \(key_\w+\): .* The old one opens for 24h\.\n$/);
    const after = stdout.trim();
    const record = await findByKey(after);
    expect(record).toMatchObject({ alias: 'turning', limits: { requestsPerMinute: 5 }, earlier: [{ hash: await hashKey(before) }] });
    expect((record?.earlier[0]?.until ?? 0) - (record?.updatedAt ?? 0)).toBe(86_400_000);
    const third = (await keys('rotate', record?.id ?? '')).stdout.trim();
    expect(await findByKey(after)).toBeUndefined();
    expect((await findByKey(third))?.alias).toBe('turning');
  });

  it('blocks a key, takes that back, and revokes it, by alias, id or the key itself', async () => {
    const key = (await keys('create', '--alias', 'passing')).stdout.trim();
    const { id } = (await findByKey(key)) ?? { id: '' };
    expect(await keys('revoke', 'passing', '--block')).toMatchObject({ code: 0, stdout: `blocked ${id}\n` });
    expect(await findByKey(key)).toMatchObject({ blocked: true });
    expect((await keys('list', '--alias', 'passing')).stdout).toMatch(/ blocked\n$/);
    expect(await keys('revoke', id, '--unblock')).toMatchObject({ code: 0, stdout: `unblocked ${id}\n` });
    expect(await findByKey(key)).toMatchObject({ blocked: false });
    expect(await keys('revoke', key, '--json')).toMatchObject({
      code: 0,
      stdout: `${JSON.stringify({ deleted_keys: [id] }, undefined, 2)}\n`,
    });
    expect(await findByKey(key)).toBeUndefined();
  });

  it('revokes all that are named, or none', async () => {
    const [one, other] = [
      (await keys('create', '--alias', 'first')).stdout.trim(),
      (await keys('create', '--alias', 'second')).stdout.trim(),
    ];
    expect(await keys('revoke', 'first', 'secnd')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'ai-proxy: there is no key "secnd"; did you mean "second"? ai-proxy keys list shows them.\n',
    });
    expect((await findByKey(one))?.alias).toBe('first');
    expect(await keys('revoke', 'first', 'second')).toMatchObject({ code: 0 });
    expect([await findByKey(one), await findByKey(other)]).toEqual([undefined, undefined]);
  });

  it('leaves an account of every change, by whoever was at the keyboard', async () => {
    const { changes } = await inStore(url, async (store) => store.audit());
    expect(new Set(changes.map(({ by }) => by))).toEqual(new Set([userInfo().username]));
    expect(new Set(changes.map(({ action }) => action))).toEqual(new Set(['generate', 'regenerate', 'block', 'unblock', 'delete']));
    expect(changes.find(({ action }) => action === 'block')).toMatchObject({ before: { blocked: false }, after: { blocked: true } });
  });

  it.each([
    {
      case: 'a mistyped option',
      args: ['create', '--max-buget', '5'],
      says: 'there is no option "--max-buget"; did you mean --max-budget?',
    },
    { case: 'a mistyped command', args: ['crate'], says: 'there is no command "keys crate"; did you mean "ai-proxy keys create"?' },
    { case: 'another word for a command', args: ['delete', 'ci'], says: 'did you mean "ai-proxy keys revoke"?' },
    { case: 'a zone that is none', args: ['create', '--budget-timezone', 'Moon/Crater'], says: '--budget-timezone is not right' },
    { case: 'an alias that is taken', args: ['create', '--alias', 'ci'], says: 'alias' },
    { case: 'nothing to revoke', args: ['revoke'], says: 'say which key' },
    { case: 'two ends at once', args: ['revoke', 'ci', '--block', '--unblock'], says: '--block and --unblock exclude each other' },
    { case: 'two keys to rotate', args: ['rotate', 'ci', 'cd'], says: 'say which key' },
    { case: 'a grace period that is none', args: ['rotate', 'ci', '--grace-period', 'long'], says: '--grace-period has to be a span' },
    { case: 'a database that is not there', args: ['list', '--database', 'sqlite:other.db'], says: 'there is no database at "other.db"' },
    {
      case: 'a database that is away',
      args: ['create', '--database', 'postgres://me:hush-hush@127.0.0.1:1/keys'],
      says: 'the database postgres://127.0.0.1:1/keys cannot be used: connect ECONNREFUSED',
    },
  ])('refuses $case in one line and exits 1', async ({ args, says }) => {
    const { code, stdout, stderr } = await keys(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('hush');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(existsSync(join(folder, 'other.db'))).toBe(false);
  });

  it('prints its help', async () => {
    const { code, stdout } = await keys('--help');
    expect(code).toBe(0);
    expect(['create', 'list', 'revoke', 'rotate', 'DATABASE_URL', 'REDIS_URL'].filter((word) => !stdout.includes(word))).toEqual([]);
    expect((await keys('create', '--help')).stdout).toContain('--max-budget');
  });
});

describe('ai-proxy keys on PostgreSQL and Redis', { timeout: 120_000 }, () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([postgres?.close(), redis?.close()]);
  });

  it('keeps keys in the one, and announces changes over the other', async ({ skip }) => {
    if (!postgres || !redis) return skip();
    const url = await postgres.createDatabase();
    const environment: Environment = { DATABASE_URL: url, REDIS_URL: redis.url };
    const heard: string[] = [];
    const listener = connect({ url: redis.url });
    listener.subscribe('ai-proxy:keys', { onMessage: (id) => void heard.push(id), onProblem: () => {} });
    await expect.poll(async () => redis?.ask('PUBSUB', 'NUMSUB', 'ai-proxy:keys')).toMatch(/1$/);

    const folder = folderOfTest();
    const made = await runCommand(folder, ['keys', 'create', '--alias', 'ci'], environment);
    expect(made).toMatchObject({ code: 0 });
    const record = await inStore(url, async (store) => store.findByHash(await hashKey(made.stdout.trim())));
    expect(await runCommand(folder, ['keys', 'revoke', 'ci'], environment)).toMatchObject({ code: 0, stderr: '' });
    await expect.poll(() => heard).toEqual([record?.id, record?.id]);
    await listener.close();
  });

  it('does what it is asked while Redis is away, and says that servers hear of it a little later', async ({ skip }) => {
    if (!postgres) return skip();
    const environment: Environment = { DATABASE_URL: await postgres.createDatabase(), REDIS_URL: 'redis://127.0.0.1:1' };
    const { code, stdout, stderr } = await runCommand(folderOfTest(), ['keys', 'create'], environment);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^sk-/);
    expect(stderr).toContain('other instances hear of it within two seconds');
  });
});
