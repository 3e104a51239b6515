/** A double click sends a form once. The button stays enabled: its name and value must travel. */
export function submitOnce(root: Document): void {
  const sent = new Set<HTMLFormElement>();
  root.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== "post") return;
    if (sent.has(form)) event.preventDefault();
    sent.add(form);
  });
  // The page may come back from the browser's cache with its forms as they were.
  window.addEventListener("pageshow", () => { sent.clear(); });
}
