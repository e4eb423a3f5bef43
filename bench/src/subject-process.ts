import { serveMeasured } from './serve-measured.ts';
import { createSubject, isProxyName } from './subjects/subjects.ts';

const [name, upstream] = process.argv.slice(2);
if (!isProxyName(name) || upstream === undefined) throw new TypeError('give the name of a proxy and the URL of its upstream');
serveMeasured(await createSubject(name, new URL(upstream)));
