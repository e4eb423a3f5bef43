import { parseArgs } from 'node:util';
import { frameworks } from './frameworks.ts';
import type { Framework } from './frameworks.ts';
import { nodeVersions } from './nodes.ts';

/** What a run was asked to do. */
export interface MatrixOptions {
  readonly rows: readonly (readonly [framework: Framework, range: string])[];
  readonly nodes: readonly string[];
}

export const help = `npx -y pnpm@12 test:matrix [options]

  --only TEXT   only frameworks or versions that begin with it: express, express@4; may be given several times
  --node TEXT   only this Node, ${nodeVersions.join(' or ')}, or any other version of it; may be given several times`;

/** Reads the command line; nothing where help was asked for. Throws on what names nothing. */
export function parseOptions(parameters: readonly string[]): MatrixOptions | undefined {
  const { values } = parseArgs({
    args: [...parameters],
    options: { only: { type: 'string', multiple: true }, node: { type: 'string', multiple: true }, help: { type: 'boolean' } },
  });
  if (values.help) return undefined;
  const all = frameworks.flatMap((framework) => framework.versions.map((range) => [framework, range] as const));
  const rows = all.filter(([{ name }, range]) => values.only?.some((text) => `${name}@${range.replace('^', '')}`.startsWith(text)) ?? true);
  if (rows.length === 0)
    throw new TypeError(
      `--only ${values.only?.join(' --only ')} names nothing; there are ${frameworks.map(({ name }) => name).join(', ')}`,
    );
  return { rows, nodes: values.node ?? nodeVersions };
}
