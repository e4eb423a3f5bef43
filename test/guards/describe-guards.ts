import type { BindingUnderTest } from '@ai-proxy/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAsker } from './ask-server.ts';
import type { Asker } from './ask-server.ts';
import { openHouse } from './guarded-house.ts';
import type { Event, GuardedHouse } from './guarded-house.ts';
import { methods } from './house-routes.ts';
import type { HouseRoute, Method } from './house-routes.ts';

/** What answers without a key, and why that is right. Nothing else may. */
export const openToAll: readonly (readonly [string, string])[] = [
  ['/', 'a sign of life of Ollama’s face, which says nothing else'],
  ['/api/version', 'clients of Ollama ask for it before anything else'],
  ['/api/ps', 'an empty list, whoever asks'],
];

/** What the guards say, which nobody else does. */
const refusals = {
  none: 'This gateway asks for a key.',
  malformed: 'This is no key of this gateway, or it was revoked.',
  unknown: 'This is no key of this gateway, or it was revoked.',
  blocked: 'This key is blocked.',
} as const;

/** A combination that went another way than it should have. */
type Wrong = readonly [Method | 'upgrade', string, ...unknown[]];

/** What a framework answers by itself, so that the proxy never hears of it. */
export interface FrameworkAnswers {
  readonly methods: readonly Method[];
  readonly paths: readonly string[];
}

/** Asks every route of the house with every method through a binding, and looks whether the guards stood in front of it. */
export function describeGuards(bindings: readonly BindingUnderTest[], framework: FrameworkAnswers = { methods: [], paths: [] }): void {
  describe.each(bindings)('$name', { timeout: 120_000 }, (binding) => {
    let house: GuardedHouse;
    let asker: Asker;
    let close: () => Promise<void>;
    let count = 0;
    beforeAll(async () => {
      house = await openHouse();
      const server = await binding.start(house.options, {});
      asker = createAsker(server);
      close = async () => {
        await asker.close();
        await server.close();
        await house.close();
      };
    }, 120_000);
    afterAll(async () => {
      await close();
      process.stdout.write(`guards: ${binding.name}: ${count} combinations of route, method and credential\n`);
    });

    const all = (): readonly (readonly [HouseRoute, Method])[] =>
      house.routes
        .filter(({ path }) => !framework.paths.includes(path))
        .flatMap((route) => methods.map((method) => [route, method] as const));
    const isGuarded = ([{ methods: served, isStatic }, method]: readonly [HouseRoute, Method]): boolean =>
      !isStatic && served.includes(method);
    const with_ = (key: string | undefined): Record<string, string> => (key === undefined ? {} : { authorization: `Bearer ${key}` });
    const occurrences = (events: readonly Event[], name: Event): number => events.filter((event) => event === name).length;

    it.each(['none', 'malformed', 'unknown', 'blocked'] as const)('lets nobody in with a key that is %s', async (which) => {
      const key = which === 'none' ? undefined : house.credentials[which];
      house.take();
      const wrong: Wrong[] = [];
      const combinations = all();
      await inTurns(combinations, async (one) => {
        const [{ path, isStatic, methods: served }, method] = one;
        const { status, text } = await asker.ask(method, path, with_(key));
        const isRight = isGuarded(one)
          ? status === 401 && (method === 'HEAD' || text.includes(refusals[which]))
          : isStatic && served.includes(method)
            ? status === 200 && openToAll.some(([open]) => open === path)
            : [400, 404, 405].includes(status) || framework.methods.includes(method);
        if (!isRight || text.includes(house.providerKey)) wrong.push([method, path, status, text.slice(0, 200)]);
      });
      count += combinations.length;
      expect(wrong).toEqual([]);
      const events = house.take();
      expect(occurrences(events, 'upstream')).toBe(0);
      expect(occurrences(events, 'identify')).toBe(0);
      const guarded = combinations.filter((one) => isGuarded(one) && !framework.methods.includes(one[1])).length;
      expect(guarded).toBeGreaterThan(300);
      // One that is kept is remembered after the first question; one that is not is asked for each time; of what can be no key no store hears.
      const asked = occurrences(events, 'store');
      if (which === 'unknown') expect(asked).toBe(guarded);
      else if (which === 'blocked') expect(asked).toBeGreaterThan(0);
      else expect(asked).toBe(0);
    });

    it('lets a good key in by way of the guards, and nothing goes up before them', async () => {
      house.take();
      const wrong: Wrong[] = [];
      const combinations = all();
      let upstream = 0;
      for (const one of combinations) {
        const [{ path }, method] = one;
        // oxlint-disable-next-line no-await-in-loop -- what happens is written down in one list
        const { status } = await asker.ask(method, path, with_(house.credentials.good));
        const events = house.take();
        upstream += occurrences(events, 'upstream');
        const isServed = isGuarded(one) && !framework.methods.includes(method);
        const isRight = isServed ? status !== 401 && isInOrder(events) : events.length === 0;
        if (!isRight) wrong.push([method, path, status, events]);
      }
      count += combinations.length;
      expect(wrong).toEqual([]);
      // It is a house in which something is reached.
      expect(upstream).toBeGreaterThan(100);
    });

    it.skipIf(binding.lacks?.websocket !== undefined || binding.lacks?.sockets !== undefined)(
      'asks who wants a WebSocket for a key',
      async () => {
        const routes = house.routes.filter(({ methods: served, isStatic }) => !isStatic && served.includes('GET'));
        house.take();
        const wrong: Wrong[] = [];
        for (const which of ['none', 'malformed', 'unknown', 'blocked'] as const) {
          await inTurns(routes, async ({ path }) => {
            const status = await asker.upgrade(path, with_(which === 'none' ? undefined : house.credentials[which]));
            if (status !== 401) wrong.push(['upgrade', path, which, status]);
          });
        }
        const refused = house.take();
        expect([occurrences(refused, 'upstream'), occurrences(refused, 'identify')]).toEqual([0, 0]);
        expect(occurrences(refused, 'store')).toBeGreaterThanOrEqual(routes.length);
        for (const { path } of routes) {
          // oxlint-disable-next-line no-await-in-loop -- what happens is written down in one list
          const status = await asker.upgrade(path, with_(house.credentials.good));
          const events = house.take();
          if (status === 401 || !isInOrder(events)) wrong.push(['upgrade', path, status, events]);
        }
        count += routes.length * 5;
        expect(wrong).toEqual([]);
      },
    );
  });
}

/** Who arrives is identified before anything goes up, and admitted before anything but a listing of models does, which the plan may need. */
function isInOrder(events: readonly Event[]): boolean {
  const [first, ...rest] = events.filter((event) => event !== 'store');
  if (first !== 'arrived' || rest[0] !== 'identify') return false;
  return rest.includes('admit') && rest.indexOf('admit') < (rest.includes('upstream') ? rest.indexOf('upstream') : Infinity);
}

async function inTurns<One>(all: readonly One[], ask: (one: One) => Promise<void>): Promise<void> {
  const left = all.values();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      // oxlint-disable-next-line no-await-in-loop -- sixteen at once are enough
      for (const one of left) await ask(one);
    }),
  );
}
