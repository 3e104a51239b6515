/** Live news of one record, over a websocket. Pages ask as well: news may be late, or never come. */

interface News {
  channel: string;
  id: string;
  data: unknown;
}

/** Calls `hear` with each piece of news until the function that it returns is called, and `lost` when
 * the connection is cut off (true) or there again (false). */
export function listen<T>(
  channel: string, id: string, hear: (data: T) => void, lost?: (cutOff: boolean) => void,
): () => void {
  let open = true;
  let close = (): void => { open = false; };
  // Only a page that has something to hear loads the client.
  void import("socket.io-client").then(({ io }) => {
    if (!open) return;
    const socket = io({ transports: ["websocket"] });
    // Also after a connection was lost: rooms are left with it.
    socket.on("connect", () => { socket.emit("join", { channel, id }); lost?.(false); });
    socket.on("disconnect", () => { lost?.(true); });
    socket.on("connect_error", () => { lost?.(true); });
    socket.on("news", (news: News) => {
      if (news.channel === channel && news.id === id) hear(news.data as T);
    });
    close = () => { socket.disconnect(); };
  });
  return () => { close(); };
}
