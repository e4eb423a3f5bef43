import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { openSql, sqlOwners } from '../../src/index.ts';
import type { SqlOwners, SqlOwnersOptions } from '../../src/index.ts';
import { openDatabases } from '../keys/open-databases.ts';

const databases = await openDatabases();
afterAll(async () => databases.close());

function open(url: string, options?: SqlOwnersOptions): SqlOwners {
  const database = openSql(url);
  const store = sqlOwners(database, options);
  onTestFinished(async () => {
    await store.close();
    await database.close();
  });
  return store;
}

const object = (
  id: string,
  owner = 'anna',
): { readonly provider: string; readonly kind: string; readonly id: string; readonly owner: string } => ({
  provider: 'mistral',
  kind: 'file',
  id,
  owner,
});

describe.each(databases.kinds)('owners in %s', (_name, kind, isMissing) => {
  it.skipIf(isMissing)('are agreed on by several who note the same at once', { timeout: 60_000 }, async () => {
    const url = await databases.url(kind);
    const stores = Array.from({ length: 4 }, () => open(url, { timeout: 20_000 }));
    const ids = Array.from({ length: 50 }, (_, index) => `f_${index}`);
    const answers = await Promise.all(
      stores.map(async (store, who) =>
        Promise.all(ids.map(async (id) => store.record([object(id, `owner ${who}`), object(`${id} of ${who}`, `owner ${who}`)]))),
      ),
    );
    const [first = []] = answers;
    for (const [who, answer] of answers.entries()) {
      expect(answer.map(([shared]) => shared)).toEqual(first.map(([shared]) => shared));
      expect(answer.map(([, own]) => own)).toEqual(ids.map(() => `owner ${who}`));
    }
    const [one, other] = stores;
    expect(await one?.find(ids.map((id) => object(id)))).toEqual(await other?.find(ids.map((id) => object(id))));
  });
});

describe('owners in a file that somebody else has locked', () => {
  it('are still found, and are noted once it is free; whoever waits too long is told, and the event loop goes on', async () => {
    const url = await databases.url('sqlite');
    const [patient, hasty] = [open(url, { timeout: 20_000 }), open(url, { timeout: 100 })];
    await patient.record([object('a')]);
    await hasty.find([object('a')]);
    const other = new DatabaseSync(url.slice('sqlite:'.length));
    onTestFinished(() => other.close());
    other.exec('begin immediate');
    let turns = 0;
    const noted = patient.record([object('b')]);
    const refused = hasty.record([object('c')]).catch(String);
    for (; turns < 5; turns += 1) await setTimeout(1);
    expect(await patient.find([object('a'), object('b')])).toEqual(['anna', undefined]);
    expect(await refused).toContain('The store "owners" failed');
    other.exec('commit');
    expect(await noted).toEqual(['anna']);
    expect(await hasty.find([object('b'), object('c')])).toEqual(['anna', undefined]);
  });
});

describe.skipIf(databases.server === undefined)('owners on a server that goes away', () => {
  it('are closed while it is, and known again when it is back', { timeout: 60_000 }, async () => {
    const store = open(await databases.url('postgres'), { timeout: 2000 });
    await store.record([object('a')]);
    await databases.server?.stop();
    for (let round = 0; round < 3; round += 1) {
      await expect(store.find([object('a')])).rejects.toThrow('The store "owners" failed');
      await expect(store.record([object('b')])).rejects.toThrow('The store "owners" failed');
    }
    await databases.server?.start();
    await expect.poll(async () => store.find([object('a')]).catch(String)).toEqual(['anna']);
    expect(await store.record([object('b')])).toEqual(['anna']);
  });
});
