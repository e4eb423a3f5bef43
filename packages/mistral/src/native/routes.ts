import { inferenceRoute as inference, relayRoute as relay } from '@ai-proxy/core';
import type { NativeRoute } from '@ai-proxy/core';

const everyMethod = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** JSON in, JSON or an event stream out. */
const inferenceRoutes: readonly NativeRoute[] = [
  inference('chat', '/v1/chat/completions', 'sse'),
  inference('fim', '/v1/fim/completions', 'sse'),
  inference('agents', '/v1/agents/completions', 'sse'),
  inference('embeddings', '/v1/embeddings'),
  inference('moderations', '/v1/moderations'),
  inference('moderations', '/v1/chat/moderations'),
  inference('classifications', '/v1/classifications'),
  inference('classifications', '/v1/chat/classifications'),
  { ...inference('ocr', '/v1/ocr'), consumes: 'other' },
  { ...inference('speech', '/v1/audio/speech', 'sse'), consumes: 'other' },
  inference('conversations', '/v1/conversations', 'sse'),
  inference('conversations', '/v1/conversations/:id', 'sse'),
  inference('conversations', '/v1/conversations/:id/restart', 'sse'),
];

/** Uploads, downloads, the WebSocket of realtime transcription, and what works with them. Open: a file, a job or an agent is part of using the models. */
const openRelays: readonly NativeRoute[] = [
  { ...relay('transcriptions', ['POST'], '/v1/audio/transcriptions'), consumes: 'other' },
  relay('transcriptions', ['GET'], '/v1/audio/transcriptions/realtime'),
  relay('voices', ['GET', 'POST'], '/v1/audio/voices'),
  relay('voices', ['GET', 'PATCH', 'DELETE'], '/v1/audio/voices/:id'),
  relay('voices', ['GET'], '/v1/audio/voices/:id/sample'),
  relay('models', ['GET'], '/v1/models'),
  relay('models', ['GET'], '/v1/models/:id'),
  relay('files', ['GET', 'POST'], '/v1/files'),
  relay('files', ['GET', 'DELETE'], '/v1/files/:id'),
  { ...relay('files', ['GET'], '/v1/files/:id/content'), consumes: 'other' },
  relay('files', ['GET'], '/v1/files/:id/url'),
  relay('batch', ['GET', 'POST'], '/v1/batch/jobs'),
  { ...relay('batch', ['GET', 'DELETE'], '/v1/batch/jobs/:id'), consumes: 'other' },
  relay('batch', ['POST'], '/v1/batch/jobs/:id/cancel'),
  relay('fine_tuning', ['PATCH'], '/v1/fine_tuning/models/:id'),
  relay('fine_tuning', ['POST', 'DELETE'], '/v1/fine_tuning/models/:id/archive'),
  relay('fine_tuning', ['GET', 'POST'], '/v1/fine_tuning/jobs'),
  relay('fine_tuning', ['GET'], '/v1/fine_tuning/jobs/:id'),
  relay('fine_tuning', ['POST'], '/v1/fine_tuning/jobs/:id/start'),
  relay('fine_tuning', ['POST'], '/v1/fine_tuning/jobs/:id/cancel'),
  relay('agents', ['GET', 'POST'], '/v1/agents'),
  relay('agents', ['GET'], '/v1/agents/pages'),
  relay('agents', ['GET', 'PATCH', 'DELETE'], '/v1/agents/:id'),
  relay('agents', ['PATCH'], '/v1/agents/:id/version'),
  relay('agents', ['GET'], '/v1/agents/:id/versions'),
  relay('agents', ['GET'], '/v1/agents/:id/versions/:version'),
  relay('agents', ['GET', 'PUT', 'DELETE'], '/v1/agents/:id/aliases'),
  relay('conversations', ['GET'], '/v1/conversations'),
  relay('conversations', ['GET', 'DELETE'], '/v1/conversations/:id'),
  relay('conversations', ['GET'], '/v1/conversations/:id/history'),
  relay('conversations', ['GET'], '/v1/conversations/:id/messages'),
  relay('libraries', ['GET', 'POST'], '/v1/libraries'),
  relay('libraries', ['GET', 'PATCH', 'PUT', 'DELETE'], '/v1/libraries/:id'),
  relay('libraries', ['GET', 'POST'], '/v1/libraries/:id/documents'),
  relay('libraries', ['GET', 'PATCH', 'PUT', 'DELETE'], '/v1/libraries/:id/documents/:document'),
  relay('libraries', ['GET'], '/v1/libraries/:id/documents/:document/text_content'),
  relay('libraries', ['GET'], '/v1/libraries/:id/documents/:document/status'),
  relay('libraries', ['GET'], '/v1/libraries/:id/documents/:document/signed-url'),
  relay('libraries', ['GET'], '/v1/libraries/:id/documents/:document/extracted-text-signed-url'),
  relay('libraries', ['POST'], '/v1/libraries/:id/documents/:document/reprocess'),
];

/**
 * Shut until the operator names the group in `open`, with the reason for each:
 *
 * | group | why it is shut |
 * |---|---|
 * | `admin`, `users`, `service-accounts` | who may use the account, and as whom |
 * | `connector-credentials` | hands out and replaces credentials of other services |
 * | `connectors` | tools that act with the organisation's credentials; sharing and activating them |
 * | `client-sessions` | mints a token of the provider's, which would leave the proxy and pass by every limit |
 * | `model-deletion` | a deleted model is gone for everybody |
 * | `library-sharing` | changes who else in the organisation can read a library |
 * | `observability` | everybody's prompts and answers |
 * | `workflows`, `rag` | deployments: code and indexes that run in the account |
 * | `prompts`, `skills` | texts that the whole account shares |
 */
const closedRelays: readonly NativeRoute[] = [
  relay('models', ['DELETE'], '/v1/models/:id', 'model-deletion'),
  relay('client-sessions', ['POST'], '/v1/client/sessions', 'client-sessions'),
  relay('libraries', ['GET', 'PUT', 'DELETE'], '/v1/libraries/:id/share', 'library-sharing'),
  relay('connectors', everyMethod, '/v1/connectors/:id/:scope/credentials', 'connector-credentials'),
  relay('connectors', everyMethod, '/v1/connectors/:id/:scope/credentials/:name', 'connector-credentials'),
  relay('connectors', ['GET'], '/v1/connectors/:id/auth_url', 'connector-credentials'),
  relay('connectors', ['GET', 'POST'], '/v1/connectors', 'connectors'),
  relay('connectors', ['GET', 'PATCH', 'DELETE'], '/v1/connectors/:id', 'connectors'),
  relay('connectors', ['GET'], '/v1/connectors/:id/authentication_methods', 'connectors'),
  relay('connectors', ['GET'], '/v1/connectors/:id/tools', 'connectors'),
  relay('connectors', ['POST'], '/v1/connectors/:id/tools/:tool/call', 'connectors'),
  relay('connectors', ['PUT', 'DELETE'], '/v1/connectors/:id/share', 'connectors'),
  relay('connectors', ['PUT', 'DELETE'], '/v1/connectors/:id/:scope/share', 'connectors'),
  relay('connectors', ['POST'], '/v1/connectors/:id/:scope/activate', 'connectors'),
  relay('connectors', ['POST'], '/v1/connectors/:id/:scope/deactivate', 'connectors'),
  relay('observability', everyMethod, '/v1/observability/*', 'observability'),
  relay('workflows', everyMethod, '/v1/workflows', 'workflows'),
  relay('workflows', everyMethod, '/v1/workflows/*', 'workflows'),
  relay('rag', everyMethod, '/v1/rag/*', 'rag'),
  relay('prompts', everyMethod, '/v2/prompts', 'prompts'),
  relay('prompts', everyMethod, '/v2/prompts/*', 'prompts'),
  relay('skills', everyMethod, '/v2/skills', 'skills'),
  relay('skills', everyMethod, '/v2/skills/*', 'skills'),
  relay('users', everyMethod, '/v1/users', 'users'),
  relay('users', everyMethod, '/v1/users/*', 'users'),
  relay('service-accounts', everyMethod, '/v1/service-accounts', 'service-accounts'),
  relay('service-accounts', everyMethod, '/v1/service-accounts/*', 'service-accounts'),
  relay('admin', everyMethod, '/v1/admin/*', 'admin'),
];

/** Everything of Mistral's own API that is let through; a path that is not here does not exist. Exact paths stand before patterns. */
export const mistralRoutes: readonly NativeRoute[] = [...inferenceRoutes, ...openRelays, ...closedRelays];

/** The groups that an operator can open. */
export const mistralGroups: readonly string[] = [...new Set(closedRelays.flatMap((route) => route.closed ?? []))];
