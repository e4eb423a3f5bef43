import { pinoSink } from '../../src/pino/index.ts';
import { receipt } from '../receipts.ts';

// A program whose standard output is a pipe that nobody reads.
const sink = pinoSink();
const before = process.memoryUsage().rss;
let calls = 0;
for (let round = 0; round < 500; round += 1) {
  for (let index = 0; index < 100; index += 1) {
    sink.settled(receipt(`c-${round}-${index}`), {});
    calls += 1;
  }
  await new Promise((resolve) => setImmediate(resolve));
}
process.send?.({ calls, dropped: sink.dropped, heapGrowth: process.memoryUsage().rss - before });
setInterval(() => {}, 1000);
