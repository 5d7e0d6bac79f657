/** What libpq reads from the environment (PostgreSQL 18), and what the usual PostgreSQL images and hosts set. */
const LIBPQ = new Set(
  (
    'PGHOST PGSSLNEGOTIATION PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGPASSFILE PGREQUIREAUTH ' +
    'PGCHANNELBINDING PGSERVICE PGSERVICEFILE PGOPTIONS PGAPPNAME PGSSLMODE PGREQUIRESSL PGSSLCOMPRESSION ' +
    'PGSSLCERT PGSSLKEY PGSSLCERTMODE PGSSLROOTCERT PGSSLCRL PGSSLCRLDIR PGSSLSNI PGREQUIREPEER ' +
    'PGSSLMINPROTOCOLVERSION PGSSLMAXPROTOCOLVERSION PGGSSENCMODE PGKRBSRVNAME PGGSSLIB PGGSSDELEGATION ' +
    'PGCONNECT_TIMEOUT PGCLIENTENCODING PGTARGETSESSIONATTRS PGLOADBALANCEHOSTS PGMINPROTOCOLVERSION ' +
    'PGMAXPROTOCOLVERSION PGDATESTYLE PGTZ PGGEQO PGSYSCONFDIR PGLOCALEDIR'
  ).split(' '),
);
const NAMED_LIKE_ONE =
  /^(?:.*_)?(?:DATABASE_URL|POSTGRES(?:QL)?_(?:.*_)?(?:URL|URI|DSN|HOST|USER|DB|DATABASE|PASSWORD(?:_FILE)?))$/;
const POSTGRES_URL = /^\s*postgres(?:ql)?:\/\//i;

/** A worker holds no database credentials, so it does not start where some lie about. Names only, never a value. */
export class DatabaseVariableFault extends Error {
  override readonly name = 'DatabaseVariableFault';
  readonly variables: readonly string[];
  constructor(variables: readonly string[]) {
    const verb = variables.length === 1 ? 'is' : 'are';
    super(
      `a worker holds no database credentials, but ${variables.join(', ')} ${verb} set: ` +
        `remove ${variables.length === 1 ? 'it' : 'them'} from the worker's environment`,
    );
    this.variables = variables;
  }
}

/** Throws DatabaseVariableFault naming every PostgreSQL variable; an empty one counts as unset. */
export function refuseDatabaseVariables(source: Readonly<Record<string, string | undefined>>): void {
  const variables = Object.entries(source)
    .filter(([name, value]) => value !== undefined && value !== '' && isDatabaseVariable(name.toUpperCase(), value))
    .map(([name]) => name)
    .sort();
  if (variables.length > 0) throw new DatabaseVariableFault(variables);
}

function isDatabaseVariable(name: string, value: string): boolean {
  return LIBPQ.has(name) || NAMED_LIKE_ONE.test(name) || POSTGRES_URL.test(value);
}
