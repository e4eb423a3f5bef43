import { isBuiltin } from 'node:module';
import { basename, matchesGlob, posix } from 'node:path';
import type { Room } from './house.ts';
import { declared, type Rule } from './rule.ts';
import { readFacts } from './syntax.ts';

const vagueNames = new Set(['util', 'utils', 'helper', 'helpers', 'type', 'types', 'shared', 'common', 'misc']);
const nodeHttpNames = ['IncomingMessage', 'ServerResponse'];
const webNames = ['Request', 'Response'];

/** What `src/` imports stands in `package.json`, and relative imports stay inside `src/`. */
export const importsAreDeclared: Rule = (house) =>
  eachImport(house, ({ manifest }, path, specifier) => {
    if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier).startsWith('src/') ? undefined : 'leaves its package';
    if (specifier.startsWith('node:')) return undefined;
    if (specifier.startsWith('#')) return Object.hasOwn(manifest.imports ?? {}, specifier) ? undefined : 'is not in its "imports"';
    return declared(manifest).includes(packageOf(specifier)) ? undefined : 'is not in its package.json';
  });

/** `node:` modules only where the table allows them. */
export const nodeStaysInItsRooms: Rule = (house, rules) =>
  eachImport(house, ({ folder, manifest }, path, specifier) => {
    if (!isBuiltin(specifier) || declared(manifest).includes(packageOf(specifier))) return undefined;
    return isAllowed(rules[folder]?.node, path) ? undefined : 'is a Node module: this file runs outside Node too';
  });

/** Node's own request and response only in the rooms that bind to Node. */
export const nodeHttpStaysInItsRooms: Rule = (house, rules) =>
  house
    .filter(({ folder }) => rules[folder]?.nodeHttp !== true)
    .flatMap(({ folder, sources }) =>
      sources.flatMap(({ path, text }) => {
        const { names } = readFacts(text, path);
        return nodeHttpNames.filter((name) => names.has(name)).map((name) => `packages/${folder}/${path} names ${name}`);
      }),
    );

/** The web's `Request` and `Response` only at the doors that speak fetch. */
export const webStaysAtItsDoors: Rule = (house, rules) =>
  house.flatMap(({ folder, sources }) =>
    sources
      .filter(({ path }) => !isAllowed(rules[folder]?.web, path))
      .flatMap(({ path, text }) => {
        const { globals } = readFacts(text, path);
        return webNames.filter((name) => globals.has(name)).map((name) => `packages/${folder}/${path} uses the global ${name}`);
      }),
  );

/** No room, folder or file whose name says nothing; errors live where they arise. */
export const namesSaySomething: Rule = (house) =>
  house.flatMap(({ folder, paths }) => [
    ...(vagueNames.has(folder) || folder === 'errors' ? [`packages/${folder} is no name for a package`] : []),
    ...paths
      .filter((path) => vagueNames.has(basename(path).replace(/(?:\.test)?\.tsx?$/, '')))
      .map((path) => `packages/${folder}/${path} has a name that says nothing`),
  ]);

/** An `index.ts` names each export. */
export const indexNamesItsExports: Rule = (house) =>
  house.flatMap(({ folder, sources }) =>
    sources
      .filter(({ path, text }) => basename(path) === 'index.ts' && readFacts(text, path).exportsAll)
      .map(({ path }) => `packages/${folder}/${path} has an export * where each export should be named`),
  );

function eachImport(house: readonly Room[], judge: (room: Room, path: string, specifier: string) => string | undefined): string[] {
  return house.flatMap((room) =>
    room.sources.flatMap(({ path, text }) =>
      readFacts(text, path).imports.flatMap((specifier) => {
        const verdict = judge(room, path, specifier);
        return verdict === undefined ? [] : [`packages/${room.folder}/${path} imports ${specifier}, which ${verdict}`];
      }),
    ),
  );
}

function isAllowed(pattern: string | undefined, path: string): boolean {
  return pattern !== undefined && matchesGlob(path, pattern);
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
