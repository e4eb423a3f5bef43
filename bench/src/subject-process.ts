import { serveMeasured } from './serve-measured.ts';
import { createSubject, isProxyName } from './subjects/subjects.ts';

const [name, upstream, key, redisUrl] = process.argv.slice(2);
if (!isProxyName(name) || upstream === undefined || key === undefined)
  throw new TypeError('give the name of a proxy, the URL of its upstream, and a virtual key');
serveMeasured(await createSubject(name, { upstream: new URL(upstream), key, redisUrl }));
