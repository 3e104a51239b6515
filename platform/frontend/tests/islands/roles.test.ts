import { createApp, nextTick, type App } from "vue";
import { afterEach, beforeEach, expect, test } from "vitest";

import PermissionPicker from "../../src/islands/roles/PermissionPicker.vue";
import { difference, matches, type Area } from "../../src/islands/roles/picking";

const line = (key: string, sentence: string, refusal = "") => ({ key, sentence, reach: "Everywhere.", refusal });
const LOANS: Area = {
  title: "Circulation",
  lines: [line("loans.read", "See who has what on loan"), line("loans.write", "Lend, renew and take back")],
};
const STAFF: Area = {
  title: "Staff",
  lines: [line("staff.write", "Add staff", "You do not hold this yourself.")],
};

let app: App | undefined;

function open(props: object = {}): void {
  app = createApp(PermissionPicker, {
    areas: [LOANS, STAFF], chosen: ["loans.read"], saved: ["loans.read"], than: "Librarian", holders: 2, ...props,
  });
  app.mount("#island");
}

const box = (key: string): HTMLInputElement => {
  const found = document.getElementById(`may-${key}`);
  if (!(found instanceof HTMLInputElement)) throw new Error(`no box for ${key}`);
  return found;
};
const text = (): string => document.body.textContent.replace(/\s+/g, " ");
const inSight = (key: string): boolean => box(key).closest("[hidden]") === null;
const sent = (): FormDataEntryValue[] =>
  new FormData(document.querySelector("form") ?? undefined).getAll("permissions");

async function search(words: string): Promise<void> {
  const input = document.querySelector<HTMLInputElement>("[type=search]");
  if (!input) throw new Error("no search");
  input.value = words;
  input.dispatchEvent(new Event("input"));
  await nextTick();
}

beforeEach(() => {
  document.body.innerHTML = '<form><div id="island">without scripts</div></form>';
});

afterEach(() => {
  app?.unmount();
});

test("takes the place of the plain boxes and keeps what was ticked", () => {
  open();
  expect(text()).not.toContain("without scripts");
  expect(sent()).toEqual(["loans.read"]);
  expect(text()).toContain("The same as Librarian.");
});

test("finds by words, and still sends what is ticked out of sight", async () => {
  open();
  await search("take LEND");
  expect(inSight("loans.write")).toBe(true);
  expect(inSight("loans.read")).toBe(false);
  expect(inSight("staff.write")).toBe(false);
  expect(text()).toContain("1 of 3 permissions");
  expect(sent()).toEqual(["loans.read"]);
});

test("says what to do where nothing is found", async () => {
  open();
  await search("submarine");
  expect(text()).toContain("No permission has these words. Try fewer.");
});

test("tells what is gained and lost, and for how many people", async () => {
  open();
  box("loans.read").click();
  await nextTick();
  box("loans.write").click();
  await nextTick();
  expect(text()).toContain("Gained against LibrarianLend, renew and take back");
  expect(text()).toContain("Lost against LibrarianSee who has what on loan");
  expect(text()).toContain("2 people hold this role.");
  expect(sent()).toEqual(["loans.write"]);
});

test("what is beyond one's own cannot be ticked, and says why", () => {
  open({ holders: 1 });
  expect(box("staff.write").disabled).toBe(true);
  expect(text()).toContain("You do not hold this yourself.");
  expect(text()).toContain("1 person holds this role.");
});

test("the Enter key in the search sends no form", async () => {
  open();
  await search("lend");
  const enter = new KeyboardEvent("keydown", { key: "Enter", cancelable: true });
  document.querySelector("[type=search]")?.dispatchEvent(enter);
  expect(enter.defaultPrevented).toBe(true);
});

test("every word must be found, wherever it stands", () => {
  const [first] = LOANS.lines;
  if (!first) throw new Error("no line");
  expect(matches(first, LOANS, "circulation loan")).toBe(true);
  expect(matches(first, LOANS, "circulation lend")).toBe(false);
  expect(matches(first, LOANS, "")).toBe(true);
});

test("what stays the same is no difference", () => {
  expect(difference([LOANS], new Set(["loans.read"]), new Set(["loans.read"]))).toEqual({ gained: [], lost: [] });
});
