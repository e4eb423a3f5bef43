import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fetchDoor } from '../bindings/fetch-door.ts';
import { createAsker } from './ask-server.ts';
import { openToAll } from './describe-guards.ts';
import { openHouse } from './guarded-house.ts';

const root = new URL('../../', import.meta.url);

/** Every word that stands in quotes or behind a slash in the sources of the proxy, its faces and its providers. */
const words = new Set(
  globSync('packages/{core,auth,mistral,ollama}/src/**/*.ts', { cwd: root }).flatMap((file) =>
    [...readFileSync(new URL(file, root), 'utf8').matchAll(/['"`/]([a-z][\w-]{1,30})/g)].map(([, word]) => word),
  ),
);

describe('paths that no table names', () => {
  it('answer nothing to strangers, whatever word of the sources they are made of', { timeout: 120_000 }, async () => {
    const house = await openHouse();
    const server = await fetchDoor.start(house.options, {});
    const asker = createAsker(server);
    onTestFinished(async () => {
      await server.close();
      await house.close();
    });
    const open = new Set<string>();
    let count = 0;
    for (const word of words) {
      for (const path of [
        `/${word}`,
        `/v1/${word}`,
        `/api/${word}`,
        `/compat/${word}`,
        `/mistral/${word}`,
        `/ollama/${word}`,
        `/gguf/v1/${word}`,
      ]) {
        for (const method of ['GET', 'POST', 'DELETE'] as const) {
          count += 1;
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          const { status } = await asker.ask(method, path);
          if (![400, 401, 403, 404, 405].includes(status)) open.add(path);
        }
      }
    }
    process.stdout.write(`guards: ${count} combinations of made-up path and method\n`);
    expect([...open].toSorted()).toEqual(openToAll.flatMap(([path]) => (path === '/' ? [] : [path])).toSorted());
    expect(house.take().filter((event) => event !== 'arrived')).toEqual([]);
  });
});
