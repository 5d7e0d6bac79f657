import { settings } from '../settings.ts';
import { defineRoute } from './define-route.ts';

export const readSettings = defineRoute({
  name: 'readSettings',
  method: 'get',
  path: '/admin/settings',
  summary: 'The configuration of the API in force and where it comes from, versions, and the state of the schema',
  access: ['operator'],
  role: 'operator',
  data: settings,
  statuses: [200],
});
