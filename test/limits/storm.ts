// Many calls at once from several processes, on every store that several processes can count in; what each may lose; and every way for a Redis to fail:
// `storm.ts [calls on Redis]`. Ends with 1 where a limit did not hold, spend was lost, or a call hung.
import { failRedis, redisFailures, slowLoading } from './fail-redis.ts';
import { openFileStore, openPostgresStore, openRedisStore } from './stores.ts';
import { tryLimits } from './try-limits.ts';

const calls = Number(process.argv[2] ?? 10_000);
const deadline = 50;
let faults = 0;

const file = await openFileStore();
faults += await tryLimits('SQLite', file, { processes: 2, calls: Math.min(1000, calls) });
await file.close();

const postgres = await openPostgresStore();
if (postgres) faults += await tryLimits('PostgreSQL', postgres, { processes: 2, calls: Math.min(500, calls) });
await postgres?.close();

const redis = await openRedisStore(slowLoading);
if (redis) {
  faults += await tryLimits('Redis', redis, { processes: 4, calls });
  console.log(`\n20 callers, deadline ${deadline} ms, 2 s of each failure:\n`);
  console.log('| Redis is | calls | admitted | rejected | hung | p99 ms | slowest ms | first success after ms |');
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const failure of redisFailures) {
    const row = await failRedis(redis.server, failure, deadline);
    if (row.hung > 0 || row.backAfter > 30_000) faults += 1;
    const rejected = Object.entries(row.rejected).map(([code, count]) => `${count} ${code}`);
    const figures = [row.hung, row.p99.toFixed(1), row.slowest.toFixed(1), row.backAfter.toFixed(0)];
    console.log(`| ${[row.failure, row.calls, row.reserved, rejected.join(', ') || 'none', ...figures].join(' | ')} |`);
  }
}
await redis?.close();

console.log(faults === 0 ? '\nnothing overspent, nothing lost, nothing hung' : `\n${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
