import type { Child } from 'hono/jsx';

type PagerProps = {
  /** What the rows are and in which order. */
  children: Child;
  /** The first page; absent on it. */
  newest?: string | undefined;
  /** The next page; absent on the last. */
  older?: string | undefined;
  /** What leads to the first and to the next page. */
  words?: readonly [string, string];
};

/** Below a table: what it shows, and the way on. Pages follow a key and not a number, so that nothing moves between two. */
export function Pager({ children, newest, older, words: [first, next] = ['Newest', 'Older'] }: PagerProps) {
  return (
    <div class="pager">
      <span>{children}</span>
      {(newest !== undefined || older !== undefined) && (
        <div class="acts">
          {newest !== undefined && (
            <a class="btn" href={newest}>
              {first}
            </a>
          )}
          {older !== undefined && (
            <a class="btn" href={older} rel="next">
              {next}
            </a>
          )}
        </div>
      )}
    </div>
  );
}
