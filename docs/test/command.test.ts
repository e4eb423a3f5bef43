import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCommand } from '../../packages/server/src/keys-command/create.ts';
import { readServerSettings } from '../../packages/server/src/server-settings.ts';
import { command } from '../../packages/server/src/command.ts';
import { spendCommand } from '../../packages/server/src/spend-command.ts';
import { serve } from '../../packages/server/src/serve.ts';
import type { RunningServer } from '../../packages/server/src/serve.ts';
import { blocksOf, checkedTable, codeIn, codeInColumn, pageAt, pages, root } from './documents.ts';
import { readCurl, shellCommands } from './shell-words.ts';

const documented = 'http://127.0.0.1:8787';

const curls = pages.flatMap((page) =>
  blocksOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap((block) => shellCommands(block.code).map((words) => ({ path: page.path, words })))
    .filter(({ words }) => words[0] === 'curl'),
);

/** Those that need one run where callers are asked for keys. */
const needsKey = (words: readonly string[]): boolean => words.some((word) => /\$(?:KEY|AI_PROXY_MASTER_KEY)\b/.test(word));

describe('the requests of the pages', () => {
  const providerKey = process.env.MISTRAL_API_KEY;
  const masterKey = 'sk-1234';
  const folder = mkdtempSync(join(tmpdir(), 'ai-proxy-docs-'));
  let open: RunningServer;
  let keyed: RunningServer;
  let key = '';

  beforeAll(async () => {
    delete process.env.MISTRAL_API_KEY;
    const settings = {
      host: '127.0.0.1',
      port: 0,
      cors: false,
      hosts: [],
      demo: true,
      database: undefined,
      journal: undefined,
      redis: undefined,
      masterKey: undefined,
    } as const;
    open = await serve(settings);
    keyed = await serve({ ...settings, masterKey, database: `sqlite:${join(folder, 'ai-proxy.db')}` });
    const made = await fetch(`${keyed.url}/key/generate`, { method: 'POST', headers: { authorization: `Bearer ${masterKey}` } });
    ({ key } = (await made.json()) as { key: string });
  });
  afterAll(async () => {
    if (providerKey !== undefined) process.env.MISTRAL_API_KEY = providerKey;
    await Promise.all([open.close(0), keyed.close(0)]);
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (words: readonly string[]): Promise<Response> => {
    const server = needsKey(words) ? keyed : open;
    const { url, body, ...request } = readCurl(
      words.map((word) => word.replaceAll('$AI_PROXY_MASTER_KEY', masterKey).replaceAll('$KEY', key)),
    );
    expect(url.startsWith(documented)).toBe(true);
    return fetch(server.url + url.slice(documented.length), { ...request, ...(body === undefined ? {} : { body }) });
  };

  it('are found', () => {
    expect(curls.map(({ path }) => path)).toEqual(expect.arrayContaining(['README.md', 'docs/command.md', 'packages/server/README.md']));
    expect(curls.filter(({ words }) => needsKey(words)).map(({ path }) => path)).toEqual(
      expect.arrayContaining(['README.md', 'docs/command.md']),
    );
  });

  it.each(curls.map(({ path, words }) => [path, words.join(' '), words] as const))('%s: %s', async (_, line, words) => {
    const answer = await ask(words);
    const text = await answer.text();
    expect({ status: answer.status, text: answer.ok ? '' : text }).toEqual({ status: 200, text: '' });
    if (line.includes('"stream":true')) expect(text).toMatch(/^data: \{[^]+data: \[DONE\]\n\n$/);
    else expect(() => void JSON.parse(text)).not.toThrow();
  });

  it('are refused without their key', async () => {
    for (const { words } of curls.filter((one) => needsKey(one.words))) {
      const answer = await ask(words.map((word) => word.replace('Authorization: Bearer', 'X-Nothing:')));
      expect([words.join(' '), answer.status]).toEqual([words.join(' '), 401]);
      await answer.body?.cancel();
    }
  });

  it('report what the page says that they report', async () => {
    const words = curls.find(({ words: all }) => all.join(' ').includes('"temperature":2'))?.words ?? [];
    expect((await ask(words)).headers.get('x-ai-proxy-dropped')?.split(', ').toSorted()).toEqual(['temperature', 'user']);
  });

  it('are answered as the README shows', async () => {
    const shown = blocksOf(pageAt('README.md')).find(({ code }) => code.startsWith('x-ai-proxy-id'))?.code ?? '';
    const [head = '', json = ''] = shown.split('\n\n');
    const answer = await ask(curls.find(({ path }) => path === 'README.md')?.words ?? []);
    for (const header of head.split('\n')) {
      const [name = '', value = ''] = header.split(': ');
      if (name === 'x-ai-proxy-id') expect(answer.headers.get(name)).toHaveLength(value.length);
      else expect(`${name}: ${answer.headers.get(name)}`).toBe(header);
    }
    expect(outline(await answer.json())).toEqual(outline(JSON.parse(json.replaceAll('{…}', '"…"').replaceAll('…}', '}'))));
  });
});

/** What is the same in every answer: texts, numbers and counts differ. */
function outline(value: unknown): unknown {
  if (!isRecord(value)) throw new TypeError('an answer is an object');
  const choices = Array.isArray(value.choices)
    ? value.choices.map((choice: unknown) =>
        isRecord(choice) ? { ...choice, message: Object.keys(isRecord(choice.message) ? choice.message : {}) } : choice,
      )
    : [];
  return { keys: Object.keys(value), object: value.object, choices };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

describe('docs/command.md', () => {
  it('names every argument', () => {
    const rows = checkedTable('docs/command.md', 'arguments');
    expect(rows.map((row) => codeIn(row[0])[0])).toEqual(Object.keys(command.args ?? {}).map((name) => `--${name}`));
  });

  it.each(checkedTable('docs/command.md', 'arguments'))(
    'has the variable and the default of %s that the help names',
    (argument, variable, byDefault) => {
      const help: unknown = Reflect.get(command.args ?? {}, codeIn(argument)[0]?.slice(2) ?? '');
      const said = isRecord(help) ? String(help.description) : '';
      expect([...codeIn(variable), ...codeIn(byDefault)].filter((word) => !said.includes(word))).toEqual([]);
      expect(said).not.toBe('');
    },
  );

  it('names every variable', () => {
    const read = new Set<string>();
    const environment = new Proxy<Record<string, string>>({}, { get: (_, name) => void read.add(String(name)) });
    readServerSettings({ demo: false }, environment);
    // The operator's stores are asked for where there is a master key.
    readServerSettings(
      { demo: false },
      new Proxy<Record<string, string>>(
        {},
        { get: (_, name) => (read.add(String(name)), name === 'AI_PROXY_MASTER_KEY' ? 'sk-1' : undefined) },
      ),
    );
    const ofArguments = codeInColumn(checkedTable('docs/command.md', 'arguments'), 1);
    const table = codeInColumn(checkedTable('docs/command.md', 'environment'), 0);
    const providers = globSync('packages/{mistral,ollama}/src/**/*.ts', { cwd: root }).map((path) =>
      readFileSync(join(root, path), 'utf8'),
    );
    const ofProviders = table.filter((name) => !read.has(name));
    expect(ofProviders).toEqual(['MISTRAL_API_KEY', 'MISTRAL_API_BASE', 'OLLAMA_HOST', 'OLLAMA_API_KEY', 'AI_PROXY_OLLAMA_FACE']);
    expect(ofProviders.filter((name) => !providers.some((text) => text.includes(`'${name}'`)))).toEqual([]);
    expect([...read].toSorted()).toEqual([...ofArguments, ...table.filter((name) => read.has(name))].toSorted());
  });

  it('names every argument of ai-proxy keys create', () => {
    expect(codeInColumn(checkedTable('docs/command.md', 'keys create'), 0)).toEqual(
      Object.keys(createCommand.args ?? {}).map((name) => `--${name}`),
    );
  });

  it('names every argument of ai-proxy spend', async () => {
    const { args } = spendCommand;
    expect(checkedTable('docs/command.md', 'spend arguments').map(([argument]) => codeIn(argument)[0])).toEqual(
      Object.keys(args ?? {}).map((name) => `--${name}`),
    );
  });
});
