// Counts in a file where not every call can be kept, and says what came of it: `count-in-trouble.ts <address> <calls>`.
import { sqlCounter } from '../../../src/counter/sql-counter.ts';
import { openSql } from '../../../src/database/open-sql.ts';
import { gauge, parallel, reservation } from '../windows.ts';

const [url = '', calls = '0'] = process.argv.slice(2);
// A write beyond the limit of a file's size is an error then, and not the end.
process.on('SIGXFSZ', () => {});
// The rights of a file mean nothing to root.
if (process.env['WITHOUT_RIGHTS'] === '1' && process.geteuid?.() === 0) process.seteuid?.(65_534);

const counter = sqlCounter(openSql(url), { name: 'the counter' });
let kept = 0;
const failures: Record<string, number> = {};
for (let index = 0; index < Number(calls); index += 1) {
  try {
    await counter.reserve(reservation(`call ${index}`, [gauge()]));
    kept += 1;
  } catch (error) {
    failures[String(error)] = (failures[String(error)] ?? 0) + 1;
  }
}
const [reading] = await counter.read('tenant', [parallel]).catch(() => []);
await counter.close();
process.send?.({ kept, used: reading?.used, failures }, () => process.exit(0));
