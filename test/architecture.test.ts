import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findForbidden, readTrackedTexts } from './architecture/forbidden-text.ts';
import { readHouse, readReferences, type Manifest, type Room } from './architecture/house.ts';
import * as manifestRules from './architecture/manifest-rules.ts';
import type { RoomRules } from './architecture/rule.ts';
import * as sourceRules from './architecture/source-rules.ts';

/** The rooms of the house. A new package is one line here. */
const rooms: RoomRules = {
  core: { floor: 0, node: 'src/**/*-node.ts', web: 'src/{proxy/fetch-door,transport/transport-web}.ts' },
  mistral: { floor: 1 },
  ollama: { floor: 1 },
  auth: { floor: 1, node: 'src/**/*-node.ts' },
  logger: { floor: 1 },
  policies: { floor: 1 },
  redis: { floor: 1, node: '**' },
  sql: { floor: 1, node: '**' },
  testing: { floor: 1, node: '**', nodeHttp: true, web: 'src/binding/{binding-under-test,caller/fetch-call}.ts' },
  connect: { floor: 2, node: '**', nodeHttp: true },
  next: { floor: 2, web: '**' },
  express: { floor: 3, nodeHttp: true },
  koa: { floor: 3, nodeHttp: true },
  compat: { floor: 3 },
  server: { floor: 4, node: '**', nodeHttp: true },
};

const rules = { ...manifestRules, ...sourceRules };

const root = join(import.meta.dirname, '..');
const house = readHouse(root);

describe('the house', () => {
  test.each(Object.entries(rules))('%s', (_, rule) => {
    expect(rule(house, rooms)).toEqual([]);
  });

  test('tsc -b at the root builds every package', () => {
    expect(readReferences(join(root, 'tsconfig.build.json')).toSorted()).toEqual(house.map(({ folder }) => folder).toSorted());
  });

  test('no tracked file holds a path of one machine or the host of a registry', () => {
    const texts = readTrackedTexts(root);
    expect(texts.map(({ path }) => path)).toContain('package.json');
    expect(texts.flatMap(({ path, text }) => findForbidden(path, text))).toEqual([]);
  });
});

describe('each rule sees what it forbids', () => {
  const cases: [rule: keyof typeof rules, what: string, house: Room[], complaint: RegExp][] = [
    ['roomsAreKnown', 'a package without a line', [room('cellar')], /cellar has no line/],
    ['roomsAreKnown', 'a package named unlike its folder', [room('core', { name: '@ai-proxy/heart' })], /calls itself/],
    ['arrowsPointDown', 'an arrow that points up', [room('core', needs('connect'))], /core must not depend on @ai-proxy\/connect/],
    ['arrowsPointDown', 'an arrow to a sibling', [room('mistral', needs('ollama'))], /mistral must not depend on @ai-proxy\/ollama/],
    ['arrowsPointDown', 'an arrow to an unknown room', [room('server', needs('cellar'))], /server must not depend on @ai-proxy\/cellar/],
    ['arrowsPointDown', 'a peer that stands higher', [room('auth', needs('express', 'peerDependencies'))], /auth must not depend/],
    ['arrowsPointDown', 'a development arrow up', [room('core', needs('server', 'devDependencies'))], /core must not depend/],
    ['arrowsPointDown', 'testing outside development', [room('core', needs('testing'))], /core must not depend on @ai-proxy\/testing/],
    [
      'arrowsPointDown',
      'a circle through testing',
      [room('testing', needs('core')), room('core', needs('testing', 'devDependencies'))],
      /core must not depend on @ai-proxy\/testing/,
    ],
    ['importsAreDeclared', 'an undeclared import', [room('core', holds("import { z } from 'zod';"))], /imports zod/],
    ['importsAreDeclared', 'an undeclared type', [room('core', holds("import type { A } from '@scope/a/sub';"))], /imports @scope\/a\/sub/],
    ['importsAreDeclared', 'an undeclared import()', [room('core', holds("export const load = () => import('pino');"))], /imports pino/],
    ['importsAreDeclared', 'an undeclared import type', [room('core', holds("export type A = import('pino').Logger;"))], /imports pino/],
    ['importsAreDeclared', 'an undeclared re-export', [room('core', holds("export { z } from 'zod';"))], /imports zod/],
    [
      'importsAreDeclared',
      'a development dependency in src',
      [room('core', { ...holds("import 'ws';"), devDependencies: { ws: '*' } })],
      /imports ws/,
    ],
    ['importsAreDeclared', 'an unknown # name', [room('core', holds("import { a } from '#nothing';"))], /imports #nothing/],
    ['importsAreDeclared', 'a path into a sibling', [room('core', holds("import '../../mistral/src/index.ts';"))], /leaves its package/],
    ['nodeStaysInItsRooms', 'node: in a room without it', [room('mistral', holds("import { join } from 'node:path';"))], /node:path/],
    [
      'nodeStaysInItsRooms',
      'node: in a plain file of core',
      [room('core', holds("import type { Server } from 'node:http';"))],
      /node:http/,
    ],
    ['nodeStaysInItsRooms', 'a Node module without prefix', [room('auth', holds("import { createHash } from 'crypto';"))], /crypto/],
    [
      'nodeHttpStaysInItsRooms',
      'IncomingMessage',
      [room('core', holds("import type { IncomingMessage } from 'node:http';"))],
      /IncomingMessage/,
    ],
    ['nodeHttpStaysInItsRooms', 'ServerResponse', [room('auth', holds('export type A = http.ServerResponse;'))], /ServerResponse/],
    ['nodeHttpStaysInItsRooms', 'a renamed import', [room('core', holds("import { ServerResponse as A } from 'q';"))], /ServerResponse/],
    ['webStaysAtItsDoors', 'the type Request', [room('core', holds('export const a = (b: Request): void => void b;'))], /Request/],
    ['webStaysAtItsDoors', 'new Response', [room('connect', holds("export const a = new Response('b');"))], /Response/],
    ['webStaysAtItsDoors', 'globalThis.Response', [room('auth', holds('export const a = globalThis.Response;'))], /Response/],
    ['namesSaySomething', 'a package named errors', [room('errors')], /packages\/errors/],
    ['namesSaySomething', 'a package named utils', [room('utils')], /packages\/utils/],
    ['namesSaySomething', 'a folder named helpers', [room('core', { paths: ['src/helpers'] })], /src\/helpers/],
    ['namesSaySomething', 'a file named types', [room('core', { paths: ['src/call/types.ts'] })], /types\.ts/],
    ['indexNamesItsExports', 'export *', [room('core', holds("export * from './call.ts';", 'src/index.ts'))], /export \*/],
    ['indexNamesItsExports', 'export * as', [room('core', holds("export * as call from './call.ts';", 'src/call/index.ts'))], /export \*/],
    [
      'referencesFollowDependencies',
      'a missing reference',
      [room('mistral', { ...needs('core'), references: [] })],
      /refer to @ai-proxy\/core/,
    ],
    [
      'sourcesStayHome',
      'published sources',
      [
        room('core', {
          exports: { '.': { 'ai-proxy-source': './a.ts', default: './a.js' } },
          publishConfig: { exports: { '.': { 'ai-proxy-source': './a.ts', default: './a.js' } } },
        }),
      ],
      /publishes other exports/,
    ],
    [
      'sourcesStayHome',
      'imports that go out as they are',
      [room('core', { imports: { '#a': { 'ai-proxy-source': './a.ts', default: './a.js' } } })],
      /publishes other imports/,
    ],
  ];

  test.each(cases)('%s: %s', (rule, _, fabricated, complaint) => {
    const complaints = rules[rule](fabricated, rooms);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toMatch(complaint);
  });

  test('every rule has a case that it refuses', () => {
    expect(new Set(cases.map(([rule]) => rule))).toEqual(new Set(Object.keys(rules)));
  });

  // Made of pieces, so that this file does not hold what it forbids.
  const [machine, dash, token] = ['work', '-', 'authToken'];
  test.each([
    [`const a = '/${machine}/main';`, 'is a path of one machine'],
    [`see /${machine}/`, 'is a path of one machine'],
    [`registry=https://${['registry', 'npmjs', 'org'].join('.')}/`, 'is the host of a package registry'],
    [`tarball: https://mirror.example/ws/${dash}/ws-8.0.0.tgz`, 'is the address of a tarball in a package registry'],
    [`//mirror.example/:_${token}=secret`, 'is a credential of a package registry'],
  ])('the forbidden text in %j', (text, reason) => {
    expect(findForbidden('a.md', `first line\n${text}\n`)).toEqual([expect.stringMatching(new RegExp(`^a\\.md:2: .* ${reason}$`))]);
  });
});

describe('no rule sees what is allowed', () => {
  const allowed: [what: string, room: Room][] = [
    ['an arrow that points down', room('connect', needs('core'))],
    ['a binding with a provider', room('connect', needs('mistral'))],
    ['testing in development', room('core', needs('testing', 'devDependencies'))],
    ['a declared import', room('core', { ...holds("import { z } from 'zod/v4';"), dependencies: { zod: '*' } })],
    [
      'a declared # name',
      room('core', { ...holds("import { a } from '#a';"), imports: { '#a': './a.js' }, publishConfig: { imports: { '#a': './a.js' } } }),
    ],
    ['node: in a Node file of core', room('core', holds("import { connect } from 'node:net';", 'src/transport/transport-node.ts'))],
    ['IncomingMessage in a binding', room('connect', holds("import type { IncomingMessage } from 'node:http';"))],
    ['Request at the fetch door', room('core', holds('export type A = Request;', 'src/proxy/fetch-door.ts'))],
    [
      'a framework’s own Request',
      room('koa', { ...holds("import type { Request } from 'koa'; export type A = Request;"), peerDependencies: { koa: '*' } }),
    ],
    ['a property named Request', room('auth', holds('export const a = { Request: 1 }; export const b = a.Request;'))],
    [
      'words in strings and comments',
      room('auth', holds('// node:fs, new Response()\nexport const a = "import { b } from \'c\'; IncomingMessage";')),
    ],
    ['an index that names its exports', room('core', holds("export { a } from './a.ts';", 'src/index.ts'))],
  ];

  test.each(allowed)('%s', (_, fabricated) => {
    expect(Object.values(rules).flatMap((rule) => rule([fabricated], rooms))).toEqual([]);
  });

  test.each(['https://example.com/work/', 'a/work/b', './work/', 'framework/core', 'registry.example.com'])('the text %j', (text) => {
    expect(findForbidden('a.md', text)).toEqual([]);
  });
});

function room(
  folder: string,
  { sources = [], paths = [], references = [], ...manifest }: Partial<Omit<Room, 'folder' | 'manifest'> & Manifest> = {},
): Room {
  return { folder, manifest: { name: `@ai-proxy/${folder}`, ...manifest }, sources, paths, references };
}

function holds(text: string, path = 'src/call.ts'): Pick<Room, 'sources'> {
  return { sources: [{ path, text }] };
}

/** Depends on a room of the house, and refers to it. */
function needs(folder: string, kind: 'dependencies' | 'peerDependencies' | 'devDependencies' = 'dependencies'): Partial<Room & Manifest> {
  return { [kind]: { [`@ai-proxy/${folder}`]: 'workspace:^' }, references: [folder] };
}
