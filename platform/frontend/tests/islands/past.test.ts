import { createApp, type App } from "vue";
import { afterEach, beforeEach, expect, test } from "vitest";

import UndoProgress from "../../src/islands/past/UndoProgress.vue";
import { json, serve, settled, type Answer, type Asked } from "../server";

const START = { id: "u1", status: "queued", done: 0, left: 0, total: 0, detail: "" };

let app: App | undefined;

function open(answer: Answer, initial: object = START): Asked[] {
  const log = serve(answer);
  app = createApp(UndoProgress, { initial, recordsUrl: "/audit/undos/u1", firstPause: 1, longestPause: 4 });
  app.mount("#island");
  return log;
}

const text = (): string => document.body.textContent.replace(/\s+/g, " ");

beforeEach(() => {
  document.body.innerHTML = '<div id="island"></div>';
});

afterEach(() => {
  app?.unmount();
});

test("shows how many records are dealt with", async () => {
  const log = open(() => json({ ...START, status: "running", done: 2, left: 1, total: 4 }));
  await settled(() => { expect(text()).toContain("75 %"); });
  expect(document.querySelector("a")).toBeNull();
  expect(log[0]?.path).toBe("/api/v1/audit/undos/u1");
});

test("leads to the records once it has ended", async () => {
  open(() => json({ ...START, status: "stopped", detail: "The organisation was suspended." }));
  await settled(() => { expect(text()).toContain("The organisation was suspended."); });
  expect(document.querySelector("a")?.getAttribute("href")).toBe("/audit/undos/u1");
});
