import type { IncomingMessage, ServerResponse } from 'node:http';

/** A route of the application below the mount. */
export default (_req: IncomingMessage, res: ServerResponse): void => void res.end('the application below the mount');
