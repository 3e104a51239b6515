import { vi } from "vitest";

export interface Asked {
  method: string;
  path: string;
  headers: Headers;
  body: unknown;
}

export type Answer = (asked: Asked) => Response | Promise<Response>;

export function json(content: unknown, status = 200): Response {
  return new Response(JSON.stringify(content), { status });
}

/** Stands where the network would be; answers through real `Response`s and remembers what was asked. */
export function serve(answer: Answer): Asked[] {
  const log: Asked[] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
    const asked = { method: init.method ?? "GET", path, headers: new Headers(init.headers), body };
    log.push(asked);
    return answer(asked);
  });
  return log;
}

/** Waits for what follows from an answer, without a fixed time. */
export function settled(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 2000, interval: 5 });
}
