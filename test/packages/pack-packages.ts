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
 * Builds and packs every package of the repository, as `pnpm publish` would from a fresh clone: in a copy, so that what an earlier build left
 * behind is not packed, and nothing is built under the feet of whoever works in the tree.
 */
export async function packPackages(folder: string): Promise<PackedPackage[]> {
  const copy = join(folder, 'copy');
  const tarballs = join(folder, 'tarballs');
  await mkdir(copy, { recursive: true });
  await Promise.all(rootFiles.map((file) => cp(join(root, file), join(copy, file))));
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  await cp(join(root, 'packages'), join(copy, 'packages'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !leftBehind.has(basename(path)),
  });
  await runToSuccess(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'tsconfig.build.json'], { folder: copy });
  await runToSuccess('pnpm', ['-r', '--filter', './packages/*', 'pack', '--pack-destination', tarballs], {
    folder: copy,
    environment: { pnpm_config_verify_deps_before_run: 'false' },
  });
  const manifests = await Promise.all(
    (await readdir(join(copy, 'packages'))).map((room) => readFile(join(copy, 'packages', room, 'package.json'), 'utf8')),
  );
  return manifests
    .map((text) => JSON.parse(text) as Manifest)
    .filter((manifest) => manifest.private !== true)
    .map(({ name, version, peerDependencies = {} }) => ({
      name,
      tarball: join(tarballs, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`),
      peers: peerDependencies,
    }));
}
