/** Filters marked `data-autosubmit` apply as soon as one of them changes. */
export function submitOnChange(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-autosubmit]")) {
    form.addEventListener("change", () => { form.requestSubmit(); });
  }
}
