import { mountedOnNode } from '../../../mounted-on-node.ts';

export const config = { api: { bodyParser: false, externalResolver: true } };

export default mountedOnNode('/api/second');
