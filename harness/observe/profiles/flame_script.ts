/**
 * What lets a click bring a frame to full width, in the drawing itself: it works from a file, without a network. Plain
 * JavaScript without `<` and `&`, which an SVG could not hold.
 */
export const FLAME_SCRIPT = `
const frames = [...document.querySelectorAll(".frame")].map((group) => {
  const rect = group.querySelector("rect"), text = group.querySelector("text");
  return { group, rect, text, name: group.dataset.name, x: +rect.getAttribute("x"),
    y: +rect.getAttribute("y"), width: +rect.getAttribute("width") };
});
const all = frames[0], back = document.getElementById("back");
function show(chosen) {
  const scale = all.width / chosen.width, end = chosen.x + chosen.width, hair = 1e-2;
  for (const frame of frames) {
    const isAbove = chosen.y > frame.y;
    const holds = chosen.x + hair > frame.x ? frame.x + frame.width + hair > end : false;
    const within = frame.x + hair > chosen.x ? end + hair > frame.x + frame.width : false;
    const isShown = isAbove ? holds : within;
    frame.group.setAttribute("display", isShown ? "inline" : "none");
    if (!isShown) continue;
    const x = isAbove ? all.x : all.x + (frame.x - chosen.x) * scale;
    const width = isAbove ? all.width : frame.width * scale;
    frame.rect.setAttribute("x", x);
    frame.rect.setAttribute("width", width);
    frame.text.setAttribute("x", x + 3);
    const letters = Math.floor((width - 6) / 7);
    frame.text.textContent = letters >= frame.name.length
      ? frame.name : letters >= 3 ? frame.name.slice(0, letters - 1) + "\\u2026" : "";
  }
  back.setAttribute("visibility", chosen === all ? "hidden" : "visible");
}
for (const frame of frames) frame.group.addEventListener("click", () => show(frame));
back.addEventListener("click", () => show(all));
`;
