import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { answerWithPasskeys } from "../src/passkeys";
import { json, serve, settled } from "./server";

const CREDENTIAL = { id: "abc", type: "public-key" };
const form = (): HTMLFormElement => document.querySelector("form") as HTMLFormElement;
const says = (): string => document.querySelector("[data-passkey-says]")?.textContent ?? "";
const sent = (): string => (form().elements.namedItem("credential") as HTMLInputElement).value;

function page(kind: "create" | "get"): void {
  document.body.innerHTML = `<form data-passkey="${kind}" data-challenge="/ask" hidden>
    <input type="hidden" name="credential"><p data-passkey-says></p></form>`;
}

/** A browser that can do it; `act` is what its device does. */
function browser(act: () => Promise<unknown>): void {
  const parse = (asked: unknown): unknown => asked;
  vi.stubGlobal("PublicKeyCredential", {
    parseCreationOptionsFromJSON: parse, parseRequestOptionsFromJSON: parse,
  });
  vi.stubGlobal("navigator", { credentials: { create: act, get: act } });
}

function send(): ReturnType<typeof vi.spyOn> {
  const submitted = vi.spyOn(form(), "submit").mockImplementation(() => undefined);
  answerWithPasskeys(document);
  form().dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  return submitted;
}

beforeEach(() => { page("get"); });
afterEach(() => { vi.unstubAllGlobals(); vi.restoreAllMocks(); });

test("without passkeys in the browser the form stays hidden", () => {
  vi.stubGlobal("PublicKeyCredential", undefined);
  answerWithPasskeys(document);
  expect(form().hidden).toBe(true);
});

test.each(["create", "get"] as const)("what the device says is sent with the form: %s", async (kind) => {
  page(kind);
  browser(() => Promise.resolve(CREDENTIAL));
  const log = serve(() => json({ challenge: "xyz" }));
  const submitted = send();
  await settled(() => { expect(submitted).toHaveBeenCalledOnce(); });
  expect(form().hidden).toBe(false);
  expect(JSON.parse(sent())).toEqual(CREDENTIAL);
  expect(log.map((asked) => `${asked.method} ${asked.path}`)).toEqual(["POST /ask"]);
});

test("a person who turns away can try again", async () => {
  browser(() => Promise.reject(new DOMException("", "NotAllowedError")));
  serve(() => json({}));
  const submitted = send();
  await settled(() => { expect(says()).toContain("Try again"); });
  expect(submitted).not.toHaveBeenCalled();
});

test("a device that holds one already says so", async () => {
  page("create");
  browser(() => Promise.reject(new DOMException("", "InvalidStateError")));
  serve(() => json({}));
  send();
  await settled(() => { expect(says()).toContain("holds a passkey of yours already"); });
});

test("where a fresh proof is needed, the page leads to it", async () => {
  browser(() => Promise.resolve(CREDENTIAL));
  const assign = vi.spyOn(location, "assign").mockImplementation(() => undefined);
  serve(() => json({ status: 403, code: "step_up_required", title: "Confirm" }, 403));
  send();
  await settled(() => { expect(assign).toHaveBeenCalledWith(expect.stringContaining("/account/confirm?next=")); });
});

test("what the server refuses is said", async () => {
  browser(() => Promise.resolve(CREDENTIAL));
  serve(() => json({ status: 409, code: "conflict", title: "No", detail: "Not now." }, 409));
  send();
  await settled(() => { expect(says()).toBe("Not now."); });
});
