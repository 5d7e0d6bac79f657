import { renderDocument } from '../frame/document.tsx';
import { Brand } from '../frame/top-bar.tsx';
import { clock } from '../parts/time.tsx';
import type { PageFault } from './page-fault.ts';
import type { Preferences } from './preferences.ts';

export type ErrorPage = {
  readonly fault: PageFault;
  readonly requestId: string;
  readonly environment: string;
  readonly preferences: Preferences;
  /** Where trying again leads; undefined when it would change nothing. */
  readonly again: string | undefined;
};

/** What happened, what goes on all the same, and what to quote when asking for help. */
export async function renderError({ fault, requestId, environment, preferences, again }: ErrorPage): Promise<string> {
  const retryable = fault.status === 503 || fault.status === 502 || fault.status === 500 || fault.status === 429;
  return await renderDocument({
    title: fault.message,
    preferences,
    bodyClass: 'alone',
    children: (
      <>
        <header>
          <Brand environment={environment} />
        </header>
        <main id="main">
          <h1>{fault.message}</h1>
          {fault.detail !== '' && <p>{fault.detail}</p>}
          <dl class="facts">
            <dt>Code</dt>
            <dd>
              <code>{fault.code}</code>
            </dd>
            <dt>Request</dt>
            <dd>
              <code>{requestId}</code>
            </dd>
            <dt>Time</dt>
            <dd>{clock(Date.now())} UTC</dd>
            {fault.facts.map(([word, value]) => (
              <>
                <dt>{word}</dt>
                <dd>{value}</dd>
              </>
            ))}
          </dl>
          <div class="acts">
            {retryable && again !== undefined && (
              <a class="btn pri" href={again}>
                Try again
              </a>
            )}
            <a class={retryable ? 'btn' : 'btn pri'} href="/overview">
              Overview
            </a>
          </div>
        </main>
      </>
    ),
  });
}
