import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackedPackage } from './pack-packages.ts';
import { runToSuccess } from './run-process.ts';

/** A project of a user, outside the repository, with everything installed. */
export interface NpmProject {
  readonly folder: string;
  /** Where each installed package stands, as npm's lockfile says it: `node_modules/express`. */
  readonly installed: readonly string[];
  /** The version of each package that the project itself finds, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Makes a project that depends on packages of the registry and on tarballs, and installs it with npm, by npm's own configuration. */
export async function createNpmProject(
  folder: string,
  dependencies: Readonly<Record<string, string>>,
  packed: readonly PackedPackage[] = [],
  manifest: Readonly<Record<string, unknown>> = {},
): Promise<NpmProject> {
  await mkdir(folder, { recursive: true });
  const ours = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const all = { name: 'project', private: true, type: 'module', ...manifest, dependencies: { ...dependencies, ...ours } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(all, null, 2));
  // No package of ours needs a script of another at its installation; whatever asks for one here does not get it.
  await runToSuccess('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { folder });
  const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version?: string }>>;
  };
  const places = Object.entries(lock.packages).filter(([place]) => place !== '');
  const versions = places.map(([place, { version = '' }]) => [place.replace('node_modules/', ''), version] as const);
  return {
    folder,
    installed: places.map(([place]) => place),
    versions: Object.fromEntries(versions.filter(([name]) => !name.includes('node_modules/'))),
  };
}
