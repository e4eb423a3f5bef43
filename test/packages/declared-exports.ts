import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAst } from 'vitest/node';
import type { PackedPackage } from './pack-packages.ts';

/** One way into an installed package, and what its declarations say is there. */
export interface EntryPoint {
  /** What is imported: `@ai-proxy/core`. */
  readonly specifier: string;
  readonly values: readonly string[];
  readonly types: readonly string[];
}

interface Declarations {
  readonly body: readonly {
    readonly type: string;
    readonly exportKind?: string;
    readonly specifiers?: readonly { readonly exportKind?: string; readonly exported: { readonly name: string } }[];
    readonly declaration?: {
      readonly type: string;
      readonly id?: { readonly name: string };
      readonly declarations?: readonly { readonly id: { readonly name: string } }[];
    } | null;
  }[];
}

/** Every way into the installed packages. An `index.ts` of this house names each of its exports, so one file tells them all. */
export async function readEntryPoints(folder: string, packed: readonly PackedPackage[]): Promise<EntryPoint[]> {
  const found: EntryPoint[] = [];
  for (const { name } of packed) {
    const place = join(folder, 'node_modules', name);
    for (const [path, targets] of Object.entries(await readExports(place))) {
      const { types } = targets;
      if (types !== undefined && existsSync(join(place, types))) found.push(await readEntryPoint(name + path.slice(1), join(place, types)));
    }
  }
  return found;
}

/** The ways into an installed package, each with the files for its conditions; paths to single files are left out. */
export async function readExports(place: string): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  const { exports = {} } = JSON.parse(await readFile(join(place, 'package.json'), 'utf8')) as {
    readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  };
  return Object.fromEntries(Object.entries(exports).flatMap(([path, targets]) => (typeof targets === 'string' ? [] : [[path, targets]])));
}

async function readEntryPoint(specifier: string, file: string): Promise<EntryPoint> {
  const { body } = parseAst(await readFile(file, 'utf8'), { lang: 'dts' }) as unknown as Declarations;
  const names = body.flatMap((statement) => {
    if (statement.type === 'ExportAllDeclaration') throw new Error(`${file} exports all of another file: its names are not to be seen`);
    if (statement.type !== 'ExportNamedDeclaration') return [];
    const { declaration, specifiers = [] } = statement;
    const declared = declaration?.declarations?.map(({ id }) => id.name) ?? (declaration?.id === undefined ? [] : [declaration.id.name]);
    // Of a declaration with `declare` the parser says "type", values included.
    const declaresType = /^TS(?:TypeAlias|Interface)/.test(declaration?.type ?? '');
    return [
      ...declared.map((name) => ({ name, isType: declaresType })),
      ...specifiers.map(({ exportKind, exported }) => ({
        name: exported.name,
        isType: statement.exportKind === 'type' || exportKind === 'type',
      })),
    ];
  });
  // A function with several signatures is declared several times.
  const pick = (types: boolean): string[] =>
    [...new Set(names.filter(({ isType }) => isType === types).map(({ name }) => name))].toSorted();
  return { specifier, values: pick(false), types: pick(true) };
}
