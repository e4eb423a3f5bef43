import { mountedOnNode } from '../../../mounted-on-node.ts';

export const config = { api: { bodyParser: { sizeLimit: '20mb' }, externalResolver: true } };

export default mountedOnNode('/api/parsed');
