import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { submitOnChange } from "../src/autosubmit";
import { openAsDialogs } from "../src/confirm";
import { submitOnce } from "../src/submit";
import { validateForms } from "../src/validation";

function page(html: string): void {
  document.body.innerHTML = html;
}

function send(selector = "form"): boolean {
  const event = new Event("submit", { bubbles: true, cancelable: true });
  document.querySelector(selector)?.dispatchEvent(event);
  return !event.defaultPrevented;
}

function type(id: string, value: string): void {
  const field = document.getElementById(id) as HTMLInputElement;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

const message = (id: string): string | undefined => document.getElementById(`${id}-error`)?.textContent;

afterEach(() => {
  page("");
});

describe("validation", () => {
  beforeEach(() => {
    // As components/forms.html writes it.
    page(`<form data-validated method="post">
      <input id="title" data-label="Title" required><div id="title-error"></div>
      <input id="slug" data-label="Slug" data-pattern="^[a-z-]+$" maxlength="10"><div id="slug-error"></div>
      <input id="agree" type="checkbox" data-label="Agreement" required><div id="agree-error"></div>
    </form>`);
    validateForms(document);
  });

  test("a form with faults stays, names each beside its field, and goes to the first", () => {
    type("slug", "Bad!");
    expect(send()).toBe(false);
    expect(message("title")).toBe("Title is required.");
    expect(message("slug")).toBe("Slug has not the right form.");
    expect(message("agree")).toBe("Agreement is required.");
    expect(document.activeElement?.id).toBe("title");
    expect(document.getElementById("title")?.getAttribute("aria-invalid")).toBe("true");
  });

  test("a message goes as soon as the fault goes", () => {
    send();
    type("title", "Ulysses");
    expect(message("title")).toBe("");
    expect(document.getElementById("title")?.hasAttribute("aria-invalid")).toBe(false);
  });

  test("a form without faults is sent", () => {
    type("title", "Ulysses");
    (document.getElementById("agree") as HTMLInputElement).checked = true;
    expect(send()).toBe(true);
  });

  test("leaving an empty field says nothing yet, leaving a wrong one does", () => {
    const leave = (id: string): void => {
      document.getElementById(id)?.dispatchEvent(new Event("focusout", { bubbles: true }));
    };
    leave("title");
    expect(message("title")).toBe("");
    type("slug", "UPPER");
    leave("slug");
    expect(message("slug")).toBe("Slug has not the right form.");
  });

  test("no message moves a button away from under the click", () => {
    const button = document.createElement("button");
    document.querySelector("form")?.append(button);
    type("slug", "UPPER");
    const leave = new FocusEvent("focusout", { bubbles: true, relatedTarget: button });
    document.getElementById("slug")?.dispatchEvent(leave);
    expect(message("slug")).toBe("");
    expect(send()).toBe(false);
    expect(message("slug")).toBe("Slug has not the right form.");
  });
});

describe("submitting", () => {
  test("a double click sends once; searching twice is fine", () => {
    page('<form id="post" method="post"></form><form id="get" method="get"></form>');
    submitOnce(document);
    expect([send("#post"), send("#post")]).toEqual([true, false]);
    expect([send("#get"), send("#get")]).toEqual([true, true]);
  });

  test("a page that comes back from the browser's cache may send again", () => {
    page('<form method="post"></form>');
    submitOnce(document);
    send();
    window.dispatchEvent(new Event("pageshow"));
    expect(send()).toBe(true);
  });

  test("filters apply on change", () => {
    page('<form data-autosubmit><input type="checkbox"></form>');
    submitOnChange(document);
    const sent = vi.fn((event: Event) => { event.preventDefault(); });
    document.querySelector("form")?.addEventListener("submit", sent);
    document.querySelector("input")?.dispatchEvent(new Event("change", { bubbles: true }));
    expect(sent).toHaveBeenCalledOnce();
  });
});

describe("a question", () => {
  beforeEach(() => {
    page(`<details data-confirm><summary tabindex="0">Delete</summary>
      <dialog open><button data-dismiss type="button">Keep</button></dialog></details>`);
    openAsDialogs(document);
  });

  const dialog = (): HTMLDialogElement => document.querySelector("dialog") as HTMLDialogElement;
  const unfold = (): void => {
    const details = document.querySelector("details") as HTMLDetailsElement;
    details.open = true;
    details.dispatchEvent(new Event("toggle"));
  };

  test("is closed until it is asked", () => {
    expect(dialog().open).toBe(false);
    unfold();
    expect(dialog().open).toBe(true);
  });

  test("can be declined, and focus goes back to the button", () => {
    unfold();
    dialog().querySelector("button")?.click();
    expect(dialog().open).toBe(false);
    expect(document.querySelector("details")?.open).toBe(false);
    expect(document.activeElement?.tagName).toBe("SUMMARY");
  });
});
