import type { Component } from "vue";

const islands: Record<string, () => Promise<{ default: Component }>> = {
  desk: () => import("./islands/desk/Desk.vue"),
  "import-progress": () => import("./islands/imports/ImportProgress.vue"),
  "export-progress": () => import("./islands/exports/ExportProgress.vue"),
  "undo-progress": () => import("./islands/past/UndoProgress.vue"),
  "audit-tail": () => import("./islands/audit/AuditTail.vue"),
  "permission-picker": () => import("./islands/roles/PermissionPicker.vue"),
};

/** Python writes `can_override`, Vue reads `canOverride`. */
export function camelKeys(props: Record<string, unknown>): Record<string, unknown> {
  const camel = (key: string): string =>
    key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(props).map(([key, value]) => [camel(key), value]));
}

async function mount(place: HTMLElement): Promise<void> {
  const name = place.dataset["island"] ?? "";
  const load = islands[name];
  if (!load) throw new Error(`No island "${name}": the names are ${Object.keys(islands).join(", ")}.`);
  // Vue itself comes only to pages that have an island.
  const { createApp } = await import("vue");
  const { default: component } = await load();
  const props = JSON.parse(place.dataset["props"] ?? "{}") as Record<string, unknown>;
  createApp(component, camelKeys(props)).mount(place);
}

export async function mountIslands(root: ParentNode): Promise<void> {
  await Promise.all([...root.querySelectorAll<HTMLElement>("[data-island]")].map(mount));
}
