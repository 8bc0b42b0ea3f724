// Opens the browser's own window for printing, once the whole table is there.
window.addEventListener("load", () => window.print());
