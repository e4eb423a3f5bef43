import assert from 'node:assert/strict';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { Checklist } from './checklist.ts';
import type { EntryPoint } from './declared-exports.ts';
import { runProcess } from './run-process.ts';
import type { TypeProject } from './type-projects.ts';

/** The compilers under which the declarations must be right, by the names under which a project installs both. */
export const compilers: Readonly<Record<string, string>> = {
  'typescript-5': 'npm:typescript@~5.9.0',
  'typescript-7': 'npm:typescript@^7.0.0',
};

/** How users' projects find modules, which globals they know, and what their files are called there. */
const projects = [
  { module: 'nodenext', moduleResolution: 'nodenext', lib: ['es2023'], endings: ['.mts', '.cts'] },
  { module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', 'dom', 'dom.iterable'], endings: ['.ts'] },
] as const;

/** A complaint of the compiler. */
export interface Complaint {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** Compiles files of a project as strictly as a user may, the declarations of everything they import included. */
export async function compile(folder: string, compiler: string, options: object, files: readonly string[]): Promise<Complaint[]> {
  const configuration = `tsconfig.${compiler}.json`;
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    skipLibCheck: false,
    ...options,
  };
  await writeFile(join(folder, configuration), JSON.stringify({ compilerOptions, files }));
  const tsc = join(folder, 'node_modules', compiler, 'bin/tsc');
  const { status, stdout, stderr } = await runProcess(process.execPath, [tsc, '-p', configuration, '--pretty', 'false'], { folder });
  const lines = stdout.split('\n').filter((line) => line !== '');
  const complaints: Complaint[] = [];
  for (const line of lines) {
    const match = /^(\S.*?)\((\d+),\d+\): (.*)$/.exec(line);
    const last = complaints.at(-1);
    if (match !== null) complaints.push({ file: match[1] ?? '', line: Number(match[2]), text: match[3] ?? '' });
    else if (line.startsWith(' ') && last !== undefined) complaints.splice(-1, 1, { ...last, text: `${last.text}\n${line}` });
    else complaints.push({ file: '', line: 0, text: line });
  }
  if (status !== 0 && complaints.length === 0) throw new Error(`the compiler ended with ${status}\n${stderr}`);
  return complaints;
}

/** Every export of the packages of a project and every way of mounting them, under both compilers and both ways of finding modules. */
export async function checkTypes(
  checklist: Checklist,
  folder: string,
  { name, mounts, bundlesOnly = false }: TypeProject,
  entryPoints: readonly EntryPoint[],
): Promise<void> {
  const place = join(folder, 'types');
  await mkdir(place, { recursive: true });
  const lines = entryPoints.map(({ specifier, values, types }) => {
    const prefix = specifier.replace(/\W+/g, '_');
    const names = [...values, ...types.map((type) => `type ${type}`)].map((one) => `${one} as ${prefix}_${one.replace('type ', '')}`);
    return `export { ${names.join(', ')} } from '${specifier}';`;
  });
  for (const ending of ['.ts', '.mts', '.cts']) {
    await writeFile(join(place, `exports${ending}`), `${lines.join('\n')}\n`);
    for (const mount of mounts) await copyFile(join(import.meta.dirname, 'consumer', mount), join(place, `${parse(mount).name}${ending}`));
  }
  const counted = entryPoints.reduce((sum, { values, types }) => sum + values.length + types.length, 0);
  for (const compiler of Object.keys(compilers)) {
    for (const { endings, ...found } of projects) {
      if (bundlesOnly && found.moduleResolution !== 'bundler') continue;
      const options = { ...found, skipLibCheck: bundlesOnly };
      await checklist.check(
        `${name}: ${counted} exports and the mounts compile with ${compiler}, ${options.moduleResolution}`,
        async () => {
          const files = endings.flatMap((ending) => ['exports', ...mounts].map((file) => `types/${parse(file).name}${ending}`));
          const complaints = await compile(folder, compiler, options, files);
          assert.deepEqual(
            complaints.map(({ file, line, text }) => `${file}:${line} ${text}`),
            [],
          );
        },
      );
    }
  }
}
