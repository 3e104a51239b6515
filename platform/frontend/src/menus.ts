/** On a narrow page the navigation and the account fold away behind a button. */
export function wireNavigation(root: Document): void {
  const button = root.querySelector<HTMLButtonElement>(".navigation-toggle");
  const fold = root.getElementById("spine-fold");
  button?.addEventListener("click", () => {
    const open = fold?.classList.toggle("open") ?? false;
    button.setAttribute("aria-expanded", String(open));
  });
}

function close(menu: HTMLDetailsElement, focus: boolean): void {
  menu.open = false;
  if (focus) menu.querySelector("summary")?.focus();
}

/** `<details class="menu">` opens by itself; closing on Escape and on a click outside is ours. */
export function wireMenus(root: Document): void {
  for (const menu of root.querySelectorAll<HTMLDetailsElement>("details.menu")) {
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close(menu, true);
    });
    root.addEventListener("click", (event) => {
      if (menu.open && !menu.contains(event.target as Node)) close(menu, false);
    });
  }
}
