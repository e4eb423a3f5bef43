import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkJest, jestDependencies } from './check-jest.ts';
import { checkLoading } from './check-loading.ts';
import { checkManifests } from './check-manifests.ts';
import { checkMisspeltOptions } from './check-misspelt-options.ts';
import { checkSize, weighWhatWasAdded } from './check-size.ts';
import { checkTypes, compilers } from './check-types.ts';
import { createChecklist } from './checklist.ts';
import { readEntryPoints } from './declared-exports.ts';
import { createNpmProject } from './npm-project.ts';
import { packPackages } from './pack-packages.ts';
import type { PackedPackage } from './pack-packages.ts';
import { reportImportCost } from './report-import-cost.ts';
import { createTemporaryFolder } from './temporary-folder.ts';
import { typeProjects } from './type-projects.ts';

const checklist = createChecklist();
const folder = createTemporaryFolder('ai-proxy-packages');

/** The packages of a small installation, with those that they bring. */
const small = ['core', 'connect', 'express', 'mistral', 'ollama'].map((room) => `@ai-proxy/${room}`);

/** What is looked at, each in projects of its own; arguments choose among them. */
const parts: Readonly<Record<string, (packed: readonly PackedPackage[]) => Promise<void>>> = {
  async packages(packed) {
    checklist.progress(`installing all ${packed.length} packages into an empty project`);
    const project = await createNpmProject(join(folder, 'all'), peersOf(packed), packed);
    checklist.progress('manifests');
    const entryPoints = await readEntryPoints(project.folder, packed);
    await checkManifests(checklist, project.folder, packed);
    checklist.progress(`loading, by Node ${process.versions.node}`);
    await checkLoading(checklist, project.folder, entryPoints, packed);
  },

  async types(packed) {
    for (const project of typeProjects) {
      checklist.progress(`types in a project with ${project.name}`);
      const held = packed.filter(({ name }) => project.holds(name));
      const dependencies = { ...compilers, '@types/node': '^24.0.0', ...peersOf(held), ...project.dependencies };
      const { folder: place } = await createNpmProject(join(folder, 'types'), dependencies, held);
      await checkTypes(checklist, place, project, await readEntryPoints(place, held));
      if (project === typeProjects[0]) await checkMisspeltOptions(checklist, place);
      await rm(place, { recursive: true });
    }
  },

  async size(packed) {
    checklist.progress('what @ai-proxy/express, @ai-proxy/mistral and @ai-proxy/ollama add to a project with Express');
    const before = await createNpmProject(join(folder, 'before'), { express: '*' });
    const after = await createNpmProject(join(folder, 'after'), { express: '*' }, pick(packed, small));
    await checkSize(checklist, await weighWhatWasAdded(before, after));

    checklist.progress('CPU time of an import');
    const alone = ['express', ...small].map((specifier) => [specifier]);
    await reportImportCost(checklist, after.folder, [...alone, ['@ai-proxy/express', '@ai-proxy/mistral', '@ai-proxy/ollama']]);
  },

  async jest(packed) {
    checklist.progress('Jest');
    const project = await createNpmProject(join(folder, 'jest'), jestDependencies, pick(packed, [...small, '@ai-proxy/testing']));
    await checkJest(checklist, project.folder);
  },
};

function pick(packed: readonly PackedPackage[], names: readonly string[]): PackedPackage[] {
  return packed.filter(({ name }) => names.includes(name));
}

/** With the optional ones: what is checked are the ways into a package that need them, too. */
function peersOf(packed: readonly PackedPackage[]): Readonly<Record<string, string>> {
  return Object.assign({}, ...packed.map(({ peers }) => peers)) as Readonly<Record<string, string>>;
}

await checklist.finish(async () => {
  const chosen = process.argv.slice(2);
  const unknown = chosen.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) throw new Error(`"${unknown}" is none of ${Object.keys(parts).join(', ')}`);

  checklist.progress('building and packing');
  const packed = await packPackages(folder);
  for (const [name, run] of Object.entries(parts)) if (chosen.length === 0 || chosen.includes(name)) await run(packed);
});
