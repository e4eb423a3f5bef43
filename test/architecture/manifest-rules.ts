import { isDeepStrictEqual } from 'node:util';
import type { Room } from './house.ts';
import { declared, scope, type RoomRules, type Rule } from './rule.ts';

/** Every package has its line in the table and is named after its folder. */
export const roomsAreKnown: Rule = (house, rules) =>
  house.flatMap(({ folder, manifest }) => [
    ...(Object.hasOwn(rules, folder) ? [] : [`${folder} has no line in the table of rooms`]),
    ...(manifest.name === scope + folder ? [] : [`${folder} calls itself ${manifest.name}`]),
  ]);

/** Dependencies point to a lower floor; in development everybody may use `testing`, but for the rooms that it is built on. */
export const arrowsPointDown: Rule = (house, rules) =>
  house.flatMap(({ folder, manifest }) => {
    const own = declared(manifest).map((name) => [name, false] as const);
    const development = Object.keys(manifest.devDependencies ?? {}).map((name) => [name, true] as const);
    return (
      [...own, ...development]
        .filter(([name]) => name.startsWith(scope))
        // A circle through `testing` stops the task graph; those rooms find it in the root's devDependencies.
        .filter(([name, isDevelopment]) => !(isDevelopment && name === `${scope}testing` && !roomsBelow('testing', house).has(folder)))
        .filter(([name]) => floorOf(name.slice(scope.length), rules) >= floorOf(folder, rules))
        .map(([name]) => `${folder} must not depend on ${name}: it stands on the same floor or higher`)
    );
  });

/** `tsc -b` can only build a package after its dependencies when its `tsconfig.json` refers to them. */
export const referencesFollowDependencies: Rule = (house) =>
  house.flatMap(({ folder, manifest, references }) =>
    declared(manifest)
      .filter((name) => name.startsWith(scope) && !references.includes(name.slice(scope.length)))
      .map((name) => `packages/${folder}/tsconfig.json does not refer to ${name}`),
  );

/** What is published names no sources: Node strips no types below `node_modules`. */
export const sourcesStayHome: Rule = (house) =>
  house.flatMap(({ folder, manifest }) =>
    (['exports', 'imports'] as const)
      .filter((field) => !isDeepStrictEqual(withoutSources(manifest[field]), manifest.publishConfig?.[field]))
      .map((field) => `packages/${folder}/package.json publishes other ${field} than its own without "ai-proxy-source"`),
  );

/** The packages below one, over any number of steps. */
function roomsBelow(folder: string, house: readonly Room[], found = new Set<string>()): Set<string> {
  const room = house.find((candidate) => candidate.folder === folder);
  for (const name of declared(room?.manifest ?? {})) {
    if (!name.startsWith(scope) || found.has(name.slice(scope.length))) continue;
    roomsBelow(name.slice(scope.length), house, found.add(name.slice(scope.length)));
  }
  return found;
}

function withoutSources(conditions: unknown): unknown {
  if (typeof conditions !== 'object' || conditions === null) return conditions;
  return Object.fromEntries(
    Object.entries(conditions)
      .filter(([condition]) => condition !== 'ai-proxy-source')
      .map(([condition, target]) => [condition, withoutSources(target)]),
  );
}

/** A room that nobody knows stands above all others: an arrow to it is wrong until it has its line. */
function floorOf(folder: string, rules: RoomRules): number {
  return rules[folder]?.floor ?? Infinity;
}
