import type { JobDeclaration } from '../../contract/catalogue/declare-job.ts';
import type { Role } from '../../contract/operator.ts';

/** One claim of one job: pg-boss's fence (id and retryCount) plus who holds it. */
export type AttemptRef = {
  readonly queue: string;
  readonly jobId: string;
  readonly retryCount: number;
  readonly workerId: string;
  /** Number of the attempt as people count it, from 1; releases do not move it. */
  readonly attempt: number;
  readonly claimedAtMs: number;
  readonly name: string;
  /** What counts as the same job again, without its name; only of jobs that are guarded against loops. */
  readonly loopKey?: string;
};

export type AttemptPrincipal = {
  readonly type: 'attempt';
  readonly ref: AttemptRef;
  readonly payload: unknown;
  readonly declaration: JobDeclaration | undefined;
};

export type OperatorPrincipal = {
  readonly type: 'operator';
  readonly name: string;
  readonly role: Role;
  /** Whether payloads and outputs are shown; a right apart from the role. */
  readonly seesPayloads: boolean;
  /** Whether they signed in with a one-time password: until they choose their own, nothing else is open to them. */
  readonly mustChangePassword?: boolean;
  /** Set when a person's session speaks, unset for an operator's service token. */
  readonly session?: { readonly tokenHash: string; readonly operatorId: string; readonly expiresAt: Date };
};

/** Who calls. `queues` limits what a worker may claim and a producer may enqueue; absent means all. */
export type Principal =
  | { readonly type: 'anonymous' }
  | { readonly type: 'worker'; readonly id: string; readonly queues?: ReadonlySet<string> }
  | { readonly type: 'producer'; readonly name: string; readonly queues?: ReadonlySet<string> }
  | { readonly type: 'scraper'; readonly name: string }
  | OperatorPrincipal
  | AttemptPrincipal;

const RANK: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };

export function hasRole(role: Role, least: Role): boolean {
  return RANK[role] >= RANK[least];
}

/** Who a bearer token speaks for; throws BridgeError 401 for one that is not valid. */
export type Authenticate = (bearer: string | undefined) => Promise<Principal>;
