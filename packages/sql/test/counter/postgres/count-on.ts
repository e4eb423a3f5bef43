// Reserves and releases without a pause: `count-on.ts <address> <root>`.
import { sqlCounter } from '../../../src/counter/sql-counter.ts';
import { openSql } from '../../../src/database/open-sql.ts';
import { gauge, reservation } from '../windows.ts';

const [url = '', root = ''] = process.argv.slice(2);
const counter = sqlCounter(openSql(url));
for (let index = 0; ; index += 1) {
  const one = reservation(`${process.pid} ${index}`, [gauge()], 60_000, root);
  try {
    await counter.reserve(one);
    await counter.release(one);
  } catch {
    // Whoever was stopped for long finds his connection closed.
  }
  if (index === 0) process.send?.('counting');
}
