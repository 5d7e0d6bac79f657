import type { WebApp } from '../http/web-context.ts';
import type { Pages } from './open-page.ts';
import { renderPage } from './page.tsx';
import { GROUPS, SECTIONS } from './sections.ts';
import type { View } from './view.ts';

const LISTS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'In a list',
    [
      ['j', 'next row'],
      ['k', 'row before'],
      ['x', 'pick the row, Shift picks a range'],
      ['Enter', 'open the row'],
      ['.', 'to the actions'],
    ],
  ],
  [
    'Anywhere',
    [
      ['/', 'search'],
      ['r', 'how often the page refreshes'],
      ['t', 'theme, times and rows'],
      ['Esc', 'close what is open, leave a field'],
      ['?', 'this list'],
    ],
  ],
];

/** All keys. A page of its own, which the script shows above the page that somebody is on. */
export function installKeys(app: WebApp, pages: Pages): void {
  app.get('/keys', async (context) => {
    const { view } = await pages.open(context, async () => undefined);
    return context.html(await renderPage(view, { title: 'Keys', live: false, children: <Keys view={view} /> }));
  });
}

function Keys({ view }: { view: View }) {
  const go = GROUPS.flatMap(([, sections]) => sections)
    .filter((section) => view.offers.has(section))
    .flatMap((section) => {
      const { key, word } = SECTIONS[section];
      return key === undefined ? [] : [[`g ${key}`, word] as const];
    });
  return (
    <div class="sec">
      <h1>Keys</h1>
      <div class="keylist sp">
        {[['Go to', go] as const, ...LISTS].map(([title, keys]) => (
          <div>
            <h2>{title}</h2>
            <dl class="facts">
              {keys.map(([key, what]) => (
                <>
                  <dt>
                    {key.split(' ').map((each) => (
                      <>
                        <kbd>{each}</kbd>{' '}
                      </>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </>
              ))}
            </dl>
          </div>
        ))}
      </div>
    </div>
  );
}
