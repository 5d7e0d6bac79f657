import { describe, expect, it } from 'vitest';
import { facetHref, jobsHref, oldHref, readSearch } from '../../../src/web/jobs/search.ts';

const search = (query: string) => readSearch(new URLSearchParams(query));

describe('the address of a list', () => {
  it('holds all that the list was narrowed to, readably', () => {
    expect(jobsHref('')).toBe('/jobs');
    expect(jobsHref('state:failed queue:a,b', 'c d')).toBe('/jobs?q=state:failed+queue:a,b&cursor=c+d');
    expect(search('q=state:failed&q=+age:>5m+&cursor=c')).toMatchObject({ q: 'state:failed age:>5m', cursor: 'c' });
  });

  it('comes back as it was sent, whatever is in it', () => {
    const q = 'error:"a&b=c #1 100%+1" data.x:"ü 😀"';
    expect(search(new URL(jobsHref(q), 'http://h').search).q).toBe(q);
  });

  it('starts at the first page when a facet changes, and takes a chosen one off', () => {
    const now = search('q=state:failed+age:>5m&cursor=c');
    expect(facetHref(now, 'state', 'retry', false)).toBe('/jobs?q=age:%3E5m+state:retry');
    expect(facetHref(now, 'state', 'failed', true)).toBe('/jobs?q=age:%3E5m');
  });

  it('still understands the older addresses', () => {
    expect(oldHref(new URLSearchParams('state=failed&queue=email&name=a b'))).toBe(
      '/jobs?q=state:failed+queue:email+name:%22a+b%22',
    );
    expect(oldHref(new URLSearchParams('q=state:failed'))).toBeUndefined();
  });

  it('keeps a query that cannot be read, with what is wrong in it', () => {
    expect(search('q=age:soon')).toMatchObject({ q: 'age:soon', terms: [], fault: { qualifier: 'age' } });
  });
});
