export type Tone = "done" | "refused" | "failed";

const KEY = "stackroom-desk-muted";

// [hertz, start in seconds]: one high note for done, two falling ones for no, a low one for failure.
const NOTES: Record<Tone, [number, number][]> = {
  done: [[880, 0]],
  refused: [[330, 0], [220, 0.14]],
  failed: [[160, 0]],
};
const LENGTH = 0.11;

let context: AudioContext | undefined;

export const isMuted = (): boolean => localStorage.getItem(KEY) === "yes";

export function setMuted(muted: boolean): void {
  localStorage.setItem(KEY, muted ? "yes" : "no");
}

export function play(tone: Tone): void {
  if (isMuted() || typeof AudioContext === "undefined") return;
  // Made on the first scan: browsers allow sound only after the person has done something.
  context ??= new AudioContext();
  for (const [frequency, start] of NOTES[tone]) {
    const oscillator = new OscillatorNode(context, { frequency });
    oscillator.connect(new GainNode(context, { gain: 0.15 })).connect(context.destination);
    oscillator.start(context.currentTime + start);
    oscillator.stop(context.currentTime + start + LENGTH);
  }
}
