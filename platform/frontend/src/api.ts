/** The JSON API as our own pages use it: same origin, session cookie, CSRF header. */

export interface Reason {
  code: string;
  message: string;
  overridable?: boolean;
}

/** RFC 9457 problem+json. */
export interface Problem {
  status: number;
  code: string;
  title: string;
  detail?: string;
  reasons?: Reason[];
  request_id?: string;
}

/** The server understood and said no. */
export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
  }

  /** Every reason at once; a problem without any is its own reason. */
  get reasons(): Reason[] {
    const { reasons, code } = this.problem;
    return reasons?.length ? reasons : [{ code, message: this.message }];
  }
}

/** No answer, or none that we can read: nobody knows whether it was done. */
export class Unanswered extends Error {}

export interface Call {
  method?: "GET" | "POST";
  body?: unknown;
  /** The same key on a second try makes sure that the thing is done once. */
  key?: string;
}

function headers({ body, key }: Call): Headers {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  const sent = new Headers({ Accept: "application/json" });
  if (token) sent.set("X-CSRF-Token", token);
  if (body !== undefined) sent.set("Content-Type", "application/json");
  if (key) sent.set("Idempotency-Key", key);
  return sent;
}

async function send(path: string, call: Call): Promise<Response> {
  const init: RequestInit = {
    method: call.method ?? "GET",
    credentials: "same-origin",
    headers: headers(call),
  };
  if (call.body !== undefined) init.body = JSON.stringify(call.body);
  try {
    return await fetch(path, init);
  } catch {
    throw new Unanswered("The server cannot be reached. Check the network, then try again.");
  }
}

/** @throws Refusal for a 4xx problem, Unanswered for everything else that is no success. */
export async function request<T>(path: string, call: Call = {}): Promise<T> {
  const response = await send(path, call);
  const content = (await response.json().catch(() => null)) as T | Problem | null;
  if (response.ok && content !== null) return content as T;
  if (response.status === 401) {
    throw new Unanswered("You are signed out. Sign in again in another tab, then try again.");
  }
  if (response.status === 429) {
    throw new Unanswered("Too many requests at once. Wait a minute, then try again.");
  }
  if (response.status < 500 && content !== null) throw new Refusal(content as Problem);
  throw new Unanswered(`The server failed (${response.status}). Try again; if it fails again, report it.`);
}
