import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runToSuccess } from './run-process.ts';

/** The root of the repository. */
export const root: string = join(import.meta.dirname, '../..');

/** A package as it would be published. */
export interface PackedPackage {
  readonly name: string;
  readonly tarball: string;
  /** What it wants to find beside it, the optional included. */
  readonly peers: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const rootFiles = ['package.json', 'pnpm-workspace.yaml', 'tsconfig.base.json', 'tsconfig.build.json', 'LICENSE'];
const leftBehind = new Set(['dist', 'test', 'tsconfig.tsbuildinfo', 'package.tgz']);

/**
 * Builds and packs the packages of the repository, all of them by default, as `pnpm publish` would from a fresh clone: in a copy, so that what an earlier build left
 * behind is not packed, and nothing is built under the feet of whoever works in the tree.
 */
export async function packPackages(folder: string, wanted: (name: string) => boolean = () => true): Promise<PackedPackage[]> {
  const copy = join(folder, 'copy');
  const tarballs = join(folder, 'tarballs');
  await mkdir(copy, { recursive: true });
  await Promise.all(rootFiles.map((file) => cp(join(root, file), join(copy, file), { recursive: true })));
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  await cp(join(root, 'packages'), join(copy, 'packages'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !leftBehind.has(basename(path)),
  });
  const rooms = await Promise.all((await readdir(join(copy, 'packages'))).map((room) => readRoom(join(copy, 'packages', room))));
  const packed = rooms.filter(({ manifest }) => manifest.private !== true && wanted(manifest.name));
  const environment = { pnpm_config_verify_deps_before_run: 'false' };
  const filters = packed.flatMap(({ manifest }) => ['--filter', manifest.name]);
  // One after the other: two compilers would write one package that both of theirs need.
  for (const { place } of packed) await runToSuccess(process.execPath, ['--run', 'build'], { folder: place });
  await runToSuccess('pnpm', ['-r', ...filters, 'pack', '--pack-destination', tarballs], { folder: copy, environment });
  return packed.map(({ manifest: { name, version, peerDependencies = {} } }) => ({
    name,
    tarball: join(tarballs, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`),
    peers: peerDependencies,
  }));
}

async function readRoom(place: string): Promise<{ readonly place: string; readonly manifest: Manifest }> {
  return { place, manifest: JSON.parse(await readFile(join(place, 'package.json'), 'utf8')) as Manifest };
}
