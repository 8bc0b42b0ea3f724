// Moves the keyboard's focus, and with it what a screen reader reads, after React has drawn.
import { useEffect } from "react";

export default function Focus({ target, turn }) {
  useEffect(() => {
    if (turn) document.querySelector(target)?.focus();
  }, [turn]);
  return null;
}
