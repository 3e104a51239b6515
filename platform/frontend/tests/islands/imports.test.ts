import { createApp, type App } from "vue";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import ImportProgress from "../../src/islands/imports/ImportProgress.vue";
import { json, serve, settled, type Answer, type Asked } from "../server";

const START = { id: "i1", status: "queued", read: 0, created: 0, updated: 0, unchanged: 0, rejected: 0 };

let app: App | undefined;

const handlers = new Map<string, (said?: unknown) => void>();
const socket = {
  on: (event: string, handle: (said?: unknown) => void) => { handlers.set(event, handle); },
  emit: vi.fn(),
  disconnect: vi.fn(),
};
const io = vi.fn(() => socket);
vi.mock("socket.io-client", () => ({ io: () => io() }));
const say = (event: string, said?: unknown): void => { handlers.get(event)?.(said); };

function open(answer: Answer, initial: object = START, props: object = {}): Asked[] {
  const log = serve(answer);
  app = createApp(ImportProgress, { initial, rejectsUrl: "/rejects", firstPause: 1, longestPause: 4, ...props });
  app.mount("#island");
  return log;
}

const text = (): string => document.body.textContent.replace(/\s+/g, " ");
const count = (name: string): string | null =>
  document.querySelector(`[data-count=${name}]`)?.textContent ?? null;

beforeEach(() => {
  document.body.innerHTML = '<div id="island"></div>';
});

afterEach(() => {
  app?.unmount();
  vi.clearAllMocks();
  vi.useRealTimers();
});

test("shows the counts and the share while it runs", async () => {
  const running = { ...START, status: "running", read: 2000, created: 2000, bytes_read: 2, bytes_total: 4 };
  open(() => json(running));
  await settled(() => { expect(text()).toContain("50 %"); });
  expect(count("read")).toBe((2000).toLocaleString());
  expect(document.querySelector("progress")?.value).toBe(50);
});

test("asks until the end and no more", async () => {
  vi.useFakeTimers();
  const log = open(() => json({ ...START, status: log.length < 3 ? "running" : "succeeded" }));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(log).toHaveLength(3);
  expect(text()).toContain("Finished");
  expect(document.querySelector("progress")).toBeNull();
});

test("asks ever less often while nothing changes", async () => {
  vi.useFakeTimers();
  const log = open(() => json(START)); // 1, then 1.6, 2.56 and 4 ms, the longest, apart
  await vi.advanceTimersByTimeAsync(1000);
  expect(log.length).toBeGreaterThan(200);
  expect(log.length).toBeLessThan(260);
});

describe("with live news", () => {
  const running = { ...START, status: "running", read: 7 };
  const live = { live: true, firstPause: 100, longestPause: 1000 };

  test("joins the import, shows what it hears and asks only after a silence", async () => {
    vi.useFakeTimers();
    const log = open(() => json(running), START, live);
    await vi.waitFor(() => { expect(io).toHaveBeenCalledOnce(); });
    say("connect");
    expect(socket.emit).toHaveBeenCalledWith("join", { channel: "import", id: "i1" });

    const before = log.length;
    say("news", { channel: "import", id: "i1", data: running });
    await vi.advanceTimersByTimeAsync(999);
    expect(count("read")).toBe("7");
    expect(log).toHaveLength(before);
    await vi.advanceTimersByTimeAsync(1);
    expect(log).toHaveLength(before + 1);
  });

  test("hangs up at the end", async () => {
    open(() => json(running), START, live);
    await vi.waitFor(() => { expect(io).toHaveBeenCalledOnce(); });
    say("news", { channel: "import", id: "i1", data: { ...running, status: "succeeded" } });
    await settled(() => { expect(text()).toContain("Finished"); });
    expect(socket.disconnect).toHaveBeenCalledOnce();
  });

  test("news of another import are none of its business", async () => {
    open(() => json(START), START, live);
    await vi.waitFor(() => { expect(io).toHaveBeenCalledOnce(); });
    say("news", { channel: "import", id: "i2", data: { ...running, id: "i2" } });
    await settled(() => { expect(count("read")).toBe("0"); });
  });

  test("an import that has ended opens no socket", async () => {
    open(() => json(START), { ...START, status: "succeeded" }, live);
    await settled(() => { expect(text()).toContain("Finished"); });
    expect(io).not.toHaveBeenCalled();
  });
});

test("asks no more once it has left the page", async () => {
  vi.useFakeTimers();
  const log = open(() => json(START));
  app?.unmount();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(log).toHaveLength(0);
});

test("an import that has ended is never asked for", async () => {
  vi.useFakeTimers();
  const log = open(() => json(START), { ...START, status: "failed", detail: "No MARC records in the file." });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(log).toHaveLength(0);
  expect(text()).toContain("No MARC records in the file.");
});

test("without a known length the bar says busy, not nought", () => {
  open(() => json(START));
  expect(document.querySelector("progress")?.hasAttribute("value")).toBe(false);
});

test("a lost network is said, and forgotten once the server answers", async () => {
  let lost = true;
  open(() => {
    if (lost) throw new TypeError("Failed to fetch");
    return json({ ...START, status: "running", read: 7 });
  });
  await settled(() => { expect(text()).toContain("this page keeps asking"); });
  lost = false;
  await settled(() => { expect(count("read")).toBe("7"); });
  expect(text()).not.toContain("this page keeps asking");
});

test("stop, then resume", async () => {
  let status = "running";
  const log = open(({ path }) => {
    if (path.endsWith("/stop")) status = "stopped";
    if (path.endsWith("/resume")) status = "succeeded";
    return json({ ...START, status });
  }, { ...START, status: "running" });
  document.querySelector("button")?.click();
  await settled(() => { expect(text()).toContain("Resume"); });
  document.querySelector("button")?.click();
  await settled(() => { expect(text()).toContain("Finished"); });
  const posts = log.filter((asked) => asked.method === "POST").map((asked) => asked.path);
  expect(posts).toEqual(["/api/v1/imports/i1/stop", "/api/v1/imports/i1/resume"]);
});

test("a stop that is refused says why", async () => {
  open(({ path }) => path.endsWith("/stop")
    ? json({ status: 403, code: "permission_denied", title: "You may not do this" }, 403)
    : json({ ...START, status: "running" }), { ...START, status: "running" });
  document.querySelector("button")?.click();
  await settled(() => { expect(text()).toContain("You may not do this"); });
});

test("rejected records are one click away", () => {
  open(() => json(START), { ...START, status: "succeeded", read: 3, rejected: 3 });
  expect(document.querySelector("a")?.getAttribute("href")).toBe("/rejects");
});
