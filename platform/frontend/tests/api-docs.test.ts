import { beforeEach, describe, expect, it } from "vitest";

import { addressOf, requestOf, wireForms } from "../src/api-docs";
import { serve, settled } from "./server";

function page(form: string): HTMLFormElement {
  document.head.innerHTML = '<meta name="csrf-token" content="t1">';
  document.body.innerHTML = `<input id="api-token">${form}`;
  return document.querySelector("form") as HTMLFormElement;
}

const CHANGE = `
  <form data-try data-method="PATCH" data-path="/api/v1/bibs/{bib_id}">
    <input name="bib_id" data-in="path" value="a/b">
    <input name="If-Match" data-in="header" value='"3"'>
    <input name="q" data-in="query" value="">
    <textarea data-in="body">{"year": 1986}</textarea>
    <button>Send</button><div data-answer></div>
  </form>`;

describe("a form of the API's page", () => {
  let form: HTMLFormElement;
  beforeEach(() => { form = page(CHANGE); });

  it("fills the path, and sends no empty parameter", () => {
    expect(addressOf(form)).toBe("/api/v1/bibs/a%2Fb");
  });

  it("sends headers and body, and the page's own proof", () => {
    const { method, headers, body } = requestOf(form, document);
    expect(method).toBe("PATCH");
    const sent = ["If-Match", "Content-Type", "X-CSRF-Token"].map((name) => (headers as Headers).get(name));
    expect(sent).toEqual(['"3"', "application/json", "t1"]);
    expect(body).toBe('{"year": 1986}');
  });

  it("sends a pasted token instead of the page's proof", () => {
    (document.querySelector("#api-token") as HTMLInputElement).value = " abc ";
    const headers = requestOf(form, document).headers as Headers;
    expect(headers.get("Authorization")).toBe("Bearer abc");
    expect(headers.has("X-CSRF-Token")).toBe(false);
  });

  it("sends an upload as a form", () => {
    const fields = '<input name="format" data-in="form" value="marc">';
    form = page(`<form data-try data-method="POST" data-path="/api/v1/imports">${fields}</form>`);
    expect((requestOf(form, document).body as FormData).get("format")).toBe("marc");
  });

  it("shows what is answered, as text", async () => {
    serve(() => new Response('{"title":"<b>Emma</b>"}', {
      status: 422, statusText: "Unprocessable Content",
      headers: { "Content-Type": "application/problem+json" },
    }));
    wireForms(document);
    form.requestSubmit();
    const place = document.querySelector("[data-answer]") as HTMLElement;
    await settled(() => { expect(place.textContent).toContain("422 Unprocessable Content"); });
    expect(place.querySelector("b")).toBeNull();
    expect(place.textContent).toContain("<b>Emma</b>");
  });

  it("says so when nothing answers", async () => {
    serve(() => { throw new TypeError("offline"); });
    wireForms(document);
    form.requestSubmit();
    const place = document.querySelector("[data-answer]") as HTMLElement;
    await settled(() => { expect(place.textContent).toContain("cannot be reached"); });
  });
});
