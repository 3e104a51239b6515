import { beforeEach, describe, expect, test } from "vitest";

import { camelKeys, mountIslands } from "../src/islands";
import { wireMenus, wireNavigation } from "../src/menus";
import { wireThemeSwitch } from "../src/theme";
import { settled } from "./server";

const theme = (): string | undefined => document.documentElement.dataset["bsTheme"];
const button = (choice: string): HTMLElement =>
  document.querySelector<HTMLElement>(`[data-theme-choice=${choice}]`) as HTMLElement;

describe("theme", () => {
  beforeEach(() => {
    localStorage.clear();
    document.body.innerHTML = ["light", "dark", "auto"]
      .map((choice) => `<button data-theme-choice="${choice}"></button>`).join("");
    wireThemeSwitch(document);
  });

  test("a choice shows at once, is marked and is remembered", () => {
    button("dark").click();
    expect(theme()).toBe("dark");
    expect(button("dark").getAttribute("aria-pressed")).toBe("true");
    expect(button("auto").getAttribute("aria-pressed")).toBe("false");
    expect(localStorage.getItem("stackroom-theme")).toBe("dark");
  });

  test("auto follows the system", () => {
    button("dark").click();
    button("auto").click();
    expect(theme()).toBe("light");
  });
});

describe("menus", () => {
  beforeEach(() => {
    document.body.innerHTML = `<button class="navigation-toggle" aria-expanded="false"></button>
      <div id="spine-fold"></div><details class="menu" open><summary tabindex="0"></summary></details><p></p>`;
    wireNavigation(document);
    wireMenus(document);
  });

  const menu = (): HTMLDetailsElement => document.querySelector("details") as HTMLDetailsElement;

  test("the button folds and unfolds the navigation, and says so", () => {
    const toggle = document.querySelector("button");
    toggle?.click();
    expect(document.getElementById("spine-fold")?.className).toBe("open");
    expect(toggle?.getAttribute("aria-expanded")).toBe("true");
    toggle?.click();
    expect(toggle?.getAttribute("aria-expanded")).toBe("false");
  });

  test("Escape closes a menu and gives focus back", () => {
    menu().dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    expect(menu().open).toBe(false);
    expect(document.activeElement?.tagName).toBe("SUMMARY");
  });

  test("a click elsewhere closes a menu", () => {
    document.querySelector("p")?.dispatchEvent(new Event("click", { bubbles: true }));
    expect(menu().open).toBe(false);
  });
});

describe("islands", () => {
  test("a component appears where it is named, with its props", async () => {
    const props = JSON.stringify({ time_zone: "Europe/Zurich" });
    document.body.innerHTML = '<div data-island="desk"></div>';
    document.querySelector("div")?.setAttribute("data-props", props);
    await mountIslands(document);
    await settled(() => { expect(document.querySelector("#desk-input")).not.toBeNull(); });
  });

  test("a misspelt name is an error that lists the right ones", async () => {
    document.body.innerHTML = '<div data-island="desc"></div>';
    await expect(mountIslands(document)).rejects.toThrow('No island "desc": the names are desk, import-progress, export-progress, undo-progress, audit-tail, permission-picker.');
  });

  test("props arrive in the case of Vue", () => {
    expect(camelKeys({ can_override: true, locale: "de" })).toEqual({ canOverride: true, locale: "de" });
  });
});
