import { partsOf } from './strategy.ts';
import type { Route } from './strategy.ts';

/** Finds an alias that leads back to itself; gives the way round, or nothing. */
export function findAliasCycle(aliases: Readonly<Record<string, Route>>): readonly string[] | undefined {
  const settled = new Set<string>();
  const visit = (name: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(name)) return [...way, name];
    if (settled.has(name)) return undefined;
    const route = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
    const cycle = route === undefined ? undefined : firstOf(leaves(route), (leaf) => visit(leaf, [...way, name]));
    settled.add(name);
    return cycle;
  };
  return firstOf(Object.keys(aliases), (name) => visit(name, []));
}

function leaves(route: Route): string[] {
  return typeof route === 'string' ? [route] : partsOf(route).flatMap(leaves);
}

function firstOf<T, R>(values: Iterable<T>, find: (value: T) => R | undefined): R | undefined {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
