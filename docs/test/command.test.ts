import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../packages/server/src/command.ts';
import { spendCommand } from '../../packages/server/src/spend-command.ts';
import { serve } from '../../packages/server/src/serve.ts';
import type { RunningServer } from '../../packages/server/src/serve.ts';
import { blocksOf, checkedTable, codeIn, pageAt, pages } from './documents.ts';
import { readCurl, shellCommands } from './shell-words.ts';

const documented = 'http://127.0.0.1:8787';

const curls = pages.flatMap((page) =>
  blocksOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap((block) => shellCommands(block.code).map((words) => ({ path: page.path, words })))
    .filter(({ words }) => words[0] === 'curl'),
);

describe('the requests of the pages', () => {
  const key = process.env.MISTRAL_API_KEY;
  let server: RunningServer;

  beforeAll(async () => {
    delete process.env.MISTRAL_API_KEY;
    server = await serve({
      host: '127.0.0.1',
      port: 0,
      cors: false,
      hosts: [],
      demo: true,
      database: undefined,
      journal: undefined,
      redis: undefined,
      masterKey: undefined,
    });
  });
  afterAll(async () => {
    if (key !== undefined) process.env.MISTRAL_API_KEY = key;
    await server.close(0);
  });

  const ask = (words: readonly string[]): Promise<Response> => {
    const { url, body, ...request } = readCurl(words);
    expect(url.startsWith(documented)).toBe(true);
    return fetch(server.url + url.slice(documented.length), { ...request, ...(body === undefined ? {} : { body }) });
  };

  it('are found', () => {
    expect(curls.map(({ path }) => path)).toEqual(expect.arrayContaining(['README.md', 'docs/command.md', 'packages/server/README.md']));
  });

  it.each(curls.map(({ path, words }) => [path, words.join(' '), words] as const))('%s: %s', async (_, line, words) => {
    const answer = await ask(words);
    const text = await answer.text();
    expect({ status: answer.status, text: answer.ok ? '' : text }).toEqual({ status: 200, text: '' });
    if (line.includes('"stream":true')) expect(text).toMatch(/^data: \{[^]+data: \[DONE\]\n\n$/);
    else expect(() => void JSON.parse(text)).not.toThrow();
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

  it('names every argument of ai-proxy spend', async () => {
    const { args } = spendCommand;
    expect(checkedTable('docs/command.md', 'spend arguments').map(([argument]) => codeIn(argument)[0])).toEqual(
      Object.keys(args ?? {}).map((name) => `--${name}`),
    );
  });
});
