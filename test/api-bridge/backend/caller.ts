export type Answer = { readonly status: number; readonly headers: Headers; readonly body: any; readonly bytes: Buffer };
export type Call = {
  readonly token?: string;
  readonly json?: unknown;
  readonly body?: RequestInit['body'];
  readonly headers?: Record<string, string>;
};

/** One HTTP call to the bridge; the answer's body as JSON where it is some, and as bytes always. */
export function createCaller(url: string) {
  return async (method: string, path: string, { token, json, body, headers }: Call = {}): Promise<Answer> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(body === undefined ? {} : { body, duplex: 'half' }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
    return {
      status: answer.status,
      headers: answer.headers,
      body: isJson ? JSON.parse(bytes.toString()) : undefined,
      bytes,
    };
  };
}

/** A multipart form with one file in the field `file`. */
export function formOf(
  bytes: Uint8Array<ArrayBuffer>,
  filename: string,
  type = 'application/octet-stream',
  field = 'file',
): FormData {
  const form = new FormData();
  form.append(field, new Blob([bytes], { type }), filename);
  return form;
}
