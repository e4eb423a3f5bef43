import type { Made, ObjectRule, ObjectRules } from './object-rules.ts';

const file = { path: { id: 'file' } } as const;
const job = { path: { id: 'batch' } } as const;
const tuningJob = { path: { id: 'tuning_job' } } as const;
const tunedModel = { path: { id: 'tuned_model' }, changes: true } as const;
const agent = { path: { id: 'agent' } } as const;
const conversation = { path: { id: 'conversation' } } as const;
const library = { path: { id: 'library' } } as const;
const document = { path: { id: 'library', document: 'document' } } as const;
const voice = { path: { id: 'voice' } } as const;

/** What a batch writes is its owner's. */
const results: readonly Made[] = [
  { kind: 'file', field: 'output_file' },
  { kind: 'file', field: 'error_file' },
  { kind: 'result', field: 'output_file' },
];
const namingNothing: ReadonlySet<string> = new Set(['/v1/embeddings', '/v1/fim/completions', '/v1/moderations', '/v1/classifications']);
/** What a tuning makes is its owner's, as far as it is to be changed; whoever may use a model by its name still may. */
const tuned: readonly Made[] = [{ kind: 'tuned_model', field: 'fine_tuned_model' }];

const changes = <Rule extends ObjectRule>(rule: Rule): Rule & { readonly changes: true } => ({ ...rule, changes: true });
const removes = <Rule extends ObjectRule>(rule: Rule): Rule & { readonly changes: true; readonly removes: true } => ({
  ...rule,
  changes: true,
  removes: true,
});

const routes: Readonly<Record<string, ObjectRule>> = {
  'POST /v1/files': { creates: { kind: 'file', field: 'id' } },
  'GET /v1/files': { lists: { kind: 'file', entries: 'data' } },
  'GET /v1/files/:id': file,
  'DELETE /v1/files/:id': removes(file),
  'GET /v1/files/:id/content': file,
  // What the calls of a job have used is read as its results pass; by an address they would pass by.
  'GET /v1/files/:id/url': { ...file, notFor: 'result' },

  'POST /v1/batch/jobs': {
    body: 'json',
    reads: { field: 'input_files', path: '/v1/files/:id/content', unless: namingNothing },
    creates: { kind: 'batch', field: 'id' },
    brings: results,
  },
  'GET /v1/batch/jobs': { lists: { kind: 'batch', entries: 'data' }, brings: results },
  'GET /v1/batch/jobs/:id': { ...job, brings: results },
  'DELETE /v1/batch/jobs/:id': removes(job),
  'POST /v1/batch/jobs/:id/cancel': changes({ ...job, brings: results }),

  'POST /v1/fine_tuning/jobs': { body: 'json', creates: { kind: 'tuning_job', field: 'id' }, brings: tuned },
  'GET /v1/fine_tuning/jobs': { lists: { kind: 'tuning_job', entries: 'data' }, brings: tuned },
  'GET /v1/fine_tuning/jobs/:id': { ...tuningJob, brings: tuned },
  'POST /v1/fine_tuning/jobs/:id/start': changes({ ...tuningJob, brings: tuned }),
  'POST /v1/fine_tuning/jobs/:id/cancel': changes({ ...tuningJob, brings: tuned }),
  'PATCH /v1/fine_tuning/models/:id': tunedModel,
  'POST /v1/fine_tuning/models/:id/archive': tunedModel,
  'DELETE /v1/fine_tuning/models/:id/archive': tunedModel,

  'POST /v1/agents/completions': {},
  'POST /v1/agents': { body: 'json', creates: { kind: 'agent', field: 'id' } },
  'GET /v1/agents': { lists: { kind: 'agent' } },
  'GET /v1/agents/pages': { lists: { kind: 'agent', entries: 'data' } },
  'GET /v1/agents/:id': agent,
  'PATCH /v1/agents/:id': changes({ ...agent, body: 'json' }),
  'DELETE /v1/agents/:id': removes(agent),
  'PATCH /v1/agents/:id/version': changes(agent),
  'GET /v1/agents/:id/versions': agent,
  'GET /v1/agents/:id/versions/:version': agent,
  'GET /v1/agents/:id/aliases': agent,
  'PUT /v1/agents/:id/aliases': changes(agent),
  'DELETE /v1/agents/:id/aliases': changes(agent),

  'POST /v1/conversations': { creates: { kind: 'conversation', field: 'conversation_id' } },
  'POST /v1/conversations/:id': changes({ ...conversation, creates: { kind: 'conversation', field: 'conversation_id' } }),
  'POST /v1/conversations/:id/restart': changes({ ...conversation, creates: { kind: 'conversation', field: 'conversation_id' } }),
  'GET /v1/conversations': { lists: { kind: 'conversation' } },
  'GET /v1/conversations/:id': conversation,
  'DELETE /v1/conversations/:id': removes(conversation),
  'GET /v1/conversations/:id/history': conversation,
  'GET /v1/conversations/:id/messages': conversation,

  'POST /v1/libraries': { body: 'json', creates: { kind: 'library', field: 'id' } },
  'GET /v1/libraries': { lists: { kind: 'library', entries: 'data' } },
  'GET /v1/libraries/:id': library,
  'PATCH /v1/libraries/:id': changes({ ...library, body: 'json' }),
  'PUT /v1/libraries/:id': changes({ ...library, body: 'json' }),
  'DELETE /v1/libraries/:id': removes(library),
  'GET /v1/libraries/:id/share': library,
  'PUT /v1/libraries/:id/share': changes(library),
  'DELETE /v1/libraries/:id/share': changes(library),
  'POST /v1/libraries/:id/documents': changes({ ...library, body: 'form', creates: { kind: 'document', field: 'id' } }),
  'GET /v1/libraries/:id/documents': { ...library, lists: { kind: 'document', entries: 'data' } },
  'GET /v1/libraries/:id/documents/:document': document,
  'PATCH /v1/libraries/:id/documents/:document': changes({ ...document, body: 'json' }),
  'PUT /v1/libraries/:id/documents/:document': changes({ ...document, body: 'json' }),
  'DELETE /v1/libraries/:id/documents/:document': removes(document),
  'GET /v1/libraries/:id/documents/:document/text_content': document,
  'GET /v1/libraries/:id/documents/:document/status': document,
  'GET /v1/libraries/:id/documents/:document/signed-url': document,
  'GET /v1/libraries/:id/documents/:document/extracted-text-signed-url': document,
  'POST /v1/libraries/:id/documents/:document/reprocess': changes(document),

  'POST /v1/audio/voices': { body: 'json', creates: { kind: 'voice', field: 'id' } },
  'GET /v1/audio/voices': { lists: { kind: 'voice', entries: 'items', ownedWhere: 'user_id' } },
  'GET /v1/audio/voices/:id': voice,
  'PATCH /v1/audio/voices/:id': changes({ ...voice, body: 'json' }),
  'DELETE /v1/audio/voices/:id': removes(voice),
  'GET /v1/audio/voices/:id/sample': voice,

  'POST /v1/audio/transcriptions': { body: 'form' },
};

/** Mistral's objects. Every route of them that `@ai-proxy/mistral` knows has its rule here. */
export const mistralObjects: ObjectRules = {
  routes,
  references: {
    file_id: 'file',
    file_ids: 'file',
    input_files: 'file',
    training_files: 'file',
    validation_files: 'file',
    agent_id: 'agent',
    handoffs: 'agent',
    previous_agent_id: 'agent',
    next_agent_id: 'agent',
    conversation_id: 'conversation',
    library_id: 'library',
    library_ids: 'library',
    document_id: 'document',
    document_ids: 'document',
    voice_id: 'voice',
    // It acts with the credentials of the organisation; only what the operator has noted as everybody's can be used.
    connector_id: 'connector',
  },
  // Voices that are there for all have speaking names; those that somebody has made have UUIDs.
  free: { voice: /^(?:voice_\d{1,6}|[a-z]{2}_[a-z]+_[a-z]+)$/ },
  groups: {
    file: 'files',
    result: 'files',
    batch: 'batch',
    tuning_job: 'fine_tuning',
    tuned_model: 'fine_tuning',
    agent: 'agents',
    conversation: 'conversations',
    library: 'libraries',
    document: 'libraries',
    voice: 'voices',
    connector: 'connectors',
  },
};
