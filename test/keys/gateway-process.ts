// A gateway with keys in a database, as an instance of its own: `gateway-process.ts <upstream> <database> [redis]`.
import { createServer } from 'node:http';
import { keys } from '@ai-proxy/auth';
import { aiProxy } from '@ai-proxy/connect';
import { mistral } from '@ai-proxy/mistral';
import { redis, redisKeyCache } from '@ai-proxy/redis';
import { openSql, sqlKeyStore } from '@ai-proxy/sql';

const [baseURL = '', database = '', cache] = process.argv.slice(2);
const inSql = sqlKeyStore(openSql(database), { timeout: 5000 });
const store = cache === undefined ? inSql : redisKeyCache(redis({ url: cache }), inSql);

const proxy = aiProxy({ providers: [mistral({ baseURL, apiKey: 'made-up' })], policies: [keys({ store, patience: { timeout: 5000 } })] });
const server = createServer(proxy).listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0);
});

// It ends with whoever has started it.
process.on('disconnect', () => process.exit(0));
