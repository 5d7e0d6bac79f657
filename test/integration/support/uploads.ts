import { callerAs } from '../../wire/support/client.ts';

type Target = { url: string; secret: string };

/** Uploads bytes as a person's backend would, and gives the answer's data. */
export async function uploadFile(api: Target, filename: string, content: Uint8Array<ArrayBuffer>): Promise<any> {
  const form = new FormData();
  form.set('file', new Blob([content]), filename);
  const request = new Request('http://unused', { method: 'POST', body: form });
  const answer = await callerAs(api, 'producer', 'uploads').ask('POST', '/files/upload', {
    raw: new Uint8Array(await request.arrayBuffer()),
    headers: { 'content-type': request.headers.get('content-type') ?? '' },
  });
  if (answer.status !== 201) throw new Error(`expected 201, got ${answer.status}: ${answer.text}`);
  return answer.data;
}

export async function readUpload(api: Target, id: string): Promise<any> {
  return (await callerAs(api, 'producer', 'uploads').get(`/files/${id}`)).data;
}
