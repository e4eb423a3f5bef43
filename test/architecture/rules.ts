import { isBuiltin } from 'node:module';
import { basename, matchesGlob, posix } from 'node:path';
import type { Manifest, Room } from './house.ts';
import { readFacts } from './syntax.ts';

/** What a package may do. */
export interface RoomRule {
  /** A package depends only on packages of a strictly lower floor. */
  readonly floor: number;
  /** Files of `src/` that may import `node:` modules; none where absent. */
  readonly node?: string;
  /** May name `IncomingMessage` and `ServerResponse`. */
  readonly nodeHttp?: true;
  /** Files of `src/` that may name the global `Request` and `Response`; none where absent. */
  readonly web?: string;
}

export type RoomRules = Readonly<Record<string, RoomRule>>;

/** A rule gives one sentence for each place that breaks it. */
type Rule = (house: readonly Room[], rules: RoomRules) => string[];

const scope = '@ai-proxy/';
const vagueNames = new Set(['util', 'utils', 'helper', 'helpers', 'type', 'types', 'shared', 'common', 'misc']);
const nodeHttpNames = ['IncomingMessage', 'ServerResponse'];
const webNames = ['Request', 'Response'];

/** Every package has its line in the table and is named after its folder. */
const roomsAreKnown: Rule = (house, rules) =>
  house.flatMap(({ folder, manifest }) => [
    ...(Object.hasOwn(rules, folder) ? [] : [`${folder} has no line in the table of rooms`]),
    ...(manifest.name === scope + folder ? [] : [`${folder} calls itself ${manifest.name}`]),
  ]);

/** Dependencies point to a lower floor; in development everybody may use `testing`. */
const arrowsPointDown: Rule = (house, rules) =>
  house.flatMap(({ folder, manifest }) => {
    const own = declared(manifest).map((name) => [name, false] as const);
    const development = Object.keys(manifest.devDependencies ?? {}).map((name) => [name, true] as const);
    return [...own, ...development]
      .filter(([name, isDevelopment]) => name.startsWith(scope) && !(isDevelopment && name === `${scope}testing`))
      .filter(([name]) => floorOf(name.slice(scope.length), rules) >= floorOf(folder, rules))
      .map(([name]) => `${folder} must not depend on ${name}: it stands on the same floor or higher`);
  });

/** What `src/` imports stands in `package.json`, and relative imports stay inside `src/`. */
const importsAreDeclared: Rule = (house) =>
  eachImport(house, ({ manifest }, path, specifier) => {
    if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier).startsWith('src/') ? undefined : 'leaves its package';
    if (specifier.startsWith('node:')) return undefined;
    if (specifier.startsWith('#')) return Object.hasOwn(manifest.imports ?? {}, specifier) ? undefined : 'is not in its "imports"';
    return declared(manifest).includes(packageOf(specifier)) ? undefined : 'is not in its package.json';
  });

/** `node:` modules only where the table allows them. */
const nodeStaysInItsRooms: Rule = (house, rules) =>
  eachImport(house, ({ folder, manifest }, path, specifier) => {
    if (!isBuiltin(specifier) || declared(manifest).includes(packageOf(specifier))) return undefined;
    return isAllowed(rules[folder]?.node, path) ? undefined : 'is a Node module: this file runs outside Node too';
  });

/** Node's own request and response only in the rooms that bind to Node. */
const nodeHttpStaysInItsRooms: Rule = (house, rules) =>
  house
    .filter(({ folder }) => rules[folder]?.nodeHttp !== true)
    .flatMap(({ folder, sources }) =>
      sources.flatMap(({ path, text }) => {
        const { names } = readFacts(text, path);
        return nodeHttpNames.filter((name) => names.has(name)).map((name) => `packages/${folder}/${path} names ${name}`);
      }),
    );

/** The web's `Request` and `Response` only at the doors that speak fetch. */
const webStaysAtItsDoors: Rule = (house, rules) =>
  house.flatMap(({ folder, sources }) =>
    sources
      .filter(({ path }) => !isAllowed(rules[folder]?.web, path))
      .flatMap(({ path, text }) => {
        const { globals } = readFacts(text, path);
        return webNames.filter((name) => globals.has(name)).map((name) => `packages/${folder}/${path} uses the global ${name}`);
      }),
  );

/** No room, folder or file whose name says nothing; errors live where they arise. */
const namesSaySomething: Rule = (house) =>
  house.flatMap(({ folder, paths }) => [
    ...(vagueNames.has(folder) || folder === 'errors' ? [`packages/${folder} is no name for a package`] : []),
    ...paths
      .filter((path) => vagueNames.has(basename(path).replace(/(?:\.test)?\.tsx?$/, '')))
      .map((path) => `packages/${folder}/${path} has a name that says nothing`),
  ]);

/** An `index.ts` names each export. */
const indexNamesItsExports: Rule = (house) =>
  house.flatMap(({ folder, sources }) =>
    sources
      .filter(({ path, text }) => basename(path) === 'index.ts' && readFacts(text, path).exportsAll)
      .map(({ path }) => `packages/${folder}/${path} has an export * where each export should be named`),
  );

/** `tsc -b` can only build a package after its dependencies when its `tsconfig.json` refers to them. */
const referencesFollowDependencies: Rule = (house) =>
  house.flatMap(({ folder, manifest, references }) =>
    declared(manifest)
      .filter((name) => name.startsWith(scope) && !references.includes(name.slice(scope.length)))
      .map((name) => `packages/${folder}/tsconfig.json does not refer to ${name}`),
  );

/** All of them. */
export const houseRules = {
  roomsAreKnown,
  arrowsPointDown,
  importsAreDeclared,
  nodeStaysInItsRooms,
  nodeHttpStaysInItsRooms,
  webStaysAtItsDoors,
  namesSaySomething,
  indexNamesItsExports,
  referencesFollowDependencies,
} as const satisfies Record<string, Rule>;

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

function declared({ dependencies, peerDependencies, optionalDependencies }: Manifest): string[] {
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
}

/** A room that nobody knows stands above all others: an arrow to it is wrong until it has its line. */
function floorOf(folder: string, rules: RoomRules): number {
  return rules[folder]?.floor ?? Infinity;
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
