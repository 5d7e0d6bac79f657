import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { role } from '../../contract/operator.ts';
import { SESSION_PREFIX } from '../auth/authenticate.ts';
import type { OperatorPrincipal } from '../auth/principal.ts';
import type { Pool } from '../db/pool.ts';

export const SESSION_LIFE: SessionLife = { absoluteHours: 12, idleMinutes: 120 };
export type SessionLife = { readonly absoluteHours: number; readonly idleMinutes: number };
/** How long another replica may still honour a session that was ended here. */
const CACHE_MS = 1_000;
const CACHE_SIZE = 1_000;

export type SessionSource = {
  readonly clientIp: string;
  readonly userAgent?: string | undefined;
  readonly method: 'password' | 'oidc';
};

export type Sessions = {
  readonly life: SessionLife;
  open(operatorId: string, from: SessionSource): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  /** Who a token speaks for; undefined when it is unknown, expired, idle for too long, signed out or disabled. */
  find(token: string): Promise<OperatorPrincipal | undefined>;
  end(tokenHash: string): Promise<void>;
  /** After sessions were ended by other means: what is remembered of them is forgotten. */
  forgetAll(): void;
};

const opened = z.object({ expires_at: z.date() });
const live = z.object({
  operator_id: z.string(),
  expires_at: z.date(),
  stale: z.boolean(),
  email: z.string(),
  role,
  sees_payloads: z.boolean(),
  one_time: z.boolean(),
});

/** Sessions live in PostgreSQL under the SHA-256 of their token; found ones are remembered for a second. */
export function createSessions(
  pool: Pool,
  now: () => number = () => performance.now(),
  life: SessionLife = SESSION_LIFE,
): Sessions {
  const cache = new Map<string, { readonly principal: OperatorPrincipal; readonly atMs: number }>();

  async function look(tokenHash: string): Promise<OperatorPrincipal | undefined> {
    const found = await pool.query(FIND, [tokenHash, `${life.idleMinutes} minutes`]);
    if (found.rows.length === 0) return undefined;
    const row = live.parse(found.rows[0]);
    // Once a minute is enough to tell two idle hours, and spares a write for every click.
    if (row.stale) {
      await pool.query('UPDATE worker_api.operator_session SET last_seen_at = now() WHERE token_hash = $1', [
        tokenHash,
      ]);
    }
    const session = { tokenHash, operatorId: row.operator_id, expiresAt: row.expires_at };
    return {
      type: 'operator',
      name: row.email,
      role: row.role,
      seesPayloads: row.sees_payloads,
      mustChangePassword: row.one_time,
      session,
    };
  }

  return {
    life,
    async open(operatorId, { clientIp, userAgent, method }) {
      const token = `${SESSION_PREFIX}${randomBytes(32).toString('base64url')}`;
      await pool.query('DELETE FROM worker_api.operator_session WHERE expires_at < now()');
      const inserted = await pool.query(
        `INSERT INTO worker_api.operator_session (token_hash, operator_id, expires_at, client_ip, user_agent, method)
         VALUES ($1, $2, now() + $3::interval, $4, $5, $6) RETURNING expires_at`,
        [hashOf(token), operatorId, `${life.absoluteHours} hours`, clientIp, userAgent?.slice(0, 300) ?? null, method],
      );
      await pool.query('UPDATE worker_api.operator SET last_sign_in_at = now() WHERE id = $1', [operatorId]);
      return { token, expiresAt: opened.parse(inserted.rows[0]).expires_at };
    },
    async find(token) {
      const tokenHash = hashOf(token);
      const known = cache.get(tokenHash);
      if (known !== undefined && now() - known.atMs < CACHE_MS) return known.principal;
      const principal = await look(tokenHash);
      cache.delete(tokenHash);
      if (principal === undefined) return undefined;
      if (cache.size >= CACHE_SIZE) cache.clear();
      cache.set(tokenHash, { principal, atMs: now() });
      return principal;
    },
    async end(tokenHash) {
      await pool.query('DELETE FROM worker_api.operator_session WHERE token_hash = $1', [tokenHash]);
      cache.delete(tokenHash);
    },
    forgetAll: () => cache.clear(),
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

const FIND = `
  SELECT s.operator_id, s.expires_at, s.last_seen_at < now() - interval '1 minute' AS stale, o.email, o.role, o.sees_payloads,
         o.one_time_until IS NOT NULL AS one_time
  FROM worker_api.operator_session s JOIN worker_api.operator o ON o.id = s.operator_id
  WHERE s.token_hash = $1 AND s.expires_at > now() AND s.last_seen_at > now() - $2::interval
    AND o.disabled_at IS NULL`;
