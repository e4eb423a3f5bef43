import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Takes the declarations out of a package's `dist/` to which none of its exports leads, before it is packed: the compiler writes one for every source file, and nobody
 * outside can import those of the inner ones. Run in the folder of the package, by its `prepack`.
 */
function pruneDeclarations(folder: string): void {
  const { exports, imports, bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  const reached = new Set<string>();
  for (const file of targetsIn([exports, imports, bin])) reach(join(folder, file.replace(/(?:\.d)?\.[jt]s$/, '.d.ts')), reached);
  const dist = join(folder, 'dist');
  for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const file = join(dist, path);
    if (file.endsWith('.d.ts') && !reached.has(file)) rmSync(file);
  }
}

/** Every file of `dist/` that a part of a manifest names. */
function targetsIn(part: unknown): string[] {
  if (typeof part === 'string') return part.startsWith('./dist/') ? [part] : [];
  return typeof part === 'object' && part !== null ? Object.values(part).flatMap(targetsIn) : [];
}

function reach(file: string, reached: Set<string>): void {
  if (reached.has(file) || !existsSync(file)) return;
  reached.add(file);
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\b\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
    reach(join(dirname(file), path.replace(/\.[jt]s$/, '.d.ts')), reached);
  }
}

pruneDeclarations(process.cwd());
