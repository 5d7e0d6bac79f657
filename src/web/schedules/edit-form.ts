import { z } from 'zod';
import { missedPolicy, overlapPolicy, type ScheduleView } from '../../contract/schedules/schedule.ts';

const field = z.string().trim().max(200).catch('');
const schema = z.object({
  version: field,
  cron: field,
  timeZone: field,
  overlap: overlapPolicy.catch('skip'),
  missed: missedPolicy.catch('skip'),
  missedWindowSeconds: field,
  jitterSeconds: field,
});

/** The terms as somebody typed them; the API judges them. */
export type EditForm = z.infer<typeof schema>;

export function readEditForm(form: Readonly<Record<string, string>>): EditForm {
  return schema.parse(form);
}

export function formOf(schedule: ScheduleView): EditForm {
  const { version, missedWindowSeconds, jitterSeconds, ...rest } = schedule;
  return schema.parse({
    ...rest,
    version: String(version),
    missedWindowSeconds: String(missedWindowSeconds),
    jitterSeconds: String(jitterSeconds),
  });
}

/** The change to ask for. What is no number stays one that the API will refuse by name. */
export function patchOf({ version, missedWindowSeconds, jitterSeconds, ...terms }: EditForm) {
  return {
    ...terms,
    version: Number(version),
    missedWindowSeconds: numberOf(missedWindowSeconds),
    jitterSeconds: numberOf(jitterSeconds),
  };
}

function numberOf(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : -1;
}
