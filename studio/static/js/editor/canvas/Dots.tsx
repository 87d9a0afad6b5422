// The dots behind the steps. A drawing that is shifted, and so need not be drawn anew while the view is only moved.
import { useStore } from "@xyflow/react";

const GAP = 20;
const RADIUS = 0.6;

export function Dots() {
  const [x, y, zoom] = useStore((state) => state.transform);
  const gap = GAP * zoom;
  const radius = RADIUS * zoom;
  const shift = `translate(${(x % gap) - gap / 2}px, ${(y % gap) - gap / 2}px)`;
  const length = `calc(100% + ${3 * gap}px)`; // wherever it is shifted to, it covers the canvas
  return (
    <svg
      className="dots"
      aria-hidden="true"
      style={{ left: -gap, top: -gap, width: length, height: length, transform: shift }}
    >
      <pattern id="dots" width={gap} height={gap} patternUnits="userSpaceOnUse">
        <circle cx={radius} cy={radius} r={radius} />
      </pattern>
      <rect width="100%" height="100%" fill="url(#dots)" />
    </svg>
  );
}
