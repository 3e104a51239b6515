/**
 * The macro `confirm` writes `<details><summary/><dialog open/></details>`: without JavaScript the
 * question unfolds in place, with it the question is a modal dialog.
 */
export function openAsDialogs(root: ParentNode): void {
  for (const details of root.querySelectorAll<HTMLDetailsElement>("details[data-confirm]")) {
    const dialog = details.querySelector("dialog");
    if (dialog) wire(details, dialog);
  }
}

function wire(details: HTMLDetailsElement, dialog: HTMLDialogElement): void {
  dialog.removeAttribute("open");
  details.addEventListener("toggle", () => {
    if (details.open && !dialog.open) dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    details.open = false;
    details.querySelector("summary")?.focus();
  });
  for (const button of dialog.querySelectorAll("[data-dismiss]")) {
    button.addEventListener("click", () => { dialog.close(); });
  }
}
