import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** What the rules read of a package's `package.json`. */
export interface Manifest {
  readonly name: string;
  readonly exports?: unknown;
  readonly imports?: Readonly<Record<string, unknown>>;
  /** What replaces fields of the same name in the published package. */
  readonly publishConfig?: { readonly exports?: unknown; readonly imports?: unknown };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** One file of a package, by its path inside the package with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One package as the rules see it. */
export interface Room {
  /** The folder below `packages/`. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** The TypeScript files below `src/`. */
  readonly sources: readonly SourceFile[];
  /** Every file and folder of `src/` and `test/`, without what is inside `golden` folders. */
  readonly paths: readonly string[];
  /** Folders of the packages that its `tsconfig.json` refers to. */
  readonly references: readonly string[];
}

/** Reads every package below `packages/`. */
export function readHouse(root: string): Room[] {
  const packages = join(root, 'packages');
  return readdirSync(packages, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(packages, entry.name, 'package.json')))
    .map((entry) => readRoom(join(packages, entry.name), entry.name));
}

/** Folders that a `tsconfig.json` refers to, by their last segment. */
export function readReferences(file: string): string[] {
  const { references = [] } = JSON.parse(readFileSync(file, 'utf8')) as { references?: { path: string }[] };
  return references.map((reference) => reference.path.split('/').at(-1) ?? '');
}

function readRoom(directory: string, folder: string): Room {
  const paths = ['src', 'test'].flatMap((part) => listBelow(directory, part));
  return {
    folder,
    manifest: JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest,
    sources: paths
      .filter((path) => path.startsWith('src/') && /\.tsx?$/.test(path))
      .map((path) => ({ path, text: readFileSync(join(directory, path), 'utf8') })),
    paths,
    references: readReferences(join(directory, 'tsconfig.json')),
  };
}

function listBelow(directory: string, part: string): string[] {
  if (!existsSync(join(directory, part))) return [];
  return readdirSync(join(directory, part), { withFileTypes: true, recursive: true })
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.includes('/golden/'));
}
