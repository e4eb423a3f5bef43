import { takeNodeAway } from './take-node-away.ts';
import type { Upstreams } from './web-program.ts';

const { stdout, argv } = process;
const { conditions, upstreams }: { conditions: string[]; upstreams: Upstreams } = JSON.parse(argv[2] ?? '');

takeNodeAway(conditions);
// Only now, so that nothing of the packages is loaded before.
const { runProgram } = await import('./web-program.ts');
stdout.write(JSON.stringify(await runProgram(upstreams)));
