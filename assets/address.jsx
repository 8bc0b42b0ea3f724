// Writes what the reader chose into the address, as a step that the back button takes back.
import { useEffect } from "react";

export default function Address({ query, move }) {
  useEffect(() => {
    const address = window.location.pathname + (query && `?${query}`);
    if (move && address !== window.location.pathname + window.location.search) {
      window.history.pushState(window.history.state, "", address);
    }
  }, [move]);
  return null;
}
