// Sorts the rows of a table's body by a column; the page says the same without it.
(() => {
  const number = (text) => {
    const match = text.replace(/[\u202f\u00a0,]/g, "").match(/^[^0-9\-−+]*([\-−+]?[0-9]*\.?[0-9]+)/);
    return match ? parseFloat(match[1].replace("−", "-")) : NaN;
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    table.querySelectorAll("thead th").forEach((header, column) => {
      const label = header.textContent.trim();
      if (!label || header.classList.contains("strip")) return;
      const button = document.createElement("button");
      button.type = "button";
      if (header.querySelector("a")) {
        // A link stays a link; the button stands beside it.
        button.textContent = "⇅";
        button.setAttribute("aria-label", `Sort by ${label}`);
        header.append(" ", button);
      } else {
        while (header.firstChild) button.append(header.firstChild);
        header.append(button);
      }
      button.addEventListener("click", () => {
        const descending = header.getAttribute("aria-sort") === "ascending";
        for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
        header.setAttribute("aria-sort", descending ? "descending" : "ascending");
        for (const body of table.tBodies) {
          const rows = [...body.rows].filter((row) => !row.classList.contains("group"));
          const key = (row) => (row.cells[column] ? row.cells[column].textContent.trim() : "");
          const isNumeric = header.classList.contains("num");
          rows.sort((a, b) => {
            if (isNumeric) {
              const [x, y] = [number(key(a)), number(key(b))];
              if (isNaN(x) || isNaN(y)) return isNaN(x) - isNaN(y);
              return descending ? y - x : x - y;
            }
            return descending ? key(b).localeCompare(key(a)) : key(a).localeCompare(key(b));
          });
          for (const row of rows) body.append(row);
        }
      });
    });
  }
})();
