/** The columns of a key, in the order in which they are written: the number first. */
export const keyColumns = [
  'number',
  'id',
  'version',
  'hash',
  'masked',
  'alias',
  'owner',
  'team',
  'parent',
  'expires_at',
  'blocked',
  'manages_keys',
  'max_output_tokens',
  'created_at',
  'updated_at',
  'created_by',
  'details',
] as const;

export type KeyColumn = (typeof keyColumns)[number];

const columns = keyColumns.join(', ');
const placeholders = (count: number): string => Array.from({ length: count }, (_, index) => `$${index + 1}`).join(', ');

export const selectKeys: string = `select ${columns} from ai_proxy_keys`;
export const keyById: string = `${selectKeys} where id = $1`;
export const keyByAlias: string = `${selectKeys} where alias = $1`;

const joined = keyColumns.map((name) => `k.${name}`).join(', ');
const keyOfHash = 'from ai_proxy_key_hashes h join ai_proxy_keys k on k.number = h.key_number';
export const keyByHash: string = `select ${joined} ${keyOfHash} where h.hash = $1`;
/** For several hashes at once; PostgreSQL alone has arrays. */
export const keysByHashes: string = `select h.hash as asked, ${joined} ${keyOfHash} where h.hash = any($1::bytea[])`;

export const lastNumber = 'select coalesce(max(number), 0) as number from ai_proxy_keys';
export const insertKey: string = `insert into ai_proxy_keys (${columns}) values (${placeholders(keyColumns.length)})`;
export const updateKey: string = `update ai_proxy_keys set ${keyColumns.map((name, index) => `${name} = $${index + 1}`).join(', ')} where number = $1`;
export const deleteKey = 'delete from ai_proxy_keys where number = $1';

export const holderOfHash = 'select key_number from ai_proxy_key_hashes where hash = $1';
export const insertHash = 'insert into ai_proxy_key_hashes (hash, key_number) values ($1, $2)';
export const deleteHash = 'delete from ai_proxy_key_hashes where hash = $1 and key_number = $2';

export const changeColumns = ['id', 'at', 'made_by', 'action', 'key_id', 'before', 'after'] as const;
export const selectChanges: string = `select ${changeColumns.join(', ')} from ai_proxy_key_changes`;
export const insertChange: string = `insert into ai_proxy_key_changes (${changeColumns.join(', ')}) values (${placeholders(changeColumns.length)})`;

/** Whoever reads a number has read all below it: writers come one after the other. */
export const insertNews =
  'insert into ai_proxy_key_news (number, key_id, change_id) select coalesce(max(number), 0) + 1, $1, $2 from ai_proxy_key_news returning number';
export const forgetNews = 'delete from ai_proxy_key_news where number <= $1';
export const newsFrom = 'select number, key_id, change_id from ai_proxy_key_news where number >= $1 order by number';
export const lastNews = 'select number, change_id from ai_proxy_key_news order by number desc limit 1';
