export type Theme = "light" | "dark" | "auto";

// base.html reads the same key before the first paint.
const KEY = "stackroom-theme";

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

export function chosenTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return stored === "light" || stored === "dark" ? stored : "auto";
}

function show(root: Document): void {
  const choice = chosenTheme();
  const system = systemIsDark.matches ? "dark" : "light";
  root.documentElement.dataset["bsTheme"] = choice === "auto" ? system : choice;
  for (const button of root.querySelectorAll<HTMLElement>("[data-theme-choice]")) {
    const pressed = button.dataset["themeChoice"] === choice;
    button.setAttribute("aria-pressed", String(pressed));
  }
}

export function wireThemeSwitch(root: Document): void {
  for (const button of root.querySelectorAll<HTMLElement>("[data-theme-choice]")) {
    button.addEventListener("click", () => {
      localStorage.setItem(KEY, button.dataset["themeChoice"] ?? "auto");
      show(root);
    });
  }
  systemIsDark.addEventListener("change", () => { show(root); });
  show(root);
}
