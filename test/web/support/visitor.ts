/** A browser without a face: keeps cookies, follows no redirect unless told, and says what the pages' forms would. */
export function createVisitor(url: string) {
  const jar = new Map<string, string>();

  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = new Headers(init.headers);
    if (cookie !== '') headers.set('cookie', cookie);
    const answer = await fetch(`${url}${path}`, { redirect: 'manual', ...init, headers });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  return {
    jar,
    ask,
    async page(path: string): Promise<string> {
      const answer = await ask(path);
      if (answer.status !== 200) throw new Error(`expected 200 from ${path}, got ${answer.status}`);
      return await answer.text();
    },
    /** Posts a form as the dashboard's own pages do. */
    async post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
      return await ask(path, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { 'sec-fetch-site': 'same-origin', ...headers },
      });
    },
    async signIn(email: string, password: string): Promise<Response> {
      return await this.post('/signin', { email, password });
    },
  };
}

export type Visitor = ReturnType<typeof createVisitor>;
