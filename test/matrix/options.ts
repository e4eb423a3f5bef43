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

  --only TEXT   only frameworks or versions that begin with it, or any other one: express, express@4, express@4.19.2; may be given several times
  --node TEXT   only this Node, ${nodeVersions.join(' or ')}, or any other version of it; may be given several times`;

/** Reads the command line; nothing where help was asked for. Throws on what names nothing. */
export function parseOptions(parameters: readonly string[]): MatrixOptions | undefined {
  const { values } = parseArgs({
    args: [...parameters],
    options: { only: { type: 'string', multiple: true }, node: { type: 'string', multiple: true }, help: { type: 'boolean' } },
  });
  if (values.help) return undefined;
  const rows = (values.only ?? frameworks.map(({ name }) => name)).flatMap(rowsOf);
  return { rows, nodes: values.node ?? nodeVersions };
}

/** The rows whose name and version begin with a text; a whole version that stands in no row is a row of its own. */
function rowsOf(text: string): MatrixOptions['rows'] {
  const all = frameworks.flatMap((framework) => framework.versions.map((range) => [framework, range] as const));
  const rows = all.filter(([{ name }, range]) => `${name}@${range.replace('^', '')}`.startsWith(text));
  if (rows.length > 0) return rows;
  const [, name, version] = /^([a-z]+)@(\d+\.\d+\.\d+)$/.exec(text) ?? [];
  const framework = frameworks.find((one) => one.name === name);
  if (framework !== undefined && version !== undefined) return [[framework, version]];
  throw new TypeError(`--only ${text} names nothing; there are ${frameworks.map((one) => one.name).join(', ')}`);
}
