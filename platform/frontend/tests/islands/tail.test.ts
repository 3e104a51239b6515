import { createApp, type App } from "vue";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import AuditTail from "../../src/islands/audit/AuditTail.vue";
import { before, unseen, type Entry } from "../../src/islands/audit/tail";
import { json, serve, settled, type Answer, type Asked } from "../server";

const handlers = new Map<string, (said?: unknown) => void>();
const socket = {
  on: (event: string, handle: (said?: unknown) => void) => { handlers.set(event, handle); },
  emit: vi.fn(),
  disconnect: vi.fn(),
};
vi.mock("socket.io-client", () => ({ io: () => socket }));

const START = "900000000000000000-0";
let app: App | undefined;

function entry(id: string, sentence: string): Entry {
  return {
    id, sentence, at: "2026-11-23T09:30:00Z", actor: { label: "Anna" }, channel: "web", reason: "", on_behalf_of: "",
    changes: [{ field: "due_at", before: null, after: "Monday" }],
  };
}

function open(answer: Answer, props: object = {}): Asked[] {
  const log = serve(answer);
  app = createApp(AuditTail, { trail: "t1", since: START, asks: { q: "map" }, page: "/audit", pause: 1, ...props });
  app.mount("#island");
  return log;
}

const text = (): string => document.body.textContent.replace(/\s+/g, " ");
const button = (): HTMLButtonElement | null => document.querySelector("button");

beforeEach(() => { document.body.innerHTML = '<div id="island"></div>'; });
afterEach(() => { app?.unmount(); vi.clearAllMocks(); handlers.clear(); });

test("looks back far enough for whoever was overtaken, and tells each entry once", () => {
  expect(before("900000000000000000-3")).toBe("899999959040000000-0");
  expect(before("5-0")).toBe("0-0");
  const seen = new Set<string>();
  const found = [entry("2-0", "b"), entry("1-0", "a")];
  expect(unseen(found, seen)).toHaveLength(2);
  expect(unseen([entry("3-0", "c"), ...found], seen).map(({ id }) => id)).toEqual(["3-0"]);
});

test("shows what is new and fits, and leaves out what the page shows already", async () => {
  const log = open(() => json({ items: [entry("900000000000000009-0", "made a map"), entry(START, "old")] }));
  await settled(() => { expect(text()).toContain("Anna made a map"); });
  expect(text()).not.toContain("old");
  expect(text()).toContain("due at");
  expect(log[0]?.path).toContain("q=map");
  expect(document.querySelector("[role=log]")?.getAttribute("aria-live")).toBe("polite");
});

test("what comes while it is paused waits", async () => {
  let items: Entry[] = [];
  open(() => json({ items }));
  button()?.click();
  items = [entry("900000000000000009-0", "made a map")];
  await settled(() => { expect(text()).toContain("1 new entry waits"); });
  expect(text()).not.toContain("made a map");
  button()?.click();
  await settled(() => { expect(text()).toContain("made a map"); });
});

test("says when the connection is lost, and when it is back no more", async () => {
  let lost = true;
  open(() => lost ? Promise.reject(new TypeError("failed")) : json({ items: [] }));
  await settled(() => { expect(text()).toContain("The connection is lost."); });
  lost = false;
  await settled(() => { expect(text()).not.toContain("The connection is lost."); });
});

test("asks at once when it hears news, and oftener when it is cut off", async () => {
  const log = open(() => json({ items: [] }), { live: true });
  await settled(() => { expect(handlers.has("news")).toBe(true); });
  handlers.get("news")?.({ channel: "audit", id: "t1", data: { up_to: "9-0" } });
  await settled(() => { expect(log).toHaveLength(1); });
  handlers.get("disconnect")?.();
  await settled(() => { expect(text()).toContain("News are cut off"); });
  handlers.get("connect")?.();
  await settled(() => { expect(text()).not.toContain("News are cut off"); });
  expect(socket.emit).toHaveBeenCalledWith("join", { channel: "audit", id: "t1" });
});
