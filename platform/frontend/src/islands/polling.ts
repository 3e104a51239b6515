import { onBeforeUnmount, onMounted, ref, type Ref } from "vue";

export interface Pace {
  /** Milliseconds between two looks: the first, and the longest that waiting may grow to. */
  first: number;
  longest: number;
}

const GROWTH = 1.6;

export interface Polling<T> {
  latest: Ref<T>;
  /** Why the last look brought nothing; "" when it did. */
  trouble: Ref<string>;
  /** Look at once, and often again. */
  look: () => Promise<void>;
  /** Take what came unasked, and ask only if then nothing comes for the longest pause. */
  hear: (news: T) => void;
}

/** Looks until `ended`; ever less often while nothing changes or nothing answers. */
export function usePolling<T>(
  start: T, load: () => Promise<T>, ended: (latest: T) => boolean, pace: Pace,
): Polling<T> {
  const latest = ref(start) as Ref<T>;
  const trouble = ref("");
  let pause = pace.first;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let mounted = true;
  let heard = 0;

  async function read(): Promise<void> {
    const before = JSON.stringify(latest.value);
    const told = heard;
    try {
      const answer = await load();
      if (told !== heard) return; // what came meanwhile is newer
      latest.value = answer;
      trouble.value = "";
    } catch (error) {
      trouble.value = error instanceof Error ? error.message : String(error);
    }
    const changed = JSON.stringify(latest.value) !== before;
    pause = changed ? pace.first : Math.min(pause * GROWTH, pace.longest);
  }

  async function step(): Promise<void> {
    await read();
    schedule();
  }

  function schedule(): void {
    clearTimeout(timer);
    if (mounted && !ended(latest.value)) timer = setTimeout(() => void step(), pause);
  }

  async function look(): Promise<void> {
    pause = pace.first;
    await step();
  }

  function hear(news: T): void {
    heard += 1;
    latest.value = news;
    trouble.value = "";
    pause = pace.longest;
    schedule();
  }

  onMounted(schedule);
  onBeforeUnmount(() => {
    mounted = false;
    clearTimeout(timer);
  });
  return { latest, trouble, look, hear };
}
