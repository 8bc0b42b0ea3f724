// Drops what is pressed while the connection is down, and tells how old a press is (ADR-0030).
//
// Reflex queues the events of such presses and sends them after the reconnect, in silence. What
// happens to a press is shown on <html data-press="dropped|waiting|broken">, and the connection on
// <html data-connection="up|lost">.
import { useContext, useEffect } from "react";
import { EventLoopContext, eventLoop } from "$/utils/context-registry";

const ANSWER_MS = 5000; // then the page says that it has no answer
const QUEUE_MS = 2000; // a press that waits longer for the connection is not carried out
const STAMP = "sent";

let addEvents = eventLoop.addEvents;
let isLost = false;
let hasConnected = false;
let last = 0; // the number of the last press that was sent
let heard = 0; // the number of the last one that the server has taken
let timer;

const now = () => ({ wall: Date.now(), steady: performance.now() });
const say = (what) => (document.documentElement.dataset.press = what);
const said = () => document.documentElement.dataset.press;
const isDown = () => isLost || eventLoop.connectErrors.length > 0;
const showConnection = () =>
  (document.documentElement.dataset.connection = isDown() ? "lost" : "up");

const isPress = (events, args) =>
  [args].flat().some((each) => each?.preventDefault) &&
  events.some((event) => event?.name && !event.name.startsWith("_"));

const guarded = (events, args, actions) => {
  const all = [events].flat(Infinity);
  if (!isPress(all, args)) return addEvents(events, args, actions);
  if (isDown()) {
    say("dropped");
    return addEvents([], [], {}); // reconnects
  }
  if (said() === "waiting") return undefined;
  say("");
  for (const event of all) if (event) event.pressed = now();
  return addEvents(events, args, actions);
};

const answered = (number) => {
  heard = Math.max(heard, number);
  if (heard < last) return;
  clearTimeout(timer);
  if (said() === "waiting") say("");
};

// Reflex calls these for its instrumentation: before it sends an event, and for the connection.
const hooks = {
  onEventSend(event) {
    const { pressed } = event;
    delete event.pressed;
    const at = pressed ?? now();
    let number = 0;
    if (pressed) {
      last = number = Math.max(last + 1, Date.now());
      clearTimeout(timer);
      timer = setTimeout(() => say("waiting"), ANSWER_MS);
    }
    const isStale = performance.now() - at.steady > QUEUE_MS;
    const stamp = isStale ? [number, null, null] : [number, at.wall, at.steady];
    event.payload = { ...event.payload, [STAMP]: stamp };
  },
  onSocketConnect() {
    if (hasConnected && heard < last) {
      say("broken");
      heard = last;
    }
    clearTimeout(timer);
    hasConnected = true;
    isLost = false;
    showConnection();
  },
  onSocketDisconnect(reason) {
    // The page itself closes it before it is left, and Reflex opens it again at the next press.
    isLost = reason !== "io client disconnect";
    showConnection();
  },
};

if (typeof window !== "undefined") {
  window.__reflex_otel = { ...window.__reflex_otel, ...hooks };
  // Every component sends its events through this object.
  Object.defineProperty(eventLoop, "addEvents", {
    get: () => guarded,
    set: (given) => (addEvents = given),
    configurable: true,
  });
  // Toss's window would lead back to a server that cannot be reached.
  window.addEventListener(
    "click",
    (event) => {
      if (!isDown() || !event.target.closest?.("[data-toss-billing]")) return;
      event.stopImmediatePropagation();
      say("dropped");
    },
    true,
  );
}

export default function Presses({ heard }) {
  const [, errors] = useContext(EventLoopContext);
  useEffect(() => void say(""), []); // another page
  useEffect(() => void showConnection(), [errors]);
  useEffect(() => answered(heard), [heard]);
  return null;
}
