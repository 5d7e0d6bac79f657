import { role } from '../../contract/operator.ts';
import * as people from '../../contract/routes/people.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import { renderConfirmation } from '../frame/confirm-page.tsx';
import type { Pages } from '../frame/open-page.ts';
import { setFlash } from '../http/flash.ts';
import { readForm } from '../http/form.ts';
import { PageFault } from '../http/page-fault.ts';
import { reasonOf } from '../http/read-reason.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import { sentence } from '../parts/words.ts';
import { renderOneTime, renderPersonForm } from './person-forms.tsx';
import { renderUsers } from './users-page.tsx';

const BLANK = { email: '', role: 'viewer', seesPayloads: false, disabled: false } as const;

/** Who may sign in, and what they may: for admins. */
export function installPeoplePages(app: WebApp, pages: Pages): void {
  pages.offer('users', { visible: ({ user }) => user.role === 'admin' });

  const open = (context: WebContext) =>
    pages.open(context, async (client, token) => (await client.call(people.listPeople, { token })).data.people);

  async function openOne(context: WebContext, id: string) {
    const { view, data } = await open(context);
    const person = data.find((each) => each.id === id);
    if (person === undefined) throw new PageFault(404, 'not_found', 'Nobody is here');
    return { view, person };
  }

  app.get('/users', async (context) => {
    const { view, data } = await open(context);
    return context.html(await renderUsers(view, data));
  });

  app.get('/users/invite', async (context) => {
    const { view } = await open(context);
    return context.html(await renderPersonForm(view, { title: 'Invite somebody', verb: 'Invite', draft: BLANK }));
  });

  app.post('/users/invite', async (context) => {
    const form = await readForm(context);
    const draft = draftOf(form);
    const { disabled: _, ...invited } = draft;
    try {
      const { data } = await pages.act(context, (client, token) =>
        client.call(people.invitePerson, { token, body: { ...invited, ...reasonIn(form) } }),
      );
      const { view } = await open(context);
      return context.html(await renderOneTime(view, data));
    } catch (error) {
      const fault = faultOf(error);
      const { view } = await open(context);
      return context.html(
        await renderPersonForm(view, { title: 'Invite somebody', verb: 'Invite', draft, fault }),
        400,
      );
    }
  });

  app.get('/users/:id/edit', async (context) => {
    const { view, person } = await openOne(context, context.req.param('id'));
    const title = `Change ${person.email}`;
    return context.html(await renderPersonForm(view, { title, verb: 'Change', draft: person, person }));
  });

  app.post('/users/:id/edit', async (context) => {
    const id = context.req.param('id');
    const form = await readForm(context);
    const { email: _, ...body } = draftOf(form);
    try {
      const { data } = await pages.act(context, (client, token) =>
        client.call(people.changePerson, { token, params: { id }, body: { ...body, ...reasonIn(form) } }),
      );
      setFlash(context, { tone: 'ok', text: `${data.email} is changed, and signed out everywhere.` });
      return context.redirect('/users', 303);
    } catch (error) {
      const fault = faultOf(error);
      const { view, person } = await openOne(context, id);
      const title = `Change ${person.email}`;
      return context.html(
        await renderPersonForm(view, { title, verb: 'Change', draft: { ...person, ...body }, person, fault }),
        400,
      );
    }
  });

  app.get('/users/:id/reset', async (context) => {
    const { view, person } = await openOne(context, context.req.param('id'));
    const page = await renderConfirmation(view, {
      title: `Reset the password of ${person.email}?`,
      section: 'users',
      what: 'Their password opens nothing any more and their sessions end. You get a one-time password to hand over.',
      verb: 'Reset the password',
      danger: true,
      reason: 'welcome',
      keep: { word: 'Leave it', href: '/users' },
    });
    return context.html(page);
  });

  app.post('/users/:id/reset', async (context) => {
    const params = { id: context.req.param('id') };
    const body = reasonIn(await readForm(context));
    const { data } = await pages.act(context, (client, token) =>
      client.call(people.resetPassword, { token, params, body }),
    );
    const { view } = await open(context);
    return context.html(await renderOneTime(view, data));
  });
}

type Form = Readonly<Record<string, string>>;

function draftOf(form: Form) {
  return {
    email: (form.email ?? '').trim(),
    role: role.catch('viewer').parse(form.role),
    seesPayloads: form.payloads === 'yes',
    disabled: form.disabled === 'yes',
  };
}

function reasonIn(form: Form): { reason?: string } {
  const reason = reasonOf(form);
  return reason === undefined ? {} : { reason };
}

/** What the form did wrong, for the form to say; anything else is no matter of the form. */
function faultOf(error: unknown): string {
  if (!(error instanceof BridgeCallError) || (error.status !== 409 && error.status !== 422)) throw error;
  return `${sentence(error.errors[0]?.message ?? error.message)}.`;
}
