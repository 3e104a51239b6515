import { beforeEach, expect, test } from "vitest";

import { narrowLists } from "../src/narrow";

const field = (): HTMLInputElement => document.querySelector("[data-narrow]") as HTMLInputElement;
const shown = (): string[] =>
  [...document.querySelectorAll<HTMLElement>(".form-check")]
    .filter((each) => !each.hidden)
    .map((each) => each.textContent.trim());

function type(text: string): void {
  field().value = text;
  field().dispatchEvent(new Event("input"));
}

beforeEach(() => {
  document.body.innerHTML = `<fieldset><input type="search" data-narrow hidden>
    <div class="form-check"><input type="checkbox"><label>Search the catalogue</label></div>
    <div class="form-check"><input type="checkbox"><label>Lend and take back</label></div>
    <div class="form-check"><input type="checkbox" checked><label>Look up patrons</label></div>
  </fieldset>`;
  narrowLists(document);
});

test("the field is there once there is a script", () => {
  expect(field().hidden).toBe(false);
  expect(shown()).toHaveLength(3);
});

test("each word must stand in what is shown, and what is ticked stays", () => {
  type("  TAKE lend ");
  expect(shown()).toEqual(["Lend and take back", "Look up patrons"]);
  type("nothing like this");
  expect(shown()).toEqual(["Look up patrons"]);
  type("");
  expect(shown()).toHaveLength(3);
});

test("Enter searches and sends no form", () => {
  const pressed = new KeyboardEvent("keydown", { key: "Enter", cancelable: true });
  field().dispatchEvent(pressed);
  expect(pressed.defaultPrevented).toBe(true);
});
