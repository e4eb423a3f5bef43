import { join } from 'node:path';
import { checkLoading } from './check-loading.ts';
import { checkManifests } from './check-manifests.ts';
import { checkMisspeltOptions } from './check-misspelt-options.ts';
import { checkSize, weighWhatWasAdded } from './check-size.ts';
import { checkTypes, compilers } from './check-types.ts';
import { createChecklist } from './checklist.ts';
import { readEntryPoints } from './declared-exports.ts';
import { createNpmProject } from './npm-project.ts';
import { packPackages } from './pack-packages.ts';
import { reportImportCost } from './report-import-cost.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

const checklist = createChecklist();
const folder = createTemporaryFolder('ai-proxy-packages');

async function run(): Promise<void> {
  checklist.progress('building and packing');
  const packed = await packPackages(folder);

  checklist.progress(`installing ${packed.length} packages, the frameworks and two compilers into an empty project`);
  const everything = await createNpmProject(
    join(folder, 'everything'),
    {
      ...compilers,
      '@types/connect': '*',
      '@types/express': '*',
      '@types/node': '^24.0.0',
      connect: '*',
      express: '*',
    },
    packed,
  );

  checklist.progress('manifests');
  const entryPoints = await readEntryPoints(checklist, everything.folder, packed);
  await checkManifests(checklist, everything.folder, packed);
  checklist.progress(`loading, by Node ${process.versions.node}`);
  await checkLoading(checklist, everything.folder, entryPoints, packed);
  checklist.progress('misspelt options');
  await checkMisspeltOptions(checklist, everything.folder);
  checklist.progress('types');
  await checkTypes(checklist, everything.folder, entryPoints);

  checklist.progress('what @ai-proxy/express, @ai-proxy/mistral and @ai-proxy/ollama add to a project with Express');
  const small = new Set(['core', 'connect', 'express', 'mistral', 'ollama'].map((room) => `@ai-proxy/${room}`));
  const before = await createNpmProject(join(folder, 'before'), { express: '*' });
  const after = await createNpmProject(
    join(folder, 'after'),
    { express: '*' },
    packed.filter(({ name }) => small.has(name)),
  );
  await checkSize(checklist, await weighWhatWasAdded(before, after));

  checklist.progress('CPU time of an import');
  await reportImportCost(checklist, after.folder, [
    ['express'],
    ...[...small].map((specifier) => [specifier]),
    ['@ai-proxy/express', '@ai-proxy/mistral', '@ai-proxy/ollama'],
  ]);
}

await checklist.finish(run);
