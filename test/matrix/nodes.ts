import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createNpmProject } from '../packages/npm-project.ts';

/** A Node on which cells run. */
export interface MatrixNode {
  readonly version: string;
  readonly program: string;
}

/** The oldest Node that is supported, and the newest of each line. */
export const nodeVersions: readonly string[] = ['22.19.0', '24', '26'];

// The package `node` fetches one of these when it is installed, by a script that many machines do not let run.
const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
const platform = process.platform === 'win32' ? 'win' : process.platform;
const platformPackage = `${prefix}-${platform}-${process.arch}`;

/** A Node of this version: the one that runs this where it is one, else from the registry. Rejects with the registry's words where it has none. */
export async function getNode(folder: string, version: string): Promise<MatrixNode> {
  const own = process.versions.node;
  if (own === version || own.startsWith(`${version}.`)) return { version: own, program: process.execPath };
  const project = await createNpmProject(join(folder, `node-${version}`), { [platformPackage]: version });
  const program = join(project.folder, 'node_modules', platformPackage, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node');
  if (!existsSync(program)) throw new Error(`${platformPackage}@${version} holds no bin/node`);
  return { version: project.versions[platformPackage] ?? version, program };
}
