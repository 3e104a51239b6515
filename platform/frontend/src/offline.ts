/** Browsers offer service workers only on https and on localhost; elsewhere there is simply none. */
export function registerServiceWorker(): void {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/service-worker.js").catch((reason: unknown) => {
    console.warn("Assets will not be kept for the next visit:", reason);
  });
}
