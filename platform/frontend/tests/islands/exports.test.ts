import { createApp, type App } from "vue";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import ExportProgress from "../../src/islands/exports/ExportProgress.vue";
import { json, serve, settled, type Answer, type Asked } from "../server";

const START = { id: "e1", status: "queued", done: 0, total: 0, size: 0, detail: "", expires_at: null };

let app: App | undefined;

function open(answer: Answer, given: object = {}): Asked[] {
  const log = serve(answer);
  app = createApp(ExportProgress, {
    initial: START, fileUrl: "/exports/e1/file", firstPause: 1, longestPause: 4, ...given,
  });
  app.mount("#island");
  return log;
}

const text = (): string => document.body.textContent.replace(/\s+/g, " ");
const download = (): string | null | undefined => document.querySelector("a")?.getAttribute("href");

beforeEach(() => {
  document.body.innerHTML = '<div id="island"></div>';
});

afterEach(() => {
  app?.unmount();
  vi.useRealTimers();
});

test("shows the share of the lines that are written", async () => {
  const log = open(() => json({ ...START, status: "running", done: 30, total: 40 }));
  await settled(() => { expect(text()).toContain("75 %"); });
  expect(document.querySelector("progress")?.value).toBe(75);
  expect(download()).toBeUndefined();
  expect(log[0]?.path).toBe("/api/v1/exports/e1");
});

test("offers the file once it is ready, and asks no more", async () => {
  vi.useFakeTimers();
  const ready = { ...START, status: "ready", size: 2_500_000, expires_at: "2026-04-27T10:00:21Z" };
  const log = open(() => json(log.length < 3 ? START : ready));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(log).toHaveLength(3);
  expect(download()).toBe("/exports/e1/file");
  expect(text()).toContain(`${(2.5).toLocaleString()} MB`);
});

test("says why it failed", async () => {
  open(() => json({ ...START, status: "failed", detail: "Something broke on our side." }));
  await settled(() => { expect(text()).toContain("Something broke on our side."); });
  expect(download()).toBeUndefined();
});

test("asks where it is told to", async () => {
  const log = open(() => json({ ...START, status: "cancelled" }), { apiUrl: "/api/v1/audit/exports/e1" });
  await settled(() => { expect(text()).toContain("Called off"); });
  expect(log[0]?.path).toBe("/api/v1/audit/exports/e1");
});
