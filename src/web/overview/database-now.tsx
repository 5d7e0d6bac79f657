import type { DatabaseHealth } from '../../contract/database-health.ts';
import { State, type Look } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { bytes, duration, roughly, thousands } from '../parts/words.ts';

/** From here on old transactions and dead rows slow down claims. */
const LONG_SECONDS = 300;
const DEAD_SHARE = 0.2;
const DEAD_ROWS = 50_000;

const WELL: Look = { word: 'Well', tone: 'done', icon: 'done' };
const BUSY: Look = { word: 'Look at it', tone: 'warn', icon: 'warn' };

/** What would make the queues slow without any job being at fault. */
export function DatabaseNow({ database, nowMs }: { database: DatabaseHealth; nowMs: number }) {
  const { oldestTransactionSeconds: oldest, liveRows, deadRows, vacuumedAt, pool } = database;
  const share = deadRows / Math.max(1, liveRows + deadRows);
  const isOld = (oldest ?? 0) > LONG_SECONDS;
  const isBloated = share > DEAD_SHARE && deadRows > DEAD_ROWS;
  const vacuumedMs = vacuumedAt === undefined ? undefined : Date.parse(vacuumedAt);
  return (
    <section class="sec">
      <div class="hd">
        <h2>Database</h2>
        <span class="small">
          <State look={isOld || isBloated || pool.waiting > 0 ? BUSY : WELL} />
        </span>
      </div>
      <dl class="facts">
        <dt>Oldest transaction</dt>
        <dd class={isOld ? 'c s-warn' : undefined}>{oldest === null ? 'none' : duration(oldest * 1000)}</dd>
        <dt>Dead rows</dt>
        <dd class={isBloated ? 'c s-warn' : undefined}>
          {`${(share * 100).toFixed(1)}\u00a0% of ${thousands(liveRows + deadRows)} jobs`}
          {vacuumedMs !== undefined && (
            <>
              , vacuumed <Time ms={vacuumedMs}>{`${roughly(nowMs - vacuumedMs)} ago`}</Time>
            </>
          )}
        </dd>
        <dt>Connections</dt>
        <dd class={pool.waiting > 0 ? 'c s-warn' : undefined}>
          {pool.used} of {pool.most} in use, {pool.waiting === 0 ? 'none waits' : `${pool.waiting} wait`}
        </dd>
        <dt>Job table</dt>
        <dd>{bytes(database.bytes)} with its indexes</dd>
      </dl>
    </section>
  );
}
