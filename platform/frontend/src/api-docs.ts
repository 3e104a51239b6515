/** The forms of /api/docs: each is sent as the API is asked, and its answer shown below it. */

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function controls(form: HTMLFormElement, place: string): Control[] {
  return [...form.querySelectorAll<Control>(`[data-in="${place}"]`)].filter(({ value }) => value !== "");
}

function pairs(form: HTMLFormElement, place: string): [string, string][] {
  return controls(form, place).map(({ name, value }) => [name, value]);
}

export function addressOf(form: HTMLFormElement): string {
  const path = controls(form, "path").reduce(
    (made, { name, value }) => made.replace(`{${name}}`, encodeURIComponent(value)),
    form.dataset["path"] ?? "",
  );
  const query = new URLSearchParams(pairs(form, "query"));
  return query.size ? `${path}?${query}` : path;
}

function upload(fields: Control[]): FormData {
  const sent = new FormData();
  for (const field of fields) {
    const file = field instanceof HTMLInputElement ? field.files?.[0] : undefined;
    sent.append(field.name, file ?? field.value);
  }
  return sent;
}

export function requestOf(form: HTMLFormElement, root: Document): RequestInit {
  const token = root.querySelector<HTMLInputElement>("#api-token")?.value.trim();
  const csrf = root.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  const headers = new Headers(pairs(form, "header"));
  if (token) headers.set("Authorization", `Bearer ${token}`);
  else if (csrf) headers.set("X-CSRF-Token", csrf);
  const request: RequestInit = { method: form.dataset["method"] ?? "GET", headers };
  const [body] = controls(form, "body");
  const fields = controls(form, "form");
  if (body) {
    headers.set("Content-Type", "application/json");
    request.body = body.value;
  } else if (fields.length) request.body = upload(fields);
  return request;
}

function readable(text: string, type: string): string {
  return type.includes("json") ? JSON.stringify(JSON.parse(text), null, 2) : text;
}

function show(place: Element, heading: string, text: string): void {
  const line = document.createElement("p");
  line.textContent = heading;
  const block = document.createElement("pre");
  block.className = "border rounded p-3 mb-0";
  block.tabIndex = 0;
  block.textContent = text;
  place.replaceChildren(line, ...(text ? [block] : []));
}

async function send(form: HTMLFormElement, place: Element): Promise<void> {
  try {
    const answer = await fetch(addressOf(form), requestOf(form, document));
    const text = readable(await answer.text(), answer.headers.get("Content-Type") ?? "");
    show(place, `${answer.status} ${answer.statusText}`.trim(), text);
  } catch {
    show(place, "The server cannot be reached. Check the network, then try again.", "");
  }
}

export function wireForms(root: Document): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-try]")) {
    const place = form.querySelector("[data-answer]");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (place) void send(form, place);
    });
  }
}

wireForms(document);
