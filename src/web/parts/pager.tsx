import type { Child } from 'hono/jsx';

type PagerProps = {
  /** What the rows are and in which order. */
  children: Child;
  /** The first page; absent on it. */
  newest?: string | undefined;
  /** The next page; absent on the last. */
  older?: string | undefined;
};

/** Below a table: what it shows, and the way on. Pages follow a key and not a number, so that nothing moves between two. */
export function Pager({ children, newest, older }: PagerProps) {
  return (
    <div class="pager">
      <span>{children}</span>
      {(newest !== undefined || older !== undefined) && (
        <div class="acts">
          {newest !== undefined && (
            <a class="btn" href={newest}>
              Newest
            </a>
          )}
          {older !== undefined && (
            <a class="btn" href={older} rel="next">
              Older
            </a>
          )}
        </div>
      )}
    </div>
  );
}
