import { describe, expect, it } from 'vitest';
import { bindingContract } from '../../src/index.ts';
import type { BindingCheck, BindingUnderTest } from '../../src/index.ts';
import { brokenFetchBindings } from './broken-fetch-bindings.ts';
import { brokenServers } from './broken-servers.ts';
import { deafBindings } from './deaf-bindings.ts';
import { fetchBinding, lacksOfFetch, sound } from './fetch-bindings.ts';

const patience = 150;

/** The one check of a binding whose name has this part. */
function checkNamed(binding: BindingUnderTest, part: string): BindingCheck {
  const found = bindingContract(binding, { patience }).filter(({ name }) => name.includes(part));
  expect(found.map(({ name }) => name)).toHaveLength(1);
  return found[0] as BindingCheck;
}

describe('a binding that', () => {
  const cases = [...brokenFetchBindings, ...brokenServers].flatMap(([binding, misses]) =>
    misses.map((part) => [binding.name, part, binding] as const),
  );

  it.for(cases)('%s misses: %s', async ([, part, binding]) => {
    const check = checkNamed(binding, part);

    expect(check.skip).toBeUndefined();
    await expect(check.run()).rejects.toThrow(/the caller saw:[\s\S]*the upstream saw/);
  });
});

describe('a binding that is sound', () => {
  const checks = bindingContract(fetchBinding('sound', sound)).filter(({ skip }) => skip === undefined);

  it.for(checks.map((check) => [check.name, check] as const))('keeps: %s', async ([, { run }]) => {
    await expect(run()).resolves.toBeUndefined();
  });
});

describe('a server that has nothing to do with the proxy', () => {
  const checks = deafBindings.flatMap((binding) =>
    bindingContract(binding, { patience }).map((check) => [binding.name, check.name, check] as const),
  );

  it.for(checks)('%s misses: %s', async ([, , { run }]) => {
    await expect(run()).rejects.toThrow('the caller saw');
  });
});

describe('the contract', () => {
  const binding: BindingUnderTest = {
    ...fetchBinding('some', sound),
    lacks: { sockets: 'no sockets here', 'raw-path': 'no paths either' },
  };

  it('names each behaviour once', () => {
    const names = bindingContract(binding).map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    [{ 'raw-query': 'queries are lost here' }, true],
    [{ 'raw-query': 'queries are lost here', 'raw-path': 'and paths' }, true],
    [{}, false],
  ])('tries what is said to be lacking: %j', async (more, isStale) => {
    const excused = { ...fetchBinding('some', sound), lacks: { ...lacksOfFetch, ...more } };
    const checks = bindingContract(excused, { patience }).filter(({ name }) => name.startsWith('it lacks'));

    const stale = await Promise.all(
      checks.map(({ name, run }) =>
        run().then(
          () => [],
          () => [name],
        ),
      ),
    );

    expect(stale.flat().toSorted()).toEqual(
      isStale
        ? Object.keys(more)
            .map((ability) => `it lacks what it says that it lacks: ${ability}`)
            .toSorted()
        : [],
    );
  });

  it('gives the reason of the binding for what it leaves out', () => {
    const left = bindingContract(binding).filter(({ skip }) => skip !== undefined);

    expect(left.find(({ name }) => name.startsWith('dot segments'))?.skip).toBe('no sockets here');
    expect(left.find(({ name }) => name.startsWith('an empty segment'))?.skip).toBe('no paths either');
    expect(left.every(({ skip }) => skip === 'no sockets here' || skip === 'no paths either')).toBe(true);
  });
});
