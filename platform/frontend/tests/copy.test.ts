import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { copyOnClick } from "../src/copy";
import { settled } from "./server";

const button = (): HTMLElement => document.querySelector("[data-copy]") as HTMLElement;

beforeEach(() => {
  document.body.innerHTML = `<span class="copyable"><code>_stackroom.example</code>
    <button data-copy><span data-copy-words>Copy</span></button></span>`;
  copyOnClick(document);
});
afterEach(() => { vi.unstubAllGlobals(); });

test("the button copies the value beside it and says so", async () => {
  const written: string[] = [];
  const writeText = (text: string): Promise<void> => { written.push(text); return Promise.resolve(); };
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  button().click();
  await settled(() => { expect(button().textContent).toBe("Copied"); });
  expect(written).toEqual(["_stackroom.example"]);
});

test("where the clipboard is closed, as without TLS, the value is selected", async () => {
  vi.stubGlobal("navigator", {});
  button().click();
  await settled(() => { expect(button().textContent).toBe("Selected"); });
  expect(getSelection()?.toString()).toBe("_stackroom.example");
});
