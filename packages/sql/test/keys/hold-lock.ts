// Another process that holds the lock of a SQLite file: `hold-lock.ts <path> <milliseconds> [exclusive]`.
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';

const [path = '', milliseconds = '0'] = process.argv.slice(2);
const database = new DatabaseSync(path);
database.exec('pragma busy_timeout = 5000; begin immediate');
process.send?.('locked');
await setTimeout(Number(milliseconds));
database.exec('commit');
database.close();
process.disconnect();
